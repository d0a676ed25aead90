import type { Patient } from "@isocenter/contract";
import { dayOf } from "../kit/dates.ts";
import { joined } from "../kit/joined.ts";
import { checkPatient, emptyFields, type PatientFields } from "../patients/patient-fields.ts";
import { nameOf } from "../patients/patient-words.ts";
import { t } from "../words/words.ts";
import type { UploadPatient } from "./items.ts";

/** A patient as the question "whose picture is this" shows one. */
export function uploadPatient(patient: Patient): UploadPatient {
  return {
    id: patient.id,
    name: nameOf(patient),
    line: joined(
      patient.sex,
      patient.birthDate && t("born {date}", { date: dayOf(patient.birthDate) }),
      patient.identifiers[0]?.value,
    ),
  };
}

/** What is asked of somebody who is not here yet: the least that names a person. */
export type NewPatientFields = Pick<
  PatientFields,
  "lastName" | "firstName" | "birthDate" | "sex" | "identifier"
>;

/** What is wrong with the fields of a new patient, by field. The server has the last word. */
export const checkNewPatient = (fields: NewPatientFields, today: string) =>
  checkPatient({ ...emptyFields, ...fields }, today);
