import {
  type DicomJson,
  dictionaryEntry,
  formatTag,
  isTolerableUid,
  parseDate,
  parseTime,
  type Tag,
  Tags,
} from "@isocenter/dicom";
import { Refusal } from "../../../platform/index.ts";

/**
 * Type of an attribute when the step is created (PS3.4 Table F.7.2-1): 1 has a value, 2 is there. Those of type 3 may be there or not. Of type 2 only what
 * tells patient and order apart is demanded ("2 needed"); the rest is added without a value where modalities leave it out: see docs/decisions.
 */
type Rule = readonly [keyword: keyof typeof Tags, type: 1 | "2 needed" | 2 | 3, items?: readonly Rule[]];

const code: readonly Rule[] = [
  ["CodeValue", 1],
  ["CodingSchemeDesignator", 1],
  ["CodeMeaning", 1],
];
const reference: readonly Rule[] = [
  ["ReferencedSOPClassUID", 1],
  ["ReferencedSOPInstanceUID", 1],
];
const series: readonly Rule[] = [
  ["PerformingPhysicianName", 2],
  ["ProtocolName", 1],
  ["OperatorsName", 2],
  ["SeriesInstanceUID", 1],
  ["SeriesDescription", 2],
  ["RetrieveAETitle", 2],
  ["ReferencedImageSequence", 2, reference],
  ["ReferencedNonImageCompositeSOPInstanceSequence", 2, reference],
];

/** What may still be set after the step was created, of what the table names. */
const changing: readonly Rule[] = [
  ["PerformedProcedureStepStatus", 1],
  ["PerformedProcedureStepDescription", 2],
  ["PerformedProcedureTypeDescription", 2],
  ["ProcedureCodeSequence", 2, code],
  ["PerformedProcedureStepEndDate", 2],
  ["PerformedProcedureStepEndTime", 2],
  ["PerformedProcedureStepDiscontinuationReasonCodeSequence", 3, code],
  ["PerformedProtocolCodeSequence", 2, code],
  ["PerformedSeriesSequence", 2, series],
];

/** What stands when the step is created. */
const fixed: readonly Rule[] = [
  [
    "ScheduledStepAttributesSequence",
    1,
    [
      ["StudyInstanceUID", 1],
      ["ReferencedStudySequence", 2, reference],
      ["AccessionNumber", "2 needed"],
      ["RequestedProcedureID", "2 needed"],
      ["RequestedProcedureCodeSequence", 3, code],
      ["RequestedProcedureDescription", 2],
      ["ScheduledProcedureStepID", "2 needed"],
      ["ScheduledProcedureStepDescription", 2],
      ["ScheduledProtocolCodeSequence", 2, code],
    ],
  ],
  ["PatientName", "2 needed"],
  ["PatientID", "2 needed"],
  ["IssuerOfPatientID", 3],
  ["PatientBirthDate", 2],
  ["PatientSex", 2],
  ["ReferencedPatientSequence", 2, reference],
  ["AdmissionID", 3],
  ["PerformedProcedureStepID", 1],
  ["PerformedStationAETitle", 1],
  ["PerformedStationName", 2],
  ["PerformedLocation", 2],
  ["PerformedProcedureStepStartDate", 1],
  ["PerformedProcedureStepStartTime", 1],
  ["Modality", 1],
  ["StudyID", 2],
];

const dates: readonly Tag[] = [
  Tags.PerformedProcedureStepStartDate,
  Tags.PerformedProcedureStepEndDate,
  Tags.PatientBirthDate,
];
const times: readonly Tag[] = [Tags.PerformedProcedureStepStartTime, Tags.PerformedProcedureStepEndTime];
const uids: readonly Tag[] = [
  Tags.StudyInstanceUID,
  Tags.SeriesInstanceUID,
  Tags.ReferencedSOPClassUID,
  Tags.ReferencedSOPInstanceUID,
];

export const performedStepStatuses = ["IN PROGRESS", "COMPLETED", "DISCONTINUED"] as const;
export type PerformedStepStatus = (typeof performedStepStatuses)[number];

type Wrong = "missing-attribute" | "missing-value" | "invalid-value";
const words: Readonly<Record<Wrong, string>> = {
  "missing-attribute": "is missing",
  "missing-value": "has no value",
  "invalid-value": "has a value that it cannot have",
};

/** `errors` names the attribute by its tag, for the protocol to tell. */
const wrong = (what: Wrong, tag: Tag, keyword: string): Refusal =>
  new Refusal("unprocessable", `performed-step.${what}`, `${keyword} ${words[what]}.`, {
    errors: [{ path: formatTag(tag), message: words[what] }],
  });

/** @param complete what is needed must be there; else what is there is looked at */
function check(set: DicomJson, rules: readonly Rule[], complete: boolean): void {
  for (const [keyword, type, items] of rules) {
    const tag = Tags[keyword];
    const element = set[formatTag(tag)];
    if (!element) {
      if (complete && (type === 1 || type === "2 needed")) throw wrong("missing-attribute", tag, keyword);
      continue;
    }
    const values = element.Value ?? [];
    if (type === 1 && (values.length === 0 || values[0] === null || values[0] === ""))
      throw wrong("missing-value", tag, keyword);
    for (const value of values) {
      if (items) check((value ?? {}) as DicomJson, items, complete || type === 1 || items === reference);
      else if (typeof value === "string" && value !== "" && !suits(tag, value))
        throw wrong("invalid-value", tag, keyword);
    }
  }
}

const suits = (tag: Tag, value: string): boolean => {
  if (dates.includes(tag)) return parseDate(value) !== null;
  if (times.includes(tag)) return parseTime(value) !== null;
  return !uids.includes(tag) || isTolerableUid(value);
};

export function statusOf(set: DicomJson): PerformedStepStatus {
  const [value] = set[formatTag(Tags.PerformedProcedureStepStatus)]?.Value ?? [];
  const status = performedStepStatuses.find((one) => one === value);
  if (!status)
    throw wrong("invalid-value", Tags.PerformedProcedureStepStatus, "PerformedProcedureStepStatus");
  return status;
}

/** With every attribute of type 2, without a value where it was left out. */
function completed(set: DicomJson, rules: readonly Rule[]): DicomJson {
  const whole: DicomJson = { ...set };
  for (const [keyword, type, items] of rules) {
    const key = formatTag(Tags[keyword]);
    const element = set[key];
    if (!element && type === 2) whole[key] = { vr: dictionaryEntry(Tags[keyword])!.vr };
    if (element?.Value && items)
      whole[key] = {
        ...element,
        Value: element.Value.map((one) => completed((one ?? {}) as DicomJson, items)),
      };
  }
  return whole;
}

/**
 * The step of the attribute list of an N-CREATE: all that is needed is there, and the step is IN PROGRESS (PS3.4 F.7.2.1.2).
 * @throws Refusal `unprocessable` (`performed-step.missing-attribute`, `.missing-value`, `.invalid-value`)
 */
export function created(set: DicomJson): DicomJson {
  const rules = [...fixed, ...changing];
  check(set, rules, true);
  if (statusOf(set) !== "IN PROGRESS")
    throw wrong("invalid-value", Tags.PerformedProcedureStepStatus, "PerformedProcedureStepStatus");
  return completed(set, rules);
}

/**
 * The step with the modifications of an N-SET. What stands since its creation may be said again, and not otherwise (PS3.4 Table F.7.2-1); a step that ends
 * has an end, and one that is completed has series.
 * @throws Refusal as `created`
 */
export function modified(step: DicomJson, modifications: DicomJson): DicomJson {
  check(modifications, changing, false);
  const whole = completed(modifications, fixed);
  for (const [keyword] of fixed) {
    const key = formatTag(Tags[keyword]);
    if (modifications[key] && !same(whole[key], step[key]))
      throw wrong("invalid-value", Tags[keyword], keyword);
  }
  const next = { ...step, ...modifications };
  const status = statusOf(next);
  if (status === "IN PROGRESS") return next;
  const final: readonly Rule[] = [
    ["PerformedProcedureStepEndDate", 1],
    ["PerformedProcedureStepEndTime", 1],
    ["PerformedSeriesSequence", status === "COMPLETED" ? 1 : 2, series],
  ];
  check(next, final, true);
  return completed(next, changing);
}

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** The keys of an object that came from `jsonb` are in another order than those of one that was read. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
