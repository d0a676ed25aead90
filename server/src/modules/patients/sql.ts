import type { Fragment, Reader, Viewer } from "../../platform/index.ts";

/*
 * Pieces of SQL about patients, for this room's statements and those of higher rooms that join the table `patient` as `p`. Columns are ours, never
 * what a client wrote.
 */

const related = (sql: Reader, viewer: Viewer, column: string): Fragment => sql`
    select 1 from care_relation care
    where care.patient_id = ${sql.unsafe(column)} and care.person_id = ${viewer.kind === "user" ? viewer.id : null}::uuid
      and care.facility_id = any(${facilities(viewer)}::uuid[])`;

/** True where the patient that the column names is in the viewer's care; for what broken glass does not widen: what is given away or written. */
export function strictlyInCareOf(sql: Reader, viewer: Viewer, column: string): Fragment {
  return sql`exists (${related(sql, viewer, column)})`;
}

/** True where the viewer may read of the patient that the column names: they are in their care, or the glass is broken and has not ended. */
export function inCareOf(sql: Reader, viewer: Viewer, column: string): Fragment {
  const opened = viewer.kind === "user" ? (viewer.openGlass ?? []).map(({ patientId }) => patientId) : [];
  // Only who broke glass asks in another way: the plans of all others stay as they are.
  return opened.length === 0
    ? strictlyInCareOf(sql, viewer, column)
    : sql`exists (${related(sql, viewer, column)}
    union all select 1 from unnest(${opened}::uuid[]) opened (id) where opened.id = ${sql.unsafe(column)})`;
}

/**
 * The same for lists of patients, which are ordered by what says nothing of who cares: whoever is cared for is looked up first, because else all patients
 * of the house would be walked until a page of them is found.
 */
export function amongInCareOf(sql: Reader, viewer: Viewer, column: string): Fragment {
  const opened = viewer.kind === "user" ? (viewer.openGlass ?? []).map(({ patientId }) => patientId) : [];
  return sql`${sql.unsafe(column)} = any(array(
    select care.patient_id from care_relation care
    where care.person_id = ${viewer.kind === "user" ? viewer.id : null}::uuid and care.facility_id = any(${facilities(viewer)}::uuid[])
    union select unnest(${opened}::uuid[])))`;
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
