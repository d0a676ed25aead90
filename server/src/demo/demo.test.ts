import { readPart10, storable, Tags, text } from "@isocenter/dicom";
import { dciodvfy, dciodvfyMissing } from "@isocenter/test/support/dciodvfy.ts";
import { describe, expect, test } from "vitest";
import { demoPatients, demoStudies } from "./catalogue.ts";
import { demoInstances } from "./examinations.ts";

const today = new Date("2026-03-04T05:06:07Z");
const first = (kind: string) => demoStudies.find((study) => study.examination.kind === kind)!;

/** One study of the kind; of a long one, the instances that differ in kind. */
function drawn(kind: string): Uint8Array[] {
  return [...demoInstances(today, [first(kind)])];
}

test("every study names a patient, accession numbers and patients are unique", () => {
  expect(
    demoStudies.filter((study) => !demoPatients.some((patient) => patient.id === study.patient)),
  ).toEqual([]);
  expect(new Set(demoStudies.map((study) => study.accessionNumber)).size).toBe(demoStudies.length);
  expect(new Set(demoPatients.map((patient) => patient.id)).size).toBe(demoPatients.length);
});

describe.each(["dx-chest", "us-abdomen", "ct-head", "mr-brain"])("a study of the kind %s", (kind) => {
  const files = drawn(kind);

  test("can be stored: UIDs are valid and unique, dates count from the day of loading", () => {
    const parsed = files.map((bytes) => readPart10(bytes));
    expect(parsed.map((object) => storable(object))).toEqual(parsed.map(() => null));
    expect(new Set(parsed.map(({ dataSet }) => text(dataSet, Tags.SOPInstanceUID))).size).toBe(files.length);
    expect(new Set(parsed.map(({ dataSet }) => text(dataSet, Tags.StudyDate)))).toEqual(
      new Set(["20260304"]),
    );
  });

  test.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of it", () => {
    const step = Math.max(1, Math.floor(files.length / 8));
    const some = files.filter((_, n) => n % step === 0);
    expect(some.flatMap(dciodvfy)).toEqual([]);
  });
});

test("the same day draws the same bytes, so that a load that was cut short is gone on with", () => {
  const [once] = drawn("us-abdomen");
  const [again] = drawn("us-abdomen");
  expect(Buffer.from(once!).equals(Buffer.from(again!))).toBe(true);
});
