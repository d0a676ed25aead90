import { type DicomJson, dictionaryEntry, formatTag, type JsonElement, Tags } from "@isocenter/dicom";
import { type WorklistKey, worklistKeys } from "./keys.ts";

/** A scheduled step with its order, patient and facility, as `query.ts` reads it. Dates `YYYYMMDD` and times `HHMMSS` of the facility. */
export interface StepRow {
  id: string;
  stepId: string;
  modality: string;
  description: string;
  protocolCode: string | null;
  protocolCodingScheme: string | null;
  stationAeTitle: string | null;
  stationName: string | null;
  startDate: string;
  startTime: string;
  endDate: string | null;
  endTime: string | null;
  performingPhysician: string | null;
  status: string;
  accessionNumber: string;
  requestedProcedureId: string;
  studyInstanceUid: string;
  placerOrderNumber: string | null;
  procedureCode: string | null;
  procedureCodingScheme: string | null;
  procedureName: string;
  protocol: string | null;
  clinicalIndication: string;
  priority: "STAT" | "URGENT" | "ROUTINE";
  notes: string | null;
  orderedDate: string;
  orderedTime: string;
  provider: string;
  facilityName: string;
  patientId: string;
  patientName: string;
  birthDate: string | null;
  sex: string | null;
  patientAttributes: DicomJson;
  identifier: string | null;
  issuer: string | null;
}

/** Requested Procedure Priority (PS3.3 C.4.11). */
const priorities = { STAT: "STAT", URGENT: "HIGH", ROUTINE: "ROUTINE" } as const;
/** Characters that a value may have (PS3.5 §6.2). */
const longest: Readonly<Record<string, number>> = {
  AE: 16,
  CS: 16,
  SH: 16,
  LO: 64,
  ST: 1024,
  LT: 10_240,
  PN: 64,
};

/** A person's name as a user has it, "Anna Smith" or "Smith, Anna", with its components. */
function nameComponentsOf(fullName: string): string {
  if (fullName.includes("^")) return fullName;
  const [family = "", given = ""] = fullName.split(",").map((part) => part.trim());
  if (given !== "") return `${family}^${given}`;
  const words = family.split(/\s+/);
  const prefix: string[] = [];
  while (words.length > 1 && /^(dr|prof|mr|mrs|ms|pd)\.?$/i.test(words[0]!)) prefix.push(words.shift()!);
  const last = words.pop() ?? "";
  return [last, words.join(" "), "", prefix.join(" ")].join("^").replace(/\^+$/, "");
}

/** A value as its VR allows it: one value, no control characters, not too long. Text of ST and LT may have lines and backslashes. */
function fitting(vr: string, value: string): string {
  const parted = vr === "LT" || vr === "ST";
  const clean = parted ? value.replace(/(?![\r\n])\p{Cc}/gu, " ") : value.replace(/[\p{Cc}\\]/gu, " ");
  return Array.from(clean.trim())
    .slice(0, longest[vr] ?? Number.POSITIVE_INFINITY)
    .join("")
    .trim();
}

function element(vr: string, value: string | null): JsonElement {
  if (value === null) return { vr };
  if (vr === "PN") {
    const [Alphabetic = "", Ideographic = "", Phonetic = ""] = value
      .split("=")
      .map((group) => fitting(vr, group).replace(/\^+$/, ""));
    const groups = Object.entries({ Alphabetic, Ideographic, Phonetic }).filter(([, group]) => group !== "");
    return groups.length === 0 ? { vr } : { vr, Value: [Object.fromEntries(groups)] };
  }
  const text = fitting(vr, value);
  return text === "" ? { vr } : { vr, Value: [text] };
}

type Values = { readonly [keyword in keyof typeof Tags]?: string | null | readonly Values[] };

function dataSet(values: Values): DicomJson {
  const set: DicomJson = {};
  for (const [keyword, value] of Object.entries(values)) {
    const tag = Tags[keyword as keyof typeof Tags];
    if (typeof value === "object" && value !== null) {
      if (value.length > 0) set[formatTag(tag)] = { vr: "SQ", Value: value.map(dataSet) };
      continue;
    }
    const made = element(dictionaryEntry(tag)!.vr, value ?? null);
    if (made.Value) set[formatTag(tag)] = made;
  }
  return set;
}

const codeItem = (value: string | null, scheme: string | null, meaning: string): Values[] =>
  value === null
    ? []
    : [{ CodeValue: value, CodingSchemeDesignator: scheme ?? "99ISO", CodeMeaning: meaning }];

/**
 * Everything that a worklist client can be told of the step: only attributes that have a value.
 * @param asking AE title of who asks: a step that no station was chosen for can be done there
 */
export function entryOf(row: StepRow, asking: string): DicomJson {
  const step: Values = {
    ScheduledStationAETitle: row.stationAeTitle ?? asking,
    ScheduledProcedureStepStartDate: row.startDate,
    ScheduledProcedureStepStartTime: row.startTime,
    ScheduledProcedureStepEndDate: row.endDate,
    ScheduledProcedureStepEndTime: row.endTime,
    Modality: row.modality,
    ScheduledPerformingPhysicianName: row.performingPhysician && nameComponentsOf(row.performingPhysician),
    ScheduledProcedureStepDescription: row.description.trim() || row.procedureName.trim() || row.modality,
    ScheduledStationName: row.stationName,
    ScheduledProcedureStepID: row.stepId,
    CommentsOnTheScheduledProcedureStep: row.protocol,
    ScheduledProcedureStepStatus: row.status,
    ScheduledProtocolCodeSequence: codeItem(row.protocolCode, row.protocolCodingScheme, row.description),
  };
  const provider = nameComponentsOf(row.provider);
  return {
    ...ofPatientModules(row.patientAttributes),
    ...dataSet({
      ScheduledProcedureStepSequence: [step],
      RequestedProcedureID: row.requestedProcedureId,
      RequestedProcedureDescription: row.procedureName.trim() || row.modality,
      RequestedProcedureCodeSequence: codeItem(
        row.procedureCode,
        row.procedureCodingScheme,
        row.procedureName,
      ),
      StudyInstanceUID: row.studyInstanceUid,
      RequestedProcedurePriority: priorities[row.priority],
      ReportingPriority: priorities[row.priority],
      AccessionNumber: row.accessionNumber,
      RequestingPhysician: provider,
      ReferringPhysicianName: provider,
      // Neither may be empty; a patient of whom nothing is known yet has at least our own number.
      PatientName: /[^^=\s]/.test(row.patientName) ? row.patientName : "UNKNOWN",
      PatientID: row.identifier ?? row.patientId,
      IssuerOfPatientID: row.issuer,
      PatientBirthDate: row.birthDate,
      // DICOM has no code for unknown: it leaves the sex empty (PS3.3 C.7.1.1).
      PatientSex: row.sex === "U" ? null : row.sex,
      InstitutionName: row.facilityName,
      ReasonForTheRequestedProcedure: row.clinicalIndication,
      ReasonForTheImagingServiceRequest: row.clinicalIndication,
      RequestedProcedureComments: row.notes,
      IssueDateOfImagingServiceRequest: row.orderedDate,
      IssueTimeOfImagingServiceRequest: row.orderedTime,
      PlacerOrderNumberImagingServiceRequest: row.placerOrderNumber,
      FillerOrderNumberImagingServiceRequest: row.accessionNumber,
    }),
  };
}

const plainKeys = worklistKeys.filter(({ items }) => items === null).map(({ tag }) => formatTag(tag));

/** What images told of the patient and the worklist has a key for, such as allergies or weight. */
const ofPatientModules = (attributes: DicomJson): DicomJson =>
  Object.fromEntries(plainKeys.flatMap((key) => (attributes[key]?.Value ? [[key, attributes[key]]] : [])));

/** A key that is asked for; of a sequence those of its items, null for all of them. */
export interface AskedKey {
  key: WorklistKey;
  items: readonly AskedKey[] | null;
}

/**
 * The part of the entry that was asked for: keys of type 1 and 2 always there, the latter perhaps empty; so are those of the other types, that the client sees
 * that it was understood (PS3.4 K.2.2.1.3).
 */
export function answerOf(entry: DicomJson, asked: readonly AskedKey[]): DicomJson {
  return Object.fromEntries(
    asked.map(({ key, items }) => {
      const name = formatTag(key.tag);
      const found = entry[name];
      if (key.items === null) return [name, found ?? { vr: key.vr }];
      const inner = items ?? key.items.map((one): AskedKey => ({ key: one, items: null }));
      const made = ((found?.Value ?? []) as DicomJson[]).map((item) => answerOf(item, inner));
      return [name, made.length === 0 ? { vr: "SQ" } : { vr: "SQ", Value: made }];
    }),
  );
}
