import { expect, test } from "vitest";
import { keysOf, newestFirst, readHere, readSeries, readStudies } from "./matches.ts";

test("what is typed becomes the keys of a C-FIND: names by their beginnings, days as a range", () => {
  expect(keysOf({ q: "Doe, Ja", from: "2026-01-05", modality: "ct" })).toEqual({
    PatientName: "Doe*^Ja*",
    StudyDate: "20260105-",
    ModalitiesInStudy: "CT",
  });
  expect(keysOf({ q: "*son", to: "2026-01-05" })).toEqual({ PatientName: "*son", StudyDate: "-20260105" });
  expect(keysOf({ q: "Doe^Jane", patient: " 7 ", accession: "A1", description: "thorax" })).toEqual({
    PatientName: "Doe*^Jane*",
    PatientID: "7",
    AccessionNumber: "A1",
    StudyDescription: "*thorax*",
  });
});

test("a search for nothing asks nobody", () => {
  expect(keysOf({ q: "  " })).toBeNull();
});

test("matches are read as other systems write them, without a UID not at all; the newest stand first", () => {
  const match = (uid: string, date: string) => ({
    "0020000D": { vr: "UI", Value: [uid] },
    "00080020": { vr: "DA", Value: [date] },
    "00100010": { vr: "PN", Value: [{ Alphabetic: "Doe^Jane" }] },
    "00080061": { vr: "CS", Value: ["CT", "SR"] },
    "00201208": { vr: "IS", Value: ["12"] },
  });
  const studies = readStudies([match("1.2", "20260105"), match("1.3", "20260205"), {}]);
  expect(newestFirst(studies).map(({ studyInstanceUid }) => studyInstanceUid)).toEqual(["1.3", "1.2"]);
  expect(studies[0]).toMatchObject({ patientName: "Doe, Jane", modalities: ["CT", "SR"], images: 12 });
  const series = readSeries([
    { "0020000E": { vr: "UI", Value: ["9.2"] }, "00200011": { vr: "IS", Value: [10] } },
    { "0020000E": { vr: "UI", Value: ["9.1"] }, "00200011": { vr: "IS", Value: [2] } },
  ]);
  expect(series.map(({ seriesInstanceUid }) => seriesInstanceUid)).toEqual(["9.1", "9.2"]);
  const here = [{ "0020000D": { vr: "UI", Value: ["1.2"] }, "00201208": { vr: "IS", Value: [3] } }];
  expect(readHere(here, "0020000D", "00201208")).toEqual({ "1.2": 3 });
});
