import type { Patient } from "@isocenter/contract";
import type { UploadPatient } from "./items.ts";

/** A patient as the question "whose picture is this" shows one. */
export function uploadPatient(patient: Patient): UploadPatient {
  const given = [patient.firstName, patient.middleName].filter(Boolean).join(" ");
  return {
    id: patient.id,
    name: [patient.lastName, given].filter(Boolean).join(", "),
    line: [patient.sex, patient.birthDate && `born ${patient.birthDate}`, patient.identifiers[0]?.value]
      .filter(Boolean)
      .join(" · "),
  };
}

export interface NewPatientFields {
  lastName: string;
  firstName: string;
  /** YYYY-MM-DD */
  birthDate: string;
  sex: string;
  identifier: string;
}

/** What is wrong with the fields of a new patient, by field. The server has the last word. */
export function checkNewPatient(
  fields: NewPatientFields,
  today: string,
): Partial<Record<keyof NewPatientFields, string>> {
  const wrong: Partial<Record<keyof NewPatientFields, string>> = {};
  for (const name of ["lastName", "firstName"] as const) {
    if (!fields[name].trim()) wrong[name] = "Needed";
    else if (/[\\^=]/.test(fields[name])) wrong[name] = "Without \\ ^ and =";
  }
  if (!fields.birthDate) wrong.birthDate = "Needed";
  else if (fields.birthDate > today) wrong.birthDate = "This day is still to come";
  if (!fields.sex) wrong.sex = "Needed";
  return wrong;
}
