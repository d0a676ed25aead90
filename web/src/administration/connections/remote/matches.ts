import { type JsonDataSet, numberOf, textOf, textsOf } from "@isocenter/presentation";
import type { Schemas } from "../../../api/api.ts";
import { dateOf, personNameOf, timeOf } from "../../../viewer/model/dicom-json.ts";
import type { AdministrationState } from "../../administration-state.ts";

/** What the address may say of a search in another system. */
export type Wanted = Pick<
  AdministrationState,
  "q" | "patient" | "accession" | "description" | "modality" | "from" | "to"
>;

const compact = (day: string) => day.replaceAll("-", "");

/** A name as one types it, "Doe, Jane" or "Doe^Jane", to be matched by the beginning of its parts (PS3.4 C.2.2.2.4). */
function namePattern(typed: string): string {
  if (/[*?]/.test(typed)) return typed.replace(/,\s*/, "^");
  return typed
    .replace(/,\s*/, "^")
    .split("^")
    .map((part) => `${part.trim()}*`)
    .join("^");
}

/** The keys of a C-FIND at the level of studies; null where nothing narrows it, for then a whole archive would answer. */
export function keysOf(wanted: Wanted): Record<string, string> | null {
  const { q, patient, accession, description, modality, from, to } = wanted;
  const keys = {
    ...(q?.trim() ? { PatientName: namePattern(q.trim()) } : {}),
    ...(patient?.trim() ? { PatientID: patient.trim() } : {}),
    ...(accession?.trim() ? { AccessionNumber: accession.trim() } : {}),
    ...(description?.trim() ? { StudyDescription: `*${description.trim()}*` } : {}),
    ...(modality?.trim() ? { ModalitiesInStudy: modality.trim().toUpperCase() } : {}),
    ...(from || to ? { StudyDate: `${compact(from ?? "")}-${compact(to ?? "")}` } : {}),
  };
  return Object.keys(keys).length > 0 ? keys : null;
}

/** A study as the other system describes it; what it did not say is undefined or "". */
export interface RemoteStudy {
  studyInstanceUid: string;
  patientName: string;
  patientId: string;
  birthDate: string | undefined;
  sex: string | undefined;
  date: string | undefined;
  time: string | undefined;
  accessionNumber: string | undefined;
  description: string | undefined;
  modalities: readonly string[];
  images: number | undefined;
  series: number | undefined;
}

export interface RemoteSeries {
  seriesInstanceUid: string;
  modality: string;
  number: number | undefined;
  description: string | undefined;
  images: number | undefined;
}

type Match = Schemas["RemoteMatches"]["data"][number];

/** Matches without a UID are none that could be fetched. */
export function readStudies(matches: readonly Match[]): RemoteStudy[] {
  return matches.flatMap((match) => {
    const set = match as JsonDataSet;
    const studyInstanceUid = textOf(set, "0020000D");
    if (!studyInstanceUid) return [];
    return {
      studyInstanceUid,
      patientName: personNameOf(set, "00100010") ?? "",
      patientId: textOf(set, "00100020") ?? "",
      birthDate: dateOf(set, "00100030"),
      sex: textOf(set, "00100040"),
      date: dateOf(set, "00080020"),
      time: timeOf(set, "00080030"),
      accessionNumber: textOf(set, "00080050"),
      description: textOf(set, "00081030"),
      modalities: textsOf(set, "00080061"),
      series: numberOf(set, "00201206"),
      images: numberOf(set, "00201208"),
    };
  });
}

/** The newest first, as one looks for them; those without a date at the end. */
export const newestFirst = (studies: readonly RemoteStudy[]): RemoteStudy[] =>
  studies.toSorted((a, b) =>
    `${b.date ?? ""}${b.time ?? ""}`.localeCompare(`${a.date ?? ""}${a.time ?? ""}`),
  );

export function readSeries(matches: readonly Match[]): RemoteSeries[] {
  const series = matches.flatMap((match) => {
    const set = match as JsonDataSet;
    const seriesInstanceUid = textOf(set, "0020000E");
    if (!seriesInstanceUid) return [];
    return {
      seriesInstanceUid,
      modality: textOf(set, "00080060") ?? "",
      number: numberOf(set, "00200011"),
      description: textOf(set, "0008103E"),
      images: numberOf(set, "00201209"),
    };
  });
  return series.toSorted((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity) || 0);
}

/** How many images of each study or series this archive has, by UID. */
export type Here = Readonly<Record<string, number>>;

export const readHere = (answer: readonly JsonDataSet[], uid: string, images: string): Here =>
  Object.fromEntries(answer.map((set) => [textOf(set, uid) ?? "", numberOf(set, images) ?? 0]));
