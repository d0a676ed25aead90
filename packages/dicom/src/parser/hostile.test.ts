import { deflateSync, zlibSync } from "fflate";
import { describe, expect, test } from "vitest";
import {
  createStreamParser,
  type DicomErrorCode,
  dataSetOf,
  defaultLimits,
  fileMeta,
  items,
  type Limits,
  number,
  readDataSet,
  readPart10,
  storable,
  Tags,
  TransferSyntaxes,
  text,
  toDicomJson,
  toDicomJsonText,
  writeDataSet,
  writePart10,
} from "../index.ts";

const { ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian } = TransferSyntaxes;
const bytesOf = (hex: string) =>
  Uint8Array.from(hex.replace(/#.*$/gm, "").match(/[0-9a-f]{2}/gi) ?? [], (pair) =>
    Number.parseInt(pair, 16),
  );
const joined = (...parts: Uint8Array[]) => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
const repeated = (hex: string, times: number) => bytesOf(hex.repeat(times));

function fails(
  bytes: Uint8Array,
  code: DicomErrorCode,
  limits: Partial<Limits> = {},
  uid: string = ExplicitVRLittleEndian,
): void {
  expect(() => readDataSet(bytes, uid, limits)).toThrow(
    expect.objectContaining({ name: "DicomError", code }),
  );
  const stream = () => {
    const parser = createStreamParser({ transferSyntaxUID: uid, limits });
    for (let at = 0; at < bytes.length; at += 1000) parser.push(bytes.subarray(at, at + 1000));
    parser.end();
  };
  expect(stream).toThrow(expect.objectContaining({ name: "DicomError", code }));
}

describe("bounds", () => {
  test("sequences within each other", () => {
    const deep = repeated("08 00 40 11 53 51 00 00 ff ff ff ff fe ff 00 e0 ff ff ff ff", 100_000);
    fails(deep, "too-deep");
  });
  test("elements, items and fragments", () => {
    fails(repeated("08 00 40 11 53 51 00 00 00 00 00 00", 200), "too-many", { maxElements: 100 });
    fails(
      joined(bytesOf("08 00 40 11 53 51 00 00 ff ff ff ff"), repeated("fe ff 00 e0 00 00 00 00", 200)),
      "too-many",
      { maxItems: 100 },
    );
    fails(
      joined(bytesOf("e0 7f 10 00 4f 42 00 00 ff ff ff ff"), repeated("fe ff 00 e0 00 00 00 00", 200)),
      "too-many",
      { maxFragments: 100 },
    );
  });
  test("values of a stream together", () => {
    const many = joined(
      ...Array.from({ length: 50 }, (_, i) =>
        joined(bytesOf(`09 00 ${(i + 16).toString(16)} 10 55 4e 00 00 00 10 00 00`), new Uint8Array(4096)),
      ),
    );
    const parser = createStreamParser({
      transferSyntaxUID: ExplicitVRLittleEndian,
      limits: { maxHeaderBytes: 100_000 },
    });
    expect(() => parser.push(many)).toThrow(expect.objectContaining({ code: "too-long" }));
    expect(() => parser.end()).toThrow(expect.objectContaining({ code: "too-long" }));
  });
  test("an offset table that claims four gigabytes", () => {
    fails(bytesOf("e0 7f 10 00 4f 42 00 00 ff ff ff ff fe ff 00 e0 f0 ff ff ff"), "too-long");
  });
});

describe("lengths that lie", () => {
  test("an element longer than its item", () => {
    fails(
      bytesOf(
        "08 00 40 11 53 51 00 00 14 00 00 00 fe ff 00 e0 0c 00 00 00 08 00 55 11 55 49 ff 00 31 2e 32 00",
      ),
      "lying-length",
    );
  });
  test("an item longer than its sequence", () => {
    fails(bytesOf("08 00 40 11 53 51 00 00 08 00 00 00 fe ff 00 e0 ff ff ff 7f"), "lying-length");
  });
  test("an item that ends within an element", () => {
    fails(bytesOf("08 00 40 11 53 51 00 00 0c 00 00 00 fe ff 00 e0 04 00 00 00 08 00 55 11"), "lying-length");
  });
  test("a text without length", () => {
    fails(bytesOf("08 00 50 00 ff ff ff ff"), "lying-length", {}, ImplicitVRLittleEndian);
  });
  test("delimiters that do not belong", () => {
    fails(bytesOf("fe ff 0d e0 00 00 00 00"), "bad-structure");
    fails(bytesOf("08 00 40 11 53 51 00 00 ff ff ff ff 08 00 55 11 55 49 02 00 31 00"), "bad-structure");
  });
});

describe("what is tolerated", () => {
  const set = dataSetOf({ SOPClassUID: "1.2.3", PatientName: "A^B", Rows: 3 });
  const plain = writeDataSet(set, ExplicitVRLittleEndian);
  const meta = fileMeta({
    sopClassUID: "1.2.3",
    sopInstanceUID: "1.2.4",
    transferSyntaxUID: ExplicitVRLittleEndian,
  });
  const readsWell = (bytes: Uint8Array, syntax: string = ExplicitVRLittleEndian) => {
    const parser = createStreamParser();
    for (const byte of bytes) parser.push(new Uint8Array([byte]));
    for (const parsed of [readPart10(bytes), parser.end()]) {
      expect(text(parsed.dataSet, Tags.PatientName)).toBe("A^B");
      expect(number(parsed.dataSet, Tags.Rows)).toBe(3);
      expect(parsed.transferSyntaxUID).toBe(syntax);
    }
  };
  test("no preamble, no file meta information, neither", () => {
    readsWell(joined(meta, plain));
    readsWell(joined(meta.subarray(128), plain));
    readsWell(joined(meta.subarray(132), plain));
    readsWell(plain);
    readsWell(joined(meta.subarray(0, 132), plain));
    readsWell(writeDataSet(set, ImplicitVRLittleEndian), ImplicitVRLittleEndian);
    readsWell(writeDataSet(set, TransferSyntaxes.ExplicitVRBigEndian), TransferSyntaxes.ExplicitVRBigEndian);
  });
  test.each([0, 1, 0xffff])("group length of the file meta information %d", (length) => {
    const wrong = meta.slice();
    new DataView(wrong.buffer).setUint32(140, length, true);
    readsWell(joined(wrong, plain));
  });
  test("a declared syntax whose VRs are not there, or are", () => {
    readsWell(joined(meta, writeDataSet(set, ImplicitVRLittleEndian)), ImplicitVRLittleEndian);
    const implicitMeta = fileMeta({
      sopClassUID: "1",
      sopInstanceUID: "1",
      transferSyntaxUID: ImplicitVRLittleEndian,
    });
    readsWell(joined(implicitMeta, plain));
  });
  test("zeros behind the last element", () => {
    readsWell(joined(meta, plain, new Uint8Array(513)));
    readsWell(joined(meta, plain, new Uint8Array(3)));
    expect(() => readPart10(joined(meta, plain, new Uint8Array(20), new Uint8Array([1])))).toThrow(
      expect.objectContaining({ code: "bad-structure" }),
    );
  });
  test("a VR that is two spaces, and one that was left out", () => {
    const spaces = bytesOf("10 00 10 00 20 20 04 00 41 5e 42 20 28 00 10 00 02 00 00 00 03 00");
    const read = readDataSet(
      joined(bytesOf("08 00 16 00 55 49 02 00 31 00"), spaces),
      ExplicitVRLittleEndian,
    );
    expect(text(read, Tags.PatientName)).toBe("A^B");
    expect(number(read, Tags.Rows)).toBe(3);
  });
  test("a VR of the future has 32 bits of length", () => {
    const read = readDataSet(
      bytesOf("09 00 01 10 5a 5a 00 00 02 00 00 00 01 02 28 00 10 00 55 53 02 00 03 00"),
      ExplicitVRLittleEndian,
    );
    expect(read.elements.get(0x00091001)).toMatchObject({ vr: "UN", length: 2 });
    expect(number(read, Tags.Rows)).toBe(3);
  });
  test("elements out of order come in order, of two equal ones the first", () => {
    const read = readDataSet(
      bytesOf("28 00 10 00 55 53 02 00 03 00 10 00 20 00 4c 4f 02 00 37 20 28 00 10 00 55 53 02 00 09 00"),
      ExplicitVRLittleEndian,
    );
    expect([...read.elements.keys()]).toEqual([Tags.PatientID, Tags.Rows]);
    expect(number(read, Tags.Rows)).toBe(3);
  });
});

describe("UN", () => {
  const inner = "fe ff 00 e0 0c 00 00 00 08 00 55 11 04 00 00 00 31 2e 32 00"; // implicit VR inside
  test("of undefined length is a sequence", () => {
    const read = readDataSet(
      bytesOf(`09 00 01 10 55 4e 00 00 ff ff ff ff ${inner} fe ff dd e0 00 00 00 00`),
      ExplicitVRLittleEndian,
    );
    expect(text(items(read, 0x00091001)[0]!, Tags.ReferencedSOPInstanceUID)).toBe("1.2");
    expect(writeDataSet(read, ExplicitVRLittleEndian)[4]).toBe(0x55);
  });
  test("of undefined length with explicit VRs inside, as some write it, is a sequence too", () => {
    const explicit = "fe ff 00 e0 0c 00 00 00 08 00 55 11 55 49 04 00 31 2e 32 00";
    const read = readDataSet(
      bytesOf(`09 00 01 10 55 4e 00 00 ff ff ff ff ${explicit} ${inner} fe ff dd e0 00 00 00 00`),
      ExplicitVRLittleEndian,
    );
    const found = items(read, 0x00091001);
    expect(found.map((item) => text(item, Tags.ReferencedSOPInstanceUID))).toEqual(["1.2", "1.2"]);
    const [first] = items(
      readDataSet(writeDataSet(read, ExplicitVRLittleEndian), ExplicitVRLittleEndian),
      0x00091001,
    );
    expect(text(first!, Tags.ReferencedSOPInstanceUID)).toBe("1.2");
  });
  test("of a tag in the dictionary has that one's VR in JSON, for clients that know no other way to read it", () => {
    const read = readDataSet(
      bytesOf(
        `08 00 40 11 55 4e 00 00 14 00 00 00 ${inner}
         10 00 10 00 55 4e 00 00 04 00 00 00 41 5e 42 20
         28 00 10 00 55 4e 00 00 02 00 00 00 03 00
         28 00 06 01 55 4e 00 00 02 00 00 00 03 00
         09 00 01 10 55 4e 00 00 02 00 00 00 03 00`,
      ),
      ExplicitVRLittleEndian,
    );
    const json = {
      "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2"] } }] },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "A^B" }] },
      "00280010": { vr: "US", Value: [3] },
      // US or SS: the dictionary does not tell.
      "00280106": { vr: "UN", InlineBinary: "AwA=" },
      "00091001": { vr: "UN", InlineBinary: "AwA=" },
    };
    expect(toDicomJson(read)).toEqual(json);
    expect(JSON.parse(toDicomJsonText(read))).toEqual(json);
  });
  test("of undefined length is encapsulated where it is Pixel Data", () => {
    const pixels =
      "e0 7f 10 00 55 4e 00 00 ff ff ff ff fe ff 00 e0 00 00 00 00 fe ff 00 e0 02 00 00 00 ff d8 fe ff dd e0 00 00 00 00";
    const parser = createStreamParser({ transferSyntaxUID: TransferSyntaxes.JPEGBaseline8Bit });
    parser.push(bytesOf(pixels));
    const { pixelData } = parser.end();
    expect(pixelData).toMatchObject({ encapsulated: true, vr: "UN", frames: [[{ offset: 28, length: 2 }]] });
  });
  test("of a known sequence is read as one", () => {
    const bytes = bytesOf(`08 00 40 11 55 4e 00 00 14 00 00 00 ${inner}`);
    const read = readDataSet(bytes, ExplicitVRLittleEndian);
    expect(text(items(read, Tags.ReferencedImageSequence)[0]!, Tags.ReferencedSOPInstanceUID)).toBe("1.2");
    expect(writeDataSet(read, ExplicitVRLittleEndian)).toEqual(bytes);
    const broken = readDataSet(
      bytesOf("08 00 40 11 55 4e 00 00 04 00 00 00 01 02 03 04"),
      ExplicitVRLittleEndian,
    );
    expect(items(broken, Tags.ReferencedImageSequence)).toEqual([]);
  });
  test("of a known number is read as what it is", () => {
    expect(
      number(
        readDataSet(bytesOf("28 00 10 00 55 4e 00 00 02 00 00 00 03 00"), ExplicitVRLittleEndian),
        Tags.Rows,
      ),
    ).toBe(3);
  });
});

describe("implicit VR", () => {
  test("signed where Pixel Representation says so, in items too", () => {
    const pixels = "28 00 03 01 02 00 00 00 01 00 28 00 20 01 02 00 00 00 ff ff";
    const read = readDataSet(
      bytesOf(`${pixels} 88 00 00 02 12 00 00 00 fe ff 00 e0 0a 00 00 00 28 00 20 01 02 00 00 00 fe ff`),
      ImplicitVRLittleEndian,
    );
    expect(number(read, Tags.PixelPaddingValue)).toBe(-1);
    expect(number(items(read, Tags.IconImageSequence)[0]!, Tags.PixelPaddingValue)).toBe(-2);
  });
  test("private attributes by their creator, overlays by their group", () => {
    const read = readDataSet(
      bytesOf(
        "19 00 10 00 10 00 00 00 53 49 45 4d 45 4e 53 20 4d 52 20 48 45 41 44 45 19 00 11 00 02 00 00 00 58 20 02 60 10 00 02 00 00 00 05 00",
      ),
      ImplicitVRLittleEndian,
    );
    expect([...read.elements.values()].map(({ vr }) => vr)).toEqual(["LO", "LO", "US"]);
  });
});

describe("deflated", () => {
  const set = dataSetOf({ SOPInstanceUID: "1.2.3", PatientComments: "x".repeat(5000), Rows: 7 });
  const meta = fileMeta({
    sopClassUID: "1.2",
    sopInstanceUID: "1.3",
    transferSyntaxUID: DeflatedExplicitVRLittleEndian,
  });
  const plain = writeDataSet(set, ExplicitVRLittleEndian);
  const both = (bytes: Uint8Array, size: number, limits: Partial<Limits> = {}) => {
    const parser = createStreamParser({ limits });
    for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
    return [readPart10(bytes, limits), parser.end()];
  };
  test.each([1, 7, 100_000])("in chunks of %d", (size) => {
    for (const bytes of [deflateSync(plain), zlibSync(plain), joined(deflateSync(plain), new Uint8Array(3))])
      for (const parsed of both(joined(meta, bytes), size)) {
        expect(number(parsed.dataSet, Tags.Rows)).toBe(7);
        expect(parsed.deflated).toBe(true);
      }
    for (const parsed of both(joined(meta, plain), size)) {
      expect(number(parsed.dataSet, Tags.Rows)).toBe(7);
      expect(parsed.transferSyntaxUID).toBe(ExplicitVRLittleEndian);
    }
  });
  test("a stream that breaks off or is none", () => {
    const deflated = deflateSync(plain);
    expect(() => readPart10(joined(meta, deflated.subarray(0, 20)))).toThrow(
      expect.objectContaining({ code: "truncated" }),
    );
    expect(() => readPart10(joined(meta, new Uint8Array(50).fill(0xff)))).toThrow(
      expect.objectContaining({ name: "DicomError" }),
    );
  });
  test("a bomb is stopped", () => {
    const bomb = deflateSync(
      writeDataSet(dataSetOf({ PixelData: new Uint8Array(16 << 20) }), ExplicitVRLittleEndian),
    );
    expect(bomb.length).toBeLessThan(20_000);
    const parser = createStreamParser({ limits: { maxInflatedBytes: 4 << 20 } });
    parser.push(meta);
    expect(() => parser.push(bomb)).toThrow(expect.objectContaining({ code: "too-long" }));
    expect(() => readPart10(joined(meta, bomb), { maxInflatedBytes: 4 << 20 })).toThrow(
      expect.objectContaining({ code: "too-long" }),
    );
    expect(readPart10(joined(meta, bomb)).pixelData?.length).toBe(16 << 20);
  });
});

describe("streams", () => {
  test("long values are deferred, Pixel Data always, and memory stays", () => {
    const dataSet = dataSetOf({
      PatientID: "1",
      EncapsulatedDocument: new Uint8Array(70_000),
      Rows: 1,
      PixelData: new Uint8Array(10),
    });
    const parser = createStreamParser();
    parser.push(writePart10({ dataSet, transferSyntaxUID: ExplicitVRLittleEndian }));
    const { dataSet: read, pixelData } = parser.end();
    expect(read.elements.get(Tags.EncapsulatedDocument)).toMatchObject({
      deferred: true,
      length: 70_000,
      size: 0,
    });
    expect(pixelData).toMatchObject({ length: 10, encapsulated: false });
    expect(text(read, Tags.PatientID)).toBe("1");
  });
  test("hundreds of megabytes of pixels pass without being kept", () => {
    const head = writePart10({ dataSet: dataSetOf({ Rows: 1 }), transferSyntaxUID: ExplicitVRLittleEndian });
    const parser = createStreamParser();
    parser.push(head);
    const chunk = new Uint8Array(65_536);
    const count = 4800;
    const header = bytesOf("e0 7f 10 00 4f 57 00 00 00 00 00 00");
    new DataView(header.buffer).setUint32(8, chunk.length * count, true);
    parser.push(header);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < count; i++) parser.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
    expect(parser.end().totalLength).toBe(head.length + 12 + chunk.length * count);
  });
});

test("storable says what is wrong", () => {
  const uids = {
    SOPClassUID: "1.2.3",
    SOPInstanceUID: "1.2.4",
    StudyInstanceUID: "1.2.5",
    SeriesInstanceUID: "1.2.6",
  };
  const verdict = (values: object, transferSyntaxUID: string = ExplicitVRLittleEndian) =>
    storable({ meta: null, dataSet: dataSetOf({ ...uids, ...values }), transferSyntaxUID })?.code ?? null;
  expect(verdict({})).toBeNull();
  expect(verdict({ StudyInstanceUID: null })).toBe("missing-uid");
  expect(verdict({ SeriesInstanceUID: "../../x" })).toBe("invalid-uid");
  expect(verdict({ SOPClassUID: "1.2.840.10008.1.3.10" })).toBe("dicomdir");
  expect(verdict({}, "1.2.3.4")).toBe("unknown-transfer-syntax");
  expect(defaultLimits.maxDepth).toBeGreaterThan(0);
});
