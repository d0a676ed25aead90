import type { ImageVersion } from "@isocenter/contract";
import { expect, test } from "vitest";
import { changedValues, split, undoing, valuesOf } from "./attributes.ts";

test("values are read as one types them, and what is changed is told as the server takes it", () => {
  const before = valuesOf({
    "00080020": { vr: "DA", Value: ["20260105"] },
    "00080030": { vr: "TM", Value: ["081500.25"] },
    "00080090": { vr: "PN", Value: [{ Alphabetic: "House^Greg" }] },
    "00200020": { vr: "CS", Value: ["L", "P"] },
    "00081030": { vr: "LO", Value: ["Thorax"] },
  });
  expect(before).toMatchObject({
    StudyDate: "2026-01-05",
    StudyTime: "08:15:00",
    ReferringPhysicianName: "House^Greg",
    PatientOrientation: "L\\P",
    SeriesDescription: "",
  });
  const now = { ...before, StudyDescription: "", PatientOrientation: "A\\F", SeriesNumber: " 4 " };
  expect(changedValues(before, now)).toEqual({
    StudyDescription: null,
    PatientOrientation: ["A", "F"],
    SeriesNumber: "4",
  });
});

test("what a study has members for goes to the study, the rest through an image", () => {
  expect(split({ StudyDescription: null, StudyTime: "081500", SeriesNumber: "4" })).toEqual({
    study: { studyDescription: null, studyTime: "08:15:00" },
    image: { SeriesNumber: "4" },
  });
});

test("a correction is taken back by the values before it", () => {
  const before = { StudyDate: "20260105", StudyID: null, PatientOrientation: ["L", "P"], SeriesNumber: 4 };
  expect(undoing({ before } as unknown as ImageVersion)).toEqual({
    StudyDate: "20260105",
    StudyID: null,
    PatientOrientation: ["L", "P"],
    SeriesNumber: "4",
  });
});
