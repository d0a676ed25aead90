import { DicomError, type DicomJson, fromDicomJson } from "@isocenter/dicom";
import { nativeXml } from "@isocenter/server/protocols/dicomweb/native-xml.ts";
import { readNativeXml } from "@isocenter/server/protocols/dicomweb/native-xml-read.ts";
import { XmlError } from "@isocenter/server/protocols/dicomweb/xml-reader.ts";
import { latin1, type Target } from "../target.ts";

const written: DicomJson = {
  "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
  "00080018": { vr: "UI", Value: ["1.2.3"] },
  "00090010": { vr: "LO", Value: ["ACME"] },
  "00091001": { vr: "OB", InlineBinary: "AAEC" },
  "00100010": { vr: "PN", Value: [{ Alphabetic: "Doe^Jane", Ideographic: "山田^太郎" }] },
  "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2"] } }, {}] },
  "00280030": { vr: "DS", Value: ["1", null, "2"] },
  "7FE00010": { vr: "OW", BulkDataURI: "b?a=1&b=2" },
};

/** Metadata of STOW-RS in the Native DICOM Model. */
export const target: Target = {
  name: "xml",
  maxBytes: 8192,
  tokens: [
    "<",
    "/>",
    "</DicomAttribute>",
    '<Item number="1">',
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>",
    "&#x10ffff;",
    "&#0;",
    "&lt;",
    ' number="99999"',
    ' privateCreator="B"',
    ' encoding="utf-16"',
    "\ufeff",
    "a:",
  ].map((text) => Buffer.from(text)),
  seeds: () => [
    Buffer.from(nativeXml(written)),
    Buffer.from(`\ufeff${nativeXml(written).replace("UTF-8", "UTF-16")}`, "utf16le"),
    latin1(
      '<?xml version="1.0" encoding="ISO-8859-1"?><d:NativeDicomModel xmlns:d="x"><!-- a --><d:DicomAttribute tag="00090001" vr="LO" privateCreator="A"><d:Value number="2"><![CDATA[\xe9]]></d:Value></d:DicomAttribute></d:NativeDicomModel>',
    ),
  ],
  run(input) {
    let read: DicomJson;
    try {
      read = readNativeXml(input);
      fromDicomJson(read);
    } catch (error) {
      if (error instanceof XmlError || error instanceof DicomError) return;
      throw error;
    }
    // What can be kept is written so that it is read again.
    readNativeXml(Buffer.from(nativeXml(read)));
  },
};
