import { describe, expect, test } from "vitest";
import {
  DicomError,
  dataSetOf,
  fromDicomJson,
  items,
  number,
  readDataSet,
  readPart10,
  Tags,
  TransferSyntaxes,
  text,
  toDicomJson,
  withElements,
  writeDataSet,
  writePart10,
} from "../index.ts";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
const {
  ExplicitVRLittleEndian,
  ExplicitVRBigEndian,
  ImplicitVRLittleEndian,
  DeflatedExplicitVRLittleEndian,
} = TransferSyntaxes;

describe("writing", () => {
  test("explicit VR little endian byte by byte", () => {
    const set = dataSetOf({
      PatientName: "A^B",
      Rows: 512,
      ReferencedImageSequence: [{ ReferencedSOPInstanceUID: "1.2.3" }],
    });
    expect(hex(writeDataSet(set, ExplicitVRLittleEndian))).toBe(
      [
        "08 00 40 11 53 51 00 00 16 00 00 00", // (0008,1140) SQ 22
        "fe ff 00 e0 0e 00 00 00", // item of 14 bytes
        "08 00 55 11 55 49 06 00 31 2e 32 2e 33 00", // (0008,1155) UI "1.2.3" and a zero
        "10 00 10 00 50 4e 04 00 41 5e 42 20", // (0010,0010) PN "A^B "
        "28 00 10 00 55 53 02 00 00 02", // (0028,0010) US 512
      ].join(" "),
    );
  });

  test("every uncompressed syntax reads back the same", () => {
    const values = {
      SpecificCharacterSet: "ISO_IR 192",
      PatientName: "Müller^Jörg",
      Rows: 512,
      PixelSpacing: [0.5, 0.25],
      FrameIncrementPointer: [0x00181063],
      OtherPatientIDsSequence: [{ PatientID: "1" }, {}],
      PixelData: new Uint16Array([1, 2, 0xfffe]),
    };
    const json = toDicomJson(dataSetOf({ ...values, BitsAllocated: 16 }));
    for (const uid of [
      ImplicitVRLittleEndian,
      ExplicitVRLittleEndian,
      ExplicitVRBigEndian,
      DeflatedExplicitVRLittleEndian,
    ]) {
      const file = writePart10({
        dataSet: dataSetOf({ ...values, BitsAllocated: 16 }),
        transferSyntaxUID: uid,
      });
      const parsed = readPart10(file);
      expect(parsed.transferSyntaxUID).toBe(uid);
      expect(toDicomJson(parsed.dataSet)).toEqual(json);
    }
  });

  test("changing an element leaves the bytes of the others", () => {
    const set = dataSetOf({
      PatientName: "A^B",
      PatientID: "7",
      "00091010": { vr: "UN", value: new Uint8Array([1, 2]) },
    });
    const changed = withElements(set, { PatientID: "8", PatientName: undefined, Rows: 4 });
    expect(changed.elements.get(0x00091010)).toBe(set.elements.get(0x00091010));
    expect(text(changed, Tags.PatientID)).toBe("8");
    expect(changed.elements.has(Tags.PatientName)).toBe(false);
    expect([...changed.elements.keys()]).toEqual([...changed.elements.keys()].sort((a, b) => a - b));
    expect(text(set, Tags.PatientID)).toBe("7");
  });

  test("text that a character set does not have makes the data set UTF-8", () => {
    const latin = dataSetOf(
      { PatientName: "Müller", OtherPatientIDsSequence: [{ PatientComments: "Ä" }] },
      { characterSet: "ISO_IR 100" },
    );
    expect(hex(latin.elements.get(Tags.PatientName)!.value)).toBe("4d fc 6c 6c 65 72");
    const wide = withElements(latin, { InstitutionName: "東京" });
    expect(text(wide, Tags.SpecificCharacterSet)).toBe("ISO_IR 192");
    expect(text(wide, Tags.PatientName)).toBe("Müller");
    expect(text(wide, Tags.InstitutionName)).toBe("東京");
    const again = readDataSet(writeDataSet(wide, ExplicitVRLittleEndian), ExplicitVRLittleEndian);
    expect(text(items(again, Tags.OtherPatientIDsSequence)[0]!, Tags.PatientComments)).toBe("Ä");
  });

  test("a big endian data set takes changes in its byte order", () => {
    const big = readDataSet(
      writeDataSet(dataSetOf({ Columns: 3 }), ExplicitVRBigEndian),
      ExplicitVRBigEndian,
    );
    expect(number(withElements(big, { Rows: 258 }), Tags.Rows)).toBe(258);
    expect(hex(writeDataSet(withElements(big, { Rows: 258 }), ExplicitVRBigEndian).subarray(0, 10))).toBe(
      "00 28 00 10 55 53 00 02 01 02",
    );
  });

  test("encapsulated frames have a basic offset table and are found again", () => {
    const frames = [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5])];
    const dataSet = dataSetOf({ NumberOfFrames: 2, PixelData: { frames } });
    const file = writePart10({ dataSet, transferSyntaxUID: TransferSyntaxes.JPEGBaseline8Bit });
    const { pixelData } = readPart10(file);
    expect(
      pixelData?.frames.map((pieces) =>
        pieces.map(({ offset, length }) => [...file.subarray(offset, offset + length)]),
      ),
    ).toEqual([[[1, 2, 3, 0]], [[4, 5]]]);
    expect(() => writeDataSet(dataSet, ExplicitVRLittleEndian)).toThrow(DicomError);
  });

  test.each([
    ["Rows", 65536],
    ["Rows", 1.5],
    ["ReferencedImageSequence", "text"],
    ["NoSuchThing", 1],
    ["FrameIncrementPointer", "nothing"],
  ])("%s cannot be %j", (key, value) => {
    expect(() => dataSetOf({ [key]: value })).toThrow(DicomError);
  });
});

describe("DICOM JSON", () => {
  test("both ways, with what is empty kept", () => {
    const json = {
      "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
      "00080008": { vr: "CS", Value: ["DERIVED", null, "X"] },
      "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2"] } }, {}] },
      "00090010": { vr: "LO", Value: ["ACME"] },
      "00091001": { vr: "UN", InlineBinary: "AQI=" },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }] },
      "00100030": { vr: "DA" },
      "00280009": { vr: "AT", Value: ["00181063"] },
      "00189073": { vr: "FD", Value: [0.1] },
      "00720082": { vr: "SV", Value: ["-9223372036854775808", 5] },
      "00720091": { vr: "FL", Value: ["NaN", "inf", 0.5] },
    };
    expect(toDicomJson(fromDicomJson(json))).toEqual(json);
    expect(
      toDicomJson(
        readPart10(writePart10({ dataSet: fromDicomJson(json), transferSyntaxUID: ExplicitVRLittleEndian }))
          .dataSet,
      ),
    ).toEqual(json);
  });

  test("bulk data by reference", () => {
    const set = dataSetOf({
      PixelData: new Uint8Array([1, 2]),
      IconImageSequence: [{ PixelData: new Uint8Array([3, 4]) }],
    });
    const paths: string[] = [];
    const json = toDicomJson(set, {
      bulkDataUri: (path) => {
        paths.push(path);
        return `bulk/${path}`;
      },
    });
    expect(paths).toEqual(["00880200/0/7FE00010", "7FE00010"]);
    const back = fromDicomJson(json, {
      bulkData: (uri) => new Uint8Array(uri === "bulk/7FE00010" ? [1, 2] : [3, 4]),
    });
    expect(toDicomJson(back)).toEqual(toDicomJson(set));
  });

  test.each([
    [null],
    [[]],
    [{ x: 1 }],
    [{ "00100010": {} }],
    [{ "00100010": { vr: "PN", Value: "A" } }],
    [{ "00280010": { vr: "US", Value: [{}] } }],
    [{ "00280010": { vr: "US", Value: [70000] } }],
    [{ "7FE00010": { vr: "OB", InlineBinary: "?" } }],
  ])("%j is refused", (json) => {
    expect(() => fromDicomJson(json)).toThrow(DicomError);
  });
});
