import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readPart10, storable, Tags, text } from "@isocenter/dicom";
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

  const missing = spawnSync("dciodvfy", ["-version"]).error && "dciodvfy (dicom3tools) not installed";
  if (missing && process.env.ISOCENTER_REQUIRE_TOOLS === "1") throw new Error(missing);
  if (missing) process.stderr.write(`skipped: ${missing}\n`);
  test.skipIf(missing)("dciodvfy finds no error in it", () => {
    const folder = fs.mkdtempSync(path.join(tmpdir(), "isocenter-demo-"));
    const step = Math.max(1, Math.floor(files.length / 8));
    for (const [n, bytes] of files.entries()) {
      if (n % step !== 0) continue;
      const file = path.join(folder, `${n}.dcm`);
      fs.writeFileSync(file, bytes);
      const { stderr, stdout } = spawnSync("dciodvfy", [file], { encoding: "utf8" });
      expect(`${stderr}${stdout}`.split("\n").filter((line) => line.startsWith("Error"))).toEqual([]);
    }
    fs.rmSync(folder, { recursive: true });
  });
});

test("the same day draws the same bytes, so that a load that was cut short is gone on with", () => {
  const [once] = drawn("us-abdomen");
  const [again] = drawn("us-abdomen");
  expect(Buffer.from(once!).equals(Buffer.from(again!))).toBe(true);
});
