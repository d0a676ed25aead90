import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createStreamParser,
  type DataSetValues,
  DicomError,
  dataSetOf,
  decodeFrameIndex,
  decodeText,
  encodeFrameIndex,
  encodeText,
  fromDicomJson,
  matchesWildcard,
  type ParsedObject,
  readDataSet,
  readPart10,
  TransferSyntaxes,
  toDicomJson,
  toDicomJsonText,
  wildcardToLike,
  writeDataSet,
  writePart10,
} from "./index.ts";

const uncompressed = [
  TransferSyntaxes.ImplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRBigEndian,
  TransferSyntaxes.DeflatedExplicitVRLittleEndian,
];

const word = fc.string({
  unit: fc.constantFrom(..."ABCXYZabcxyz0189 äöüßéñ山田太郎やまだ김희중жЖα"),
  maxLength: 12,
});
const name = fc.tuple(word, word).map(([family, given]) => `${family}^${given}`);
const int = (min: number, max: number) => fc.array(fc.integer({ min, max }), { maxLength: 4 });
// JSON.stringify has no -0
const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const double = fc.array(real, { maxLength: 4 });
const bytes = fc.uint8Array({ maxLength: 40 });

const leaf = {
  PatientName: name,
  InstitutionName: word,
  PatientComments: word,
  ImageType: fc.array(fc.constantFrom("ORIGINAL", "PRIMARY", "AXIAL"), { maxLength: 3 }),
  PatientBirthDate: fc.constantFrom("20200229", "", "19700101"),
  Rows: int(0, 65535),
  OverlayOrigin: int(-32768, 32767),
  ReferencePixelX0: int(-(2 ** 31), 2 ** 31 - 1),
  SimpleFrameList: int(0, 2 ** 32 - 1),
  InstanceNumber: int(-999999, 999999),
  RescaleSlope: real,
  RealWorldValueSlope: double,
  FrameIncrementPointer: fc.array(fc.constantFrom(0x00181063, 0x00540010), { maxLength: 3 }),
  SelectorSVValue: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 3 }),
  SelectorUVValue: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 3 }),
  EncapsulatedDocument: bytes,
  "00091001": bytes.map((value) => ({ vr: "UN", value })),
};

const { values } = fc.letrec<{ values: DataSetValues }>((tie) => ({
  values: fc.record(
    {
      ...leaf,
      ReferencedImageSequence: fc.oneof(
        { depthSize: "small" },
        fc.constant([]),
        fc.array(tie("values"), { maxLength: 3 }),
      ),
    },
    { requiredKeys: [] },
  ) as unknown as fc.Arbitrary<DataSetValues>,
}));

function streamed(source: Uint8Array, cuts: readonly number[], transferSyntaxUID?: string): ParsedObject {
  const parser = createStreamParser(transferSyntaxUID === undefined ? {} : { transferSyntaxUID });
  let at = 0;
  for (let i = 0; at < source.length; i++) {
    const size = cuts[i % cuts.length]!;
    const chunk = source.slice(at, at + size);
    parser.push(chunk);
    // What was pushed may be used again by its owner
    chunk.fill(0xaa);
    at += size;
  }
  return parser.end();
}

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

function outcome(read: () => Pick<ParsedObject, "dataSet">): string {
  try {
    const parsed = read();
    return toDicomJsonText(parsed.dataSet, { omit: (path) => path.startsWith("7FE0") });
  } catch (error) {
    if (error instanceof DicomError) return `${error.code} ${error.offset}`;
    throw error;
  }
}

describe("what is written is read", () => {
  test("in every uncompressed syntax, whole and in chunks of any size", () => {
    fc.assert(
      fc.property(values, fc.constantFrom(...uncompressed), cuts, (given, uid, sizes) => {
        const dataSet = dataSetOf({ ...given, SOPInstanceUID: "1.2.3" });
        const json = toDicomJson(dataSet);
        const file = writePart10({ dataSet, transferSyntaxUID: uid });
        // Implicit VR has no place for the VR of a private attribute; it is UN in these data sets anyway
        expect(toDicomJson(readPart10(file).dataSet)).toEqual(json);
        expect(toDicomJson(streamed(file, sizes).dataSet)).toEqual(json);
        expect(writeDataSet(readPart10(file).dataSet, TransferSyntaxes.ExplicitVRLittleEndian)).toEqual(
          writeDataSet(dataSet, TransferSyntaxes.ExplicitVRLittleEndian),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("DICOM JSON and back", () => {
    fc.assert(
      fc.property(values, (given) => {
        const json = toDicomJson(dataSetOf(given));
        expect(toDicomJson(fromDicomJson(JSON.parse(JSON.stringify(json))))).toEqual(json);
      }),
      { numRuns: 150 },
    );
  });
});

describe("hostile bytes", () => {
  test("random bytes give a result or a DicomError", () => {
    const start = fc.constantFrom(
      [],
      [0x08, 0, 5, 0],
      [0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0],
      [2, 0, 0x10, 0, 0x55, 0x49],
    );
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...uncompressed),
        cuts,
        (head, tail, uid, sizes) => {
          const source = new Uint8Array([...head, ...tail]);
          expect(outcome(() => streamed(source, sizes))).toBe(outcome(() => readPart10(source)));
          if (uid !== TransferSyntaxes.DeflatedExplicitVRLittleEndian)
            expect(outcome(() => streamed(source, sizes, uid))).toBe(
              outcome(() => ({ dataSet: readDataSet(source, uid) })),
            );
          else outcome(() => ({ dataSet: readDataSet(source, uid) }));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("files with some bytes changed do too, and the same in a stream", () => {
    const change = fc.tuple(
      fc.nat({ max: 100_000 }),
      fc.constantFrom(0, 1, 0xff, 0xfe, 0x7f, 0xe0, 0x53, 0x51),
    );
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(...uncompressed),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        cuts,
        (given, uid, changes, sizes) => {
          const file = writePart10({ dataSet: dataSetOf(given), transferSyntaxUID: uid });
          for (const [at, byte] of changes) file[132 + (at % (file.length - 132))] = byte;
          const inWhole = outcome(() => readPart10(file));
          const inChunks = outcome(() => streamed(file, sizes));
          // Where deflated bytes are wrong is noticed at different places
          if (uid !== TransferSyntaxes.DeflatedExplicitVRLittleEndian) expect(inChunks).toBe(inWhole);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("any JSON is a data set or a DicomError", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("PN", "US", "SQ", "DS", "AT", "UN", "SV"), (value, vr) => {
        for (const json of [
          value,
          { "00100010": value },
          { "00100010": { vr, Value: value } },
          { "00100010": { vr, Value: [value] } },
        ])
          try {
            writeDataSet(fromDicomJson(json), TransferSyntaxes.ExplicitVRLittleEndian);
          } catch (error) {
            expect(error).toBeInstanceOf(DicomError);
          }
      }),
    );
  });
});

describe("small things", () => {
  test("a frame index comes back", () => {
    const piece = fc.record({ offset: fc.nat({ max: 2 ** 40 }), length: fc.nat({ max: 2 ** 32 }) });
    const index = fc.array(fc.array(piece, { maxLength: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(index, (frames) => {
        expect(decodeFrameIndex(encodeFrameIndex(frames))).toEqual(frames);
      }),
    );
    const even = Array.from({ length: 10_000 }, (_, i) => [{ offset: 1000 + i * 512, length: 512 }]);
    expect(encodeFrameIndex(even).length).toBeLessThan(32);
    expect(decodeFrameIndex(encodeFrameIndex(even))).toEqual(even);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (random) => {
        try {
          decodeFrameIndex(new Uint8Array([1, ...random]), 1000);
        } catch (error) {
          expect(error).toBeInstanceOf(DicomError);
        }
      }),
    );
  });

  test("text in a character set that has it comes back", () => {
    const sets = [
      ["ISO_IR 192"],
      ["GB18030"],
      ["", "ISO 2022 IR 87"],
      ["", "ISO 2022 IR 149"],
      ["ISO_IR 100"],
      ["ISO 2022 IR 6", "ISO 2022 IR 144", "ISO 2022 IR 126"],
    ];
    fc.assert(
      fc.property(word, word, fc.constantFrom(...sets), (one, other, terms) => {
        const value = `${one}^${other}=${one}`;
        const encoded = encodeText(value, terms, "PN");
        if (encoded !== null) expect(decodeText(encoded, terms, "PN")).toBe(value);
      }),
    );
  });

  test("wildcards mean what the same LIKE pattern means", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "%", "_"), maxLength: 8 });
    const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    fc.assert(
      fc.property(part, part, (pattern, text) => {
        const like = wildcardToLike(pattern).replace(
          /\\(.)|(%)|(_)|([^\\%_])/gs,
          (_, escaped, run, one, plain) => (run ? "[^]*" : one ? "[^]" : literal(escaped ?? plain)),
        );
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${like}$`).test(text));
      }),
    );
  });
});
