import type { PatientSummary } from "@isocenter/contract";
import type { Fragment, Reader } from "../../platform/index.ts";
import { displayName, nameParts } from "./patient.ts";

/** The patient of a row of another room's list. */
export interface SummaryColumns {
  patientId: string;
  patientName: string;
  identifier: string | null;
  issuer: string | null;
  birthDate: string | null;
  sex: PatientSummary["sex"];
  provisional: boolean;
}

/** `SummaryColumns`, with the patient joined as `p` and `firstIdentifier`. */
export const summaryColumns = (sql: Reader): Fragment => sql`
  p.id as "patientId", p.name as "patientName", p.birth_date as "birthDate", p.sex, p.provisional,
  identifier.value as identifier, identifier.issuer as issuer`;

export const toPatientSummary = (row: SummaryColumns): PatientSummary => ({
  id: row.patientId,
  name: displayName(nameParts(row.patientName)),
  identifier: row.identifier ?? "",
  issuer: row.issuer ?? "",
  birthDate: row.birthDate,
  sex: row.sex,
  provisional: row.provisional,
});
