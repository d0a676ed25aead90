import type { Patient, ReportStatus } from "@isocenter/contract";
import { type FieldInput, formatDate, formatTime, type Segment, segment } from "@isocenter/hl7";
import { type PaperSection, type ReportPaper, wordsOf } from "../../../modules/reports/index.ts";
import {
  type Examination,
  orderNumbers,
  referringField,
  requestFields,
  timingFields,
} from "./examination.ts";
import { headerSegment, type Receiver, type Sender } from "./header.ts";
import { type Clinician, clinicianField, interpreterField, patientFields } from "./people.ts";

/** One version of a report for one receiver. */
export interface Result {
  /** As it was made: its own text, whatever came after it. */
  paper: ReportPaper;
  /** It went out for another patient before: where it is signed, it is a correction. */
  wasAnothers: boolean;
  /** Who it is about, as that is known now, with all groups of the name. */
  patient: Patient;
  patientName: string;
  examination: Examination;
  signer: Clinician | null;
  /** Who wrote it, where that is another. */
  author: Clinician | null;
  /** The letter, where the receiver wants it. */
  pdf: Uint8Array | null;
}

/** OBR-25 (table 0123); null: such a version is not sent. */
export const resultStatus: Readonly<Record<ReportStatus, "P" | "F" | "C" | "X" | null>> = {
  DRAFT: null,
  PRELIMINARY: "P",
  FINAL: "F",
  AMENDED: "C",
  CORRECTED: "C",
  APPENDED: "C",
  CANCELLED: "X",
  ENTERED_IN_ERROR: "X",
};

/** OBX-11 (table 0085): W, what was sent is wrong. */
const observationStatus: Readonly<Record<ReportStatus, string>> = {
  DRAFT: "",
  PRELIMINARY: "P",
  FINAL: "F",
  AMENDED: "C",
  CORRECTED: "C",
  APPENDED: "C",
  CANCELLED: "X",
  ENTERED_IN_ERROR: "W",
};

/** The codes of our structured reports (PS3.16 CID 7001), so that both say the same. */
const sectionCodes: Readonly<Record<PaperSection["key"], readonly [string, string, string]>> = {
  technique: ["55111-9", "Current Procedure Descriptions", "LN"],
  comparison: ["18834-2", "Previous Findings", "LN"],
  findings: ["59776-5", "Findings", "LN"],
  impression: ["19005-8", "Impressions", "LN"],
  recommendations: ["18783-1", "Recommendations", "LN"],
};
const wholeReport = ["18748-4", "Diagnostic imaging report", "LN"] as const;
/** As the IHE Technical Framework Radiology names the study (RAD TF-2, 4.7). */
const dicomStudy = ["113014", "DICOM Study", "DCM"] as const;
const finding = ["121071", "Finding", "DCM"] as const;

/** OBX-8 (table 0078) of a critical finding: very abnormal, or abnormal. */
const flagOf = (severity: string): string => (severity === "CRITICAL" ? "AA" : "A");

interface Observation {
  type: "ST" | "FT" | "NM" | "ED";
  code: readonly [string, string, string];
  value: FieldInput;
  unit?: string | null;
  flag?: string;
  status?: string;
}

function observationsOf({ paper, pdf }: Result): Observation[] {
  const words = wordsOf(paper.language);
  const withdrawn = paper.status === "ENTERED_IN_ERROR";
  const said = paper.status === "CANCELLED" ? [] : paper.sections.filter(({ text }) => text.trim() !== "");
  const worst = paper.findings.some(({ severity }) => severity === "CRITICAL");
  const texts = said.map(({ key, text }): Observation => {
    const flag = key === "impression" && paper.findings.length > 0 ? (worst ? "AA" : "A") : "";
    // A receiver that overlooks the status must not show it as a report once more.
    return {
      type: "FT",
      code: sectionCodes[key],
      value: withdrawn ? words.doNotUse : text.trim(),
      flag: withdrawn ? "" : flag,
    };
  });
  const told = withdrawn ? [] : [...fieldsOf(paper), ...findingsOf(paper)];
  return [
    { type: "ST", code: dicomStudy, value: paper.study.studyInstanceUid, status: "O" },
    ...(texts.length > 0
      ? texts
      : [{ type: "FT", code: wholeReport, value: withdrawn ? words.doNotUse : "" } as const]),
    ...told,
    ...(pdf === null
      ? []
      : [
          {
            type: "ED",
            code: wholeReport,
            value: ["", "application", "pdf", "Base64", Buffer.from(pdf).toString("base64")],
          } as const,
        ]),
  ];
}

const isNumber = /^[+-]?\d+(?:\.\d+)?$/;

const fieldsOf = (paper: ReportPaper): Observation[] =>
  paper.fields.map(({ label, value, unit }) => ({
    type: unit !== null && isNumber.test(value) ? "NM" : "ST",
    code: [label, label, "L"],
    value,
    unit,
  }));

function findingsOf(paper: ReportPaper): Observation[] {
  const words = wordsOf(paper.language);
  return paper.findings.map(({ severity, description, communicated }) => ({
    type: "FT",
    code: finding,
    value:
      `${words.critical} (${words.severity[severity] ?? severity}): ${description}\n${communicated ?? ""}`.trim(),
    flag: flagOf(severity),
  }));
}

/** What a person must know of this version beside its text. */
function notesOf({ paper, wasAnothers }: Result): string[] {
  const { status, version, language, amendment, enteredInError } = paper;
  const words = wordsOf(language);
  if (status === "ENTERED_IN_ERROR")
    return [`${words.doNotUse}. ${enteredInError ? words.reason(enteredInError.reason) : ""}`.trim()];
  const before = wasAnothers ? [words.wasAnothers] : [];
  if (!amendment) return before;
  const { previousVersion, changed, reason } = amendment;
  const place = `${words.status[status]}: ${words.takesThePlace(version, previousVersion)}`;
  return [...before, `${place} ${words.changed(changed.join(", "))}. ${words.reason(reason)}`];
}

/** Date and time at the facility, where the images say so. */
const studyTime = ({ date, time }: ReportPaper["study"]): string =>
  date === null ? "" : formatDate(date) + (time ?? "").replaceAll(":", "").slice(0, 6);

/** How the version stands for who is told: what is final and went out for another patient is a correction. */
const standingOf = ({ paper: { status }, wasAnothers }: Result): ReportStatus =>
  wasAnothers && status === "FINAL" ? "CORRECTED" : status;

/** ORU^R01. @throws nothing; a version that is not sent has no status */
export function resultMessage(result: Result, receiver: Receiver, sender: Sender): Segment[] {
  const { paper, patient, patientName, examination, signer, author } = result;
  const standing = standingOf(result);
  const { version } = receiver;
  const { offset } = sender;
  const names = { receiver: receiver.application, sender: sender.application, version, offset };
  const timing = timingFields(examination, version, offset);
  const at = formatTime(paper.createdAt, offset);
  const responsible = signer ?? author;
  return [
    headerSegment(receiver, sender, ["ORU", "R01", "ORU_R01"]),
    segment("PID", patientFields(patient, patientName, receiver.patientIdIssuer)),
    segment("PV1", { 1: "1", 2: "U", 8: referringField(examination) }),
    segment("ORC", { 1: "RE", ...orderNumbers(examination, names), 12: referringField(examination) }),
    segment("OBR", {
      ...requestFields(examination, names),
      7: studyTime(paper.study),
      22: at,
      25: resultStatus[standing] ?? "",
      32: signer ? interpreterField(signer) : "",
      33: author ? interpreterField(author) : "",
    }),
    ...notesOf(result).map((text, index) => segment("NTE", { 1: index + 1, 2: "L", 3: text })),
    ...(timing ? [segment("TQ1", timing)] : []),
    ...observationsOf(result).map(({ type, code, value, unit, flag, status }, index) =>
      segment("OBX", {
        1: index + 1,
        2: type,
        3: code,
        5: value,
        6: unit ? [unit, "", "UCUM"] : "",
        8: flag ?? "",
        11: status ?? observationStatus[standing],
        14: at,
        16: responsible && type !== "ST" ? clinicianField(responsible) : "",
      }),
    ),
  ];
}
