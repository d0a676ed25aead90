import type { Patient, ReportStatus } from "@isocenter/contract";
import { type SectionKey, wordsOf } from "./words.ts";

/** A part of the report's text under its heading. */
export interface PaperSection {
  key: SectionKey;
  heading: string;
  text: string;
}

/** A structured field of the template, as it was filled in. */
export interface PaperField {
  label: string;
  value: string;
  /** UCUM. */
  unit: string | null;
}

export interface PaperFinding {
  severity: string;
  description: string;
  /** Whom it was told and when, in words, where that is known. */
  communicated: string | null;
}

/**
 * One version of a report with everything that its papers say: what is not in here is not on them, so the same paper always gives the same bytes.
 * Person names are DICOM's with groups and carets, dates `YYYY-MM-DD`, times of day `HH:MM:SS` at the facility.
 */
export interface ReportPaper {
  reportId: string;
  version: number;
  status: ReportStatus;
  /** RFC 5646. */
  language: string;
  /** SHA-256 of the version in hexadecimal; null where nothing is signed yet. */
  hash: string | null;
  previousHash: string | null;
  /** The address in lines; empty where none is known. */
  facility: { name: string; timeZone: string; address: string; phone: string };
  patient: {
    name: string;
    identifier: string;
    issuer: string;
    birthDate: string | null;
    sex: "F" | "M" | "O" | "U" | null;
  };
  study: {
    studyInstanceUid: string;
    studyId: string | null;
    accessionNumber: string | null;
    description: string | null;
    date: string | null;
    time: string | null;
    modalities: readonly string[];
    bodyPart: string | null;
    referringPhysician: string | null;
  };
  order: {
    procedure: string;
    procedureCode: { value: string; scheme: string } | null;
    clinicalIndication: string;
    orderedBy: string;
    placerOrderNumber: string | null;
    requestedProcedureId: string;
  } | null;
  sections: readonly PaperSection[];
  fields: readonly PaperField[];
  findings: readonly PaperFinding[];
  /** Who wrote it, where that is another than the signer. */
  author: string | null;
  signature: { name: string; at: Date } | null;
  /** What this version changed of the one before. */
  amendment: { reason: string; changed: readonly string[]; previousVersion: number } | null;
  /** Said where the report must not be relied on any more. */
  enteredInError: { reason: string; name: string; at: Date } | null;
  /** The number of the version that stands now, where it is not this one. */
  supersededBy: number | null;
  /** Whose the study is, where the version was made for another. */
  anothers: { name: string; identifier: string } | null;
  /** When this version came to be: the document's own date. */
  createdAt: Date;
}

/** The report was withdrawn, with this version or after it. */
export const isInError = (paper: ReportPaper): boolean =>
  paper.status === "ENTERED_IN_ERROR" || paper.enteredInError !== null;

/**
 * Whether the papers of a version name the patient: they say who the study was of when it was signed, which may have been another. One without identifier is
 * not known to be another.
 */
export const namesPatient = (
  { patient: { identifier, issuer } }: { patient: Pick<ReportPaper["patient"], "identifier" | "issuer"> },
  { identifiers }: Pick<Patient, "identifiers">,
): boolean =>
  identifier === "" || identifiers.some((one) => one.value === identifier && one.issuer === issuer);

/** What the document is called: in the viewer's title bar, and in DICOM's Document Title. */
export const titleOf = (paper: ReportPaper): string =>
  wordsOf(paper.language).title(
    paper.order?.procedure ?? paper.study.description ?? paper.study.modalities.join(", "),
  );

const unitSigns: Readonly<Record<string, string>> = {
  "1": "",
  "[hnsf'U]": "HU",
  deg: "°",
  um: "µm",
  Cel: "°C",
};

/** A value with its unit as people write it; UCUM's annotations lose their braces. */
export const withUnit = (value: string, unit: string | null): string =>
  `${value} ${unitSigns[unit ?? ""] ?? (unit ?? "").replace(/[{}]/g, "")}`.trim();
