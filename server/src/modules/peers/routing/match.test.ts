import type { RoutingConditions } from "@isocenter/contract";
import { expect, test } from "vitest";
import { matchingSeries, type RoutedSeries, type RoutedStudy, routed } from "./match.ts";

const ct: RoutedSeries = {
  SeriesInstanceUID: "1.2.3.1",
  modality: "CT",
  bodyPart: null,
  stationName: "CT-ROOM-1",
  sopClassUids: ["1.2.840.10008.5.1.4.1.1.2"],
  sources: [{ door: "C_STORE", sender: "CT1" }],
  numberOfInstances: 40,
};
const report: RoutedSeries = {
  SeriesInstanceUID: "1.2.3.2",
  modality: "SR",
  bodyPart: "CHEST",
  stationName: null,
  sopClassUids: ["1.2.840.10008.5.1.4.1.1.88.33"],
  sources: [
    { door: "STOW_RS", sender: "key-1" },
    { door: "C_STORE", sender: "WORKSTATION" },
  ],
  numberOfInstances: 1,
};
const study: RoutedStudy = {
  StudyInstanceUID: "1.2.3",
  description: "CT Abdomen (routine)",
  bodyPart: "ABDOMEN",
  referringPhysician: "House^Gregory",
  series: [ct, report],
};

const found = (conditions: RoutingConditions) =>
  matchingSeries(conditions, study).map(({ modality }) => modality);

test.each<[RoutingConditions, string[]]>([
  [{}, ["CT", "SR"]],
  [{ sourceAeTitles: ["ct?"] }, ["CT"]],
  [{ sourceAeTitles: ["CT2", "WORK*"] }, ["SR"]],
  // A key of the REST door is no AE title.
  [{ sourceAeTitles: ["key-1"] }, []],
  [{ doors: ["STOW_RS"] }, ["SR"]],
  [{ doors: ["UPLOAD"] }, []],
  [{ modalities: ["MR", "SR"] }, ["SR"]],
  [{ stationNames: ["*room-1"] }, ["CT"]],
  [{ stationNames: ["*"] }, ["CT"]],
  [{ bodyParts: ["abd*"] }, ["CT"]],
  [{ bodyParts: ["chest"] }, ["SR"]],
  [{ sopClassUids: ["1.2.840.10008.5.1.4.1.1.88.33"] }, ["SR"]],
  [{ studyDescription: ["*abdomen*"] }, ["CT", "SR"]],
  [{ studyDescription: ["abdomen"] }, []],
  [{ studyDescription: ["ct abdomen (routine)"] }, ["CT", "SR"]],
  [{ referringPhysician: ["house^*"] }, ["CT", "SR"]],
  [{ referringPhysician: ["wilson*"], modalities: ["CT"] }, []],
  [{ modalities: ["CT"], bodyParts: ["CHEST"] }, []],
  [{ modalities: ["CT"], sourceAeTitles: ["CT1"], bodyParts: ["ABDOMEN"] }, ["CT"]],
])("%j", (conditions, expected) => {
  expect(found(conditions)).toEqual(expected);
});

test("a pattern of many stars takes no longer than any other", () => {
  const long = { ...study, description: "a".repeat(1000) };
  const begun = performance.now();
  expect(matchingSeries({ studyDescription: [`${"a*".repeat(31)}b`] }, long)).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(500);
});

const rule = { conditions: {}, scope: "STUDY", sendBack: false } as const;
const nothingSent = () => 0;

test("the whole study goes as soon as one series fits, or the fitting series alone", () => {
  const reports = { ...rule, conditions: { modalities: ["SR"] } };
  expect(routed(reports, study, "PACS2", nothingSent)).toEqual({ scope: "STUDY", total: 41 });
  expect(routed({ ...reports, scope: "SERIES" }, study, "PACS2", nothingSent)).toEqual({
    scope: [report],
    total: 1,
  });
  expect(routed({ ...rule, conditions: { modalities: ["MG"] } }, study, "PACS2", nothingSent)).toBeNull();
});

test("nothing goes back to where it came from, unless the rule says so", () => {
  expect(routed(rule, study, "CT1", nothingSent)).toEqual({ scope: [report], total: 1 });
  // Some of the series came another way.
  expect(routed(rule, study, "WORKSTATION", nothingSent)).toEqual({ scope: "STUDY", total: 41 });
  expect(routed({ ...rule, sendBack: true }, study, "CT1", nothingSent)).toEqual({
    scope: "STUDY",
    total: 41,
  });
  const onlyCt = { ...study, series: [ct] };
  expect(routed(rule, onlyCt, "CT1", nothingSent)).toBeNull();
});

test("what the destination has is not sent again; a series of which it lacks some is", () => {
  const sent = (counts: Record<string, number>) => (uid: string) => counts[uid] ?? 0;
  expect(routed(rule, study, "PACS2", sent({ "1.2.3.1": 40, "1.2.3.2": 1 }))).toBeNull();
  expect(routed(rule, study, "PACS2", sent({ "1.2.3.1": 40 }))).toEqual({ scope: [report], total: 1 });
  expect(routed(rule, study, "PACS2", sent({ "1.2.3.1": 39, "1.2.3.2": 1 }))).toEqual({
    scope: [ct],
    total: 40,
  });
});
