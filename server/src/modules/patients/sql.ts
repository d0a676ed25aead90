import type { Fragment, Reader, Viewer } from "../../platform/index.ts";

/*
 * Pieces of SQL about patients, for this room's statements and those of higher rooms that join the table `patient` as `p`. Columns are ours, never
 * what a client wrote.
 */

/** True where the patient that the column names is in the viewer's care. */
export function inCareOf(sql: Reader, viewer: Viewer, column: string): Fragment {
  return sql`exists (
    select 1 from care_relation care
    where care.patient_id = ${sql.unsafe(column)} and care.person_id = ${viewer.kind === "user" ? viewer.id : null}::uuid
      and care.facility_id = any(${facilities(viewer)}::uuid[]))`;
}

/** The viewer's facilities as a parameter. */
export const facilities = (viewer: Viewer): string[] => [...viewer.facilityIds];

/** Where the names of the patient joined as `p` stand. */
export const patientNameColumns = {
  form: "alone",
  folded: "p.name_folded",
  others: "p.other_names_folded",
  sounds: "p.name_sounds",
} as const;

/** True where the patient that the column names has an identifier like the pattern (of LIKE). */
export function hasIdentifierLike(sql: Reader, column: string, like: string): Fragment {
  const owners = sql`select coalesce(pi.survivor_id, pi.patient_id) from patient_identifier pi`;
  // One identifier has few owners: they are looked up first, whatever else is asked, and lead into the index of their studies.
  return /[%_\\]/.test(like)
    ? sql`${sql.unsafe(column)} in (${owners} where pi.value like ${like})`
    : sql`${sql.unsafe(column)} = any(array(${owners} where pi.value = ${like}))`;
}

export function hasIssuerLike(sql: Reader, column: string, like: string): Fragment {
  return sql`exists (select 1 from patient_identifier pi where (pi.patient_id = ${sql.unsafe(column)}
    or pi.survivor_id = ${sql.unsafe(column)}) and pi.issuer like ${like})`;
}

/** The identifier that stands for the patient joined as `p`, as a lateral join named `identifier` with `value` and `issuer`. */
export function firstIdentifier(sql: Reader): Fragment {
  return sql`left join lateral (
    select value, issuer from patient_identifier where patient_id = p.id order by position, id limit 1) identifier on true`;
}
