import { Tags } from "@isocenter/dicom";
import { expect, test } from "vitest";
import type { SupportedKey } from "../../../modules/archive/index.ts";
import { parseQido } from "./query.ts";

const key = (tag: number, vr: string, ...matching: SupportedKey["matching"]): SupportedKey => ({
  tag,
  vr,
  level: "STUDY",
  matching,
  byDefault: true,
});
const keys: SupportedKey[] = [
  key(Tags.PatientName, "PN", "name"),
  key(Tags.PatientID, "LO", "text"),
  key(Tags.StudyDate, "DA", "date"),
  key(Tags.StudyTime, "TM", "time"),
  key(Tags.AcquisitionDateTime, "DT", "dateTime"),
  key(Tags.StudyInstanceUID, "UI", "uids"),
  key(Tags.ModalitiesInStudy, "CS", "codes", "text"),
  key(Tags.NumberOfStudyRelatedInstances, "IS", "number"),
  key(Tags.StudyDescription, "LO", "text"),
  key(Tags.RetrieveURL, "UR"),
  key(Tags.RequestAttributesSequence, "SQ"),
  { ...key(Tags.ScheduledProcedureStepID, "SH", "text"), within: Tags.RequestAttributesSequence },
];
const parse = (query: string, fixed = {}) => parseQido("STUDY", new URLSearchParams(query), keys, fixed);
const matches = (query: string) => parse(query).query.matches;
const only = (query: string) => matches(query)[0]?.match;

test.each([
  ["PatientName=*DOE^J*", { kind: "name", pattern: "*DOE^J*", fuzzy: false }],
  ["PatientName=DOE&fuzzymatching=true", { kind: "name", pattern: "DOE", fuzzy: true }],
  ["00100020=X%201", { kind: "text", pattern: "X 1" }],
  ["00100020=%20X%201%20%20", { kind: "text", pattern: "X 1" }],
  ["PatientName=DOE^J%20", { kind: "name", pattern: "DOE^J", fuzzy: false }],
  ["PatientID=", { kind: "universal" }],
  ["PatientID=*", { kind: "universal" }],
  ["StudyDate=20260105", { kind: "date", from: "2026-01-05", to: "2026-01-05" }],
  ["StudyDate=20260101-20260131", { kind: "date", from: "2026-01-01", to: "2026-01-31" }],
  ["StudyDate=-20260131", { kind: "date", from: null, to: "2026-01-31" }],
  ["StudyTime=10-1130", expect.objectContaining({ kind: "time", from: expect.stringMatching(/^10:00:00/) })],
  ["StudyInstanceUID=1.2,1.3", { kind: "uids", values: ["1.2", "1.3"] }],
  ["0020000D=1.2%5C1.3", { kind: "uids", values: ["1.2", "1.3"] }],
  ["ModalitiesInStudy=CT%5CMR", { kind: "codes", values: ["CT", "MR"] }],
  ["NumberOfStudyRelatedInstances=12", { kind: "number", value: 12 }],
])("%s", (query, expected) => {
  expect(only(query)).toEqual(expected);
});

test("an attribute within a sequence is named by a path", () => {
  expect(matches("RequestAttributesSequence.ScheduledProcedureStepID=S1")).toEqual([
    {
      tag: Tags.ScheduledProcedureStepID,
      within: Tags.RequestAttributesSequence,
      match: { kind: "text", pattern: "S1" },
    },
  ]);
  expect(matches("00400275.00400009=S1")).toHaveLength(1);
});

test("what the path of the request names is matched too", () => {
  expect(parse("", { StudyInstanceUID: "1.2" }).query.matches).toEqual([
    { tag: Tags.StudyInstanceUID, match: { kind: "uids", values: ["1.2"] } },
  ]);
});

test("what the path names may be said again in the query", () => {
  const uids = (query: string) => parse(query, { StudyInstanceUID: "1.2" }).query.matches;
  const only = { tag: Tags.StudyInstanceUID, match: { kind: "uids", values: ["1.2"] } };
  expect(uids("StudyInstanceUID=1.2")).toEqual([only]);
  expect(uids("StudyInstanceUID=1.3,1.2")).toEqual([only]);
  expect(uids("StudyInstanceUID=")).toEqual([only]);
  expect(uids("StudyInstanceUID=1.3")).toEqual([{ ...only, match: { kind: "uids", values: [] } }]);
});

test("included fields come in lists, repeated, by keyword or tag, or all", () => {
  expect(parse("includefield=StudyDescription,00081190&includefield=00400275").query.include).toEqual([
    Tags.StudyDescription,
    Tags.RetrieveURL,
    Tags.RequestAttributesSequence,
  ]);
  expect(parse("includefield=StudyDescription&includefield=all").query.include).toBe("all");
  expect(parse("IncludeField=ALL").query.include).toBe("all");
});

test("the character set of the query is UTF-8, or warned of", () => {
  expect(parse("accept=application/dicom%2Bjson&charset=utf-8").warnings).toEqual([]);
  expect(parse("charset=iso-8859-1,utf-8;q=0.5").warnings).toEqual([]);
  expect(parse("charset=iso-8859-1").warnings).toEqual([expect.stringContaining("UTF-8")]);
});

test("what OHIF sends is understood", () => {
  const { query, warnings } = parse(
    "PatientName=*smith*&00100020=*1*&StudyDescription=*ct*&limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060%2C00080090%2C00100030&StudyDate=20200101-20261231",
  );
  expect(query).toMatchObject({ limit: 101, offset: 0, include: [Tags.StudyDescription] });
  expect(query.matches.map(({ match }) => match.kind)).toEqual(["name", "text", "text", "date"]);
  expect(warnings).toHaveLength(3);
});

test("date and time together are one span", () => {
  expect(parse("StudyDate=20260101-20260102&StudyTime=10-12").query.combineDateTime).toBe(true);
  expect(parse("StudyDate=20260101").query.combineDateTime).toBe(false);
});

test("keys and options that are not supported are warned of and not used", () => {
  const unsupported = parse(
    "BodyPartExamined=HEAD&RetrieveURL=x&emptyvaluematching=true&multiplevaluematching=true",
  );
  expect(unsupported.query.matches).toEqual([{ tag: Tags.RetrieveURL, match: { kind: "universal" } }]);
  expect(unsupported.warnings).toHaveLength(4);
  expect(unsupported.warnings.join()).toContain("BodyPartExamined");
  expect(parse("StudyDescription=x&fuzzymatching=true").warnings[0]).toContain("fuzzymatching");
  expect(parse("PatientName=x&fuzzymatching=true").warnings).toEqual([]);
});

test.each([
  ["PatentName=x", "PatentName"],
  ["limit=x", "limit"],
  ["limit=-1", "limit"],
  ["offset=1.5", "offset"],
  ["limit=1&Limit=2", "limit"],
  ["offset=0&offset=0", "offset"],
  ["fuzzymatching=true&fuzzymatching=false", "fuzzymatching"],
  ["fuzzymatching=maybe", "fuzzymatching"],
  ["StudyDate=yesterday", "StudyDate"],
  ["StudyTime=noon", "StudyTime"],
  ["StudyInstanceUID=../etc", "StudyInstanceUID"],
  ["NumberOfStudyRelatedInstances=many", "NumberOfStudyRelatedInstances"],
  ["includefield=Nonsense", "includefield"],
  ["PatientName=J%E9r%F4me", "PatientName"],
  ["PatientID=1&00100020=2", "00100020"],
  ["PatientName.PatientID=1", "PatientName.PatientID"],
  ["00400275.00400275.00400009=1", "00400275.00400275.00400009"],
  [`PatientID=${"x".repeat(5000)}`, "PatientID"],
])("%s is a 400 that names it", (query, path) => {
  expect(() => parse(query)).toThrow(
    expect.objectContaining({ kind: "invalid", errors: [expect.objectContaining({ path })] }),
  );
});

test("all mistakes are named at once", () => {
  expect(() => parse("Foo=1&Bar=2&limit=x")).toThrow(
    expect.objectContaining({ errors: expect.objectContaining({ length: 3 }) }),
  );
});
