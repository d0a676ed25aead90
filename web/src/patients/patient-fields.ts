import type { ChangePatient, CreatePatient, Patient } from "@isocenter/contract";
import { t } from "../words/words.ts";

/** What a person may write of a patient. */
export interface PatientFields {
  lastName: string;
  firstName: string;
  middleName: string;
  /** YYYY-MM-DD */
  birthDate: string;
  sex: string;
  phone: string;
  email: string;
  address: string;
  /** The first identifier; left empty, one is given. */
  identifier: string;
}

export const emptyFields: PatientFields = {
  lastName: "",
  firstName: "",
  middleName: "",
  birthDate: "",
  sex: "",
  phone: "",
  email: "",
  address: "",
  identifier: "",
};

export const fieldsOf = (patient: Patient): PatientFields => ({
  lastName: patient.lastName,
  firstName: patient.firstName,
  middleName: patient.middleName,
  birthDate: patient.birthDate ?? "",
  sex: patient.sex ?? "",
  phone: patient.phone ?? "",
  email: patient.email ?? "",
  address: patient.address ?? "",
  identifier: patient.identifiers[0]?.value ?? "",
});

export type Wrong = Partial<Record<keyof PatientFields, string>>;

/** What is wrong with the fields, by field. The server has the last word. */
export function checkPatient(fields: PatientFields, today: string): Wrong {
  const wrong: Wrong = {};
  for (const name of ["lastName", "firstName"] as const) if (!fields[name].trim()) wrong[name] = t("Needed");
  for (const name of ["lastName", "firstName", "middleName"] as const) {
    if (/[\\^=]/.test(fields[name])) wrong[name] = t("Without \\ ^ and =");
  }
  if (!fields.birthDate) wrong.birthDate = t("Needed");
  else if (fields.birthDate > today) wrong.birthDate = t("This day is still to come");
  if (!fields.sex) wrong.sex = t("Needed");
  if (fields.email.trim() && !/^[^\s@]+@[^\s@]+$/.test(fields.email.trim()))
    wrong.email = t("Not an e-mail address");
  return wrong;
}

const orNull = (text: string): string | null => text.trim() || null;

export function newPatientOf(fields: PatientFields): CreatePatient {
  const value = fields.identifier.trim();
  return {
    lastName: fields.lastName.trim(),
    firstName: fields.firstName.trim(),
    middleName: fields.middleName.trim(),
    birthDate: fields.birthDate,
    sex: fields.sex,
    phone: orNull(fields.phone),
    email: orNull(fields.email),
    address: orNull(fields.address),
    ...(value ? { identifiers: [{ value }] } : {}),
  };
}

/** Only what differs from what was there when the form was opened. */
export function changesOf(before: PatientFields, fields: PatientFields): ChangePatient {
  const differs = (name: keyof PatientFields) => before[name].trim() !== fields[name].trim();
  return {
    ...(differs("lastName") ? { lastName: fields.lastName.trim() } : {}),
    ...(differs("firstName") ? { firstName: fields.firstName.trim() } : {}),
    ...(differs("middleName") ? { middleName: fields.middleName.trim() } : {}),
    ...(differs("birthDate") ? { birthDate: orNull(fields.birthDate) } : {}),
    ...(differs("sex") ? { sex: orNull(fields.sex) } : {}),
    ...(differs("phone") ? { phone: orNull(fields.phone) } : {}),
    ...(differs("email") ? { email: orNull(fields.email) } : {}),
    ...(differs("address") ? { address: orNull(fields.address) } : {}),
  };
}
