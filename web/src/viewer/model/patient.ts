import { type JsonDataSet, textOf } from "@isocenter/presentation";
import { t } from "../../words/words.ts";
import { dateOf, personNameOf } from "./dicom-json.ts";
import { tags } from "./tags.ts";

export interface Patient {
  name: string;
  id: string;
  issuer: string;
  birthDate: string;
  sex: string;
  /** Years, months or days as the image says, or computed from the birth date at the study. */
  age: string;
}

export function patientOf(dataSet: JsonDataSet): Patient {
  return {
    name: personNameOf(dataSet, tags.PatientName) ?? "",
    id: textOf(dataSet, tags.PatientID) ?? "",
    issuer: textOf(dataSet, tags.IssuerOfPatientID) ?? "",
    birthDate: dateOf(dataSet, tags.PatientBirthDate) ?? "",
    sex: textOf(dataSet, tags.PatientSex) ?? "",
    age:
      ageAt(dateOf(dataSet, tags.PatientBirthDate), dateOf(dataSet, tags.StudyDate)) ??
      ageAsSent(dataSet) ??
      "",
  };
}

/** An age by its unit (PS3.5 6.2, AS). */
const ageWords: Readonly<Record<string, (count: number) => string>> = {
  Y: (count) => t("{count} y", { count }),
  M: (count) => t("{count} m", { count }),
  W: (count) => t("{count} w", { count }),
  D: (count) => t("{count} d", { count }),
};

/** "058Y" as "58 y". */
function ageAsSent(dataSet: JsonDataSet): string | undefined {
  const match = /^(\d{3})([DWMY])$/.exec(textOf(dataSet, tags.PatientAge) ?? "");
  return match ? ageWords[match[2]!]!(Number(match[1])) : undefined;
}

/** Whole years, below two years months, below two months days; both dates as yyyy-mm-dd. */
export function ageAt(birthDate: string | undefined, date: string | undefined): string | undefined {
  const [birth, then] = [birthDate, date].map((text) => /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? ""));
  if (!birth || !then) return undefined;
  const [by, bm, bd, y, m, d] = [...birth.slice(1), ...then.slice(1)].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const months = (y - by) * 12 + (m - bm) - (d < bd ? 1 : 0);
  if (months < 0 || months > 150 * 12) return undefined;
  if (months >= 24) return ageWords.Y!(Math.floor(months / 12));
  if (months >= 2) return ageWords.M!(months);
  return ageWords.D!(Math.round((Date.UTC(y, m - 1, d) - Date.UTC(by, bm - 1, bd)) / 86_400_000));
}

/**
 * What tells two people apart. Identifiers decide where both are known; the name and the birth date guard against one identifier used
 * for two people.
 */
export function isSamePatient(a: Patient, b: Patient): boolean {
  if (a.id !== b.id) return false;
  if (a.issuer && b.issuer && a.issuer !== b.issuer) return false;
  if (a.birthDate && b.birthDate && a.birthDate !== b.birthDate) return false;
  return fold(a.name) === fold(b.name);
}

function fold(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toUpperCase();
}

/** One of each person among those given. */
export function distinctPatients(patients: readonly Patient[]): Patient[] {
  const distinct: Patient[] = [];
  for (const patient of patients)
    if (!distinct.some((other) => isSamePatient(patient, other))) distinct.push(patient);
  return distinct;
}
