import { expect, test } from "vitest";
import {
  createStreamParser,
  type DataSetValues,
  dataSetOf,
  type ParsedObject,
  patched,
  personName,
  readDataSet,
  readPart10,
  Tags,
  TransferSyntaxes,
  text,
  writePart10,
} from "../index.ts";

const { ExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian } = TransferSyntaxes;

function fileOf(values: DataSetValues, transferSyntaxUID: string, characterSet = "ISO_IR 100"): Uint8Array {
  const dataSet = dataSetOf(
    {
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
      SOPInstanceUID: "1.2.3",
      PatientName: "Müller^Jörg",
      PatientID: "A-1",
      PatientBirthDate: "19700101",
      StudyDescription: "Kopf",
      OtherPatientIDsSequence: [{ PatientID: "1" }, {}],
      "00091002": { vr: "UN", value: new Uint8Array(70_000).fill(7) },
      "00090010": "INVENTED",
      Rows: 2,
      ...values,
    },
    { characterSet },
  );
  return writePart10({ dataSet, transferSyntaxUID });
}

function join(parsed: ParsedObject, file: Uint8Array, end: number, changes: DataSetValues): Uint8Array {
  const { segments } = patched(parsed, end, changes);
  return Buffer.concat(
    segments.map((segment) =>
      segment instanceof Uint8Array
        ? segment
        : file.subarray(segment.offset, segment.offset + segment.length),
    ),
  );
}

test.each([ExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian])(
  "%s: what is not touched keeps its bytes, what is new is encoded as the rest",
  (syntax) => {
    const file = fileOf({}, syntax);
    const parsed = readPart10(file);
    const changes = { PatientName: "Meyer^Jörg", PatientBirthDate: null, AccessionNumber: "7" };
    const bytes = join(parsed, file, file.length, changes);
    const before = readDataSet(file.subarray(parsed.dataSetOffset), syntax);
    const after = readDataSet(bytes, syntax);
    expect(personName(after, Tags.PatientName)).toMatchObject({ alphabetic: "Meyer^Jörg" });
    expect(text(after, Tags.AccessionNumber)).toBe("7");
    expect(after.elements.get(Tags.PatientBirthDate)?.length).toBe(0);
    for (const [tag, element] of before.elements)
      if (tag !== Tags.PatientName && tag !== Tags.PatientBirthDate && !element.items)
        expect(Buffer.from(after.elements.get(tag)!.value).equals(Buffer.from(element.value))).toBe(true);
    expect([...after.elements.keys()]).toEqual([...after.elements.keys()].sort((a, b) => a - b));
    // The 70 kB between are not written, only pointed at.
    const { segments } = patched(parsed, file.length, changes);
    const fresh = segments.filter((segment) => segment instanceof Uint8Array);
    expect(fresh.reduce((sum, piece) => sum + piece.length, 0)).toBeLessThan(60);
  },
);

test("a stream that did not keep a long value is patched all the same", () => {
  const file = fileOf({}, ExplicitVRLittleEndian);
  const parser = createStreamParser();
  parser.push(file);
  const parsed = parser.end();
  expect(parsed.dataSet.elements.get(0x00091002)?.deferred).toBe(true);
  const bytes = join(parsed, file, file.length, { PatientID: "B-2" });
  expect(
    Buffer.from(bytes).equals(Buffer.from(join(readPart10(file), file, file.length, { PatientID: "B-2" }))),
  ).toBe(true);
  expect(text(readDataSet(bytes, ExplicitVRLittleEndian), Tags.PatientID)).toBe("B-2");
});

test("a name that the character set does not have makes all text UTF-8", () => {
  const file = fileOf({ StudyDescription: "Schädel" }, ExplicitVRLittleEndian);
  const parsed = readPart10(file);
  const after = readDataSet(
    join(parsed, file, file.length, { PatientName: "Иванова^Анна" }),
    ExplicitVRLittleEndian,
  );
  expect(text(after, Tags.SpecificCharacterSet)).toBe("ISO_IR 192");
  expect(text(after, Tags.StudyDescription)).toBe("Schädel");
  expect(personName(after, Tags.PatientName)).toMatchObject({ alphabetic: "Иванова^Анна" });
});

test("elements out of order or twice, and bytes behind the last one", () => {
  const plain = fileOf({}, ExplicitVRLittleEndian);
  const again = Buffer.from("100020004c4f0400582d3120", "hex");
  const file = Buffer.concat([plain, again]);
  const parsed = readPart10(file);
  const after = readDataSet(join(parsed, file, file.length, { PatientName: "X^Y" }), ExplicitVRLittleEndian);
  expect(text(after, Tags.PatientID)).toBe("A-1");
  expect(personName(after, Tags.PatientName)).toMatchObject({ alphabetic: "X^Y" });
  const padded = Buffer.concat([plain, Buffer.alloc(64)]);
  const whole = join(readPart10(padded), padded, padded.length, { PatientName: "X^Y" });
  expect(whole.subarray(-64).every((byte) => byte === 0)).toBe(true);
});
