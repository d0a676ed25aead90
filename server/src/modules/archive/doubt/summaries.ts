import type { ClaimedIdentity, PatientSummary } from "@isocenter/contract";
import { type Fragment, type Reader, readMember } from "../../../platform/index.ts";
import { displayName, nameParts } from "../../patients/index.ts";

/** JSON of the patient that the alias names; the alias is ours. */
export const summarySql = (sql: Reader, alias: string): Fragment => {
  const column = (name: string) => sql.unsafe(`${alias}.${name}`);
  return sql`case when ${column("id")} is null then null else json_build_object('id', ${column("id")}, 'name', ${column("name")},
    'birthDate', ${column("birth_date")}, 'sex', ${column("sex")}, 'provisional', ${column("provisional")},
    'identifiers', (select json_agg(json_build_array(i.value, i.issuer) order by i.position, i.id) from patient_identifier i
      where i.patient_id = ${column("id")})) end`;
};

export interface SummaryRow {
  id: string;
  name: string;
  birthDate: string | null;
  sex: PatientSummary["sex"];
  provisional: boolean;
  identifiers: [value: string, issuer: string][] | null;
}

export function toSummary({ identifiers, name, ...row }: SummaryRow): PatientSummary {
  const [identifier = "", issuer = ""] = identifiers?.[0] ?? [];
  return { ...row, name: displayName(nameParts(name)), identifier, issuer };
}

export interface ClaimRow {
  name: string;
  value: string;
  issuer: string;
  birthDate: string | null;
  sex: ClaimedIdentity["sex"];
}

export const toClaimed = ({ name, value, issuer, birthDate, sex }: ClaimRow): ClaimedIdentity => ({
  name: displayName(nameParts(name)),
  identifier: value,
  issuer,
  birthDate,
  sex,
});

/** A filter of the contract in any case. @throws Refusal `invalid` (`query.invalid-status`) */
export function readStatus<T extends string>(values: readonly T[], text: string | undefined, fallback: T): T {
  if (text === undefined) return fallback;
  return readMember(values, text, "query.invalid-status", "querystring.status");
}
