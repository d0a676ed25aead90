import type { DicomJson } from "@isocenter/dicom";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nativeXml } from "./native-xml.ts";
import { readNativeXml } from "./native-xml-read.ts";

const model = (inner: string): Buffer => Buffer.from(`<NativeDicomModel>${inner}</NativeDicomModel>`);
const attribute = (tag: string, vr: string, inner: string, more = ""): string =>
  `<DicomAttribute tag="${tag}" vr="${vr}"${more}>${inner}</DicomAttribute>`;

test("what we write is read as it was", () => {
  const json: DicomJson = {
    "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
    "00080008": { vr: "CS", Value: ["ORIGINAL", null, "AXIAL"] },
    "00090010": { vr: "LO", Value: ["ACME"] },
    "00091001": { vr: "OB", InlineBinary: "AAEC" },
    "00100010": {
      vr: "PN",
      Value: [{ Alphabetic: "Yamada^Tarou^^Dr", Ideographic: "山田^太郎" }],
    },
    "00104000": { vr: "LT", Value: ['  a <b> & "c"\r\n'] },
    "00081140": {
      vr: "SQ",
      Value: [{ "00081155": { vr: "UI", Value: ["1.2"] } }, {}],
    },
    "00200032": { vr: "DS" },
    "7FE00010": { vr: "OW", BulkDataURI: "b?a=1&b=2" },
  };
  expect(readNativeXml(Buffer.from(nativeXml(json)))).toEqual(json);
});

test("any text comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-composite", minLength: 1 }), (text) => {
      const json: DicomJson = { "00104000": { vr: "LT", Value: [text] } };
      expect(readNativeXml(Buffer.from(nativeXml(json)))).toEqual(json);
    }),
  );
});

test("prefixes, comments, CDATA, references, other encodings and a missing VR are read", () => {
  const text = `<?xml version="1.0" encoding="ISO-8859-1"?><!-- one -->
    <d:NativeDicomModel xmlns:d='urn:x'>
      <d:DicomAttribute tag='00100010' vr="PN" keyword="PatientName"><!-- two -->
        <d:PersonName number="1"><d:Alphabetic><d:FamilyName>M&#252;ller</d:FamilyName><d:NameSuffix>Jr</d:NameSuffix></d:Alphabetic></d:PersonName>
      </d:DicomAttribute>
      <d:DicomAttribute tag="00081030"><d:Value number="1"><![CDATA[<é>]]>&amp;</d:Value></d:DicomAttribute>
      <d:DicomAttribute tag="00280030" vr="DS"><d:Value number="2">1</d:Value></d:DicomAttribute>
    </d:NativeDicomModel>`;
  const read = {
    "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^^^^Jr" }] },
    "00081030": { vr: "LO", Value: ["<é>&"] },
    "00280030": { vr: "DS", Value: [null, "1"] },
  };
  expect(readNativeXml(Buffer.from(text, "latin1"))).toEqual(read);
  const wide = Buffer.from(`\ufeff${text.replace("ISO-8859-1", "UTF-16")}`, "utf16le");
  expect(readNativeXml(wide)).toEqual(read);
});

test("private attributes stand in the block of their creator, who is named if nobody did", () => {
  const of = (creator: string) => ` privateCreator="${creator}"`;
  const value = '<Value number="1">x</Value>';
  const read = readNativeXml(
    model(
      [
        attribute("00090001", "LO", value, of("ACME")),
        attribute("00090002", "LO", value, of("OTHER")),
        attribute("00090010", "LO", '<Value number="1">OTHER</Value>'),
        attribute("00111001", "LO", value, of("ACME")),
      ].join(""),
    ),
  );
  expect(Object.keys(read).sort()).toEqual([
    "00090010",
    "00090011",
    "00091002",
    "00091101",
    "00110010",
    "00111001",
  ]);
  expect([read["00090011"], read["00110010"]]).toEqual([1, 2].map(() => ({ vr: "LO", Value: ["ACME"] })));
});

const empty = attribute("00100020", "LO", "");
test.each([
  ["<NativeDicomModel>", "unclosed tag: NativeDicomModel"],
  ["<DicomAttribute/>", "no NativeDicomModel"],
  ["<!DOCTYPE NativeDicomModel [<!ENTITY a 'b'>]><NativeDicomModel/>", "a document type"],
  ["<NativeDicomModel/>x", "outside of root node"],
  ["<NativeDicomModel></Other>", "unexpected close tag"],
  ["<NativeDicomModel a=1/>", "unquoted attribute value"],
  ["<NativeDicomModel a='1' a='2'/>", "duplicate attribute"],
  ["<NativeDicomModel>\u0001</NativeDicomModel>", "disallowed character"],
  ['<?xml version="1.0" encoding="x-none"?><NativeDicomModel/>', "no text in the encoding"],
  [model("&a;").toString(), "undefined entity"],
  [model("&#0;").toString(), "malformed character entity"],
  [model(`text${empty}`).toString(), "text beside the elements"],
  [model("<Value/>").toString(), "a Value that is no DicomAttribute"],
  [model(empty + empty).toString(), "00100020 is there twice"],
  [model(attribute("0010", "LO", "")).toString(), "no DicomAttribute with a tag"],
  [model(attribute("00100020", "LO", "<Value/><Item/>")).toString(), "more than one kind"],
  [model(attribute("00100020", "LO", '<BulkData uuid="1"/>')).toString(), "neither values nor a BulkData"],
  [model(attribute("00100020", "LO", '<Value number="0"/>')).toString(), "does not follow"],
  [model(attribute("00100020", "LO", '<Value number="100002"/>')).toString(), "are left out"],
  [
    model(
      attribute("00090010", "LO", "<Value>A</Value>") +
        attribute("00091001", "LO", "<Value>x</Value>", ' privateCreator="B"'),
    ).toString(),
    "another private creator",
  ],
  [model("<a>".repeat(400)).toString(), "within each other"],
])("%s is refused: %s", (text, reason) => {
  expect(() => readNativeXml(Buffer.from(text))).toThrow(reason);
});

test("bytes that are no UTF-8 are refused where nothing says otherwise", () => {
  expect(() => readNativeXml(Buffer.from([0x3c, 0xff, 0xfe]))).toThrow("no text in the encoding");
});
