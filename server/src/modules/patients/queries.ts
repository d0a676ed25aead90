import type { Patient, PatientListQuery, patientSortFields } from "@isocenter/contract";
import {
  blameCursor,
  countLimit,
  type Db,
  type Fragment,
  listKey,
  type Reader,
  Refusal,
  reach,
  readCursor,
  requirePermission,
  totalOf,
  type Viewer,
  writeCursor,
} from "../../platform/index.ts";
import { allOf, hasWord } from "./name-search.ts";
import { foldText } from "./names.ts";
import { noPatient } from "./refusals.ts";
import { amongInCareOf, facilities, inCareOf } from "./sql.ts";

export interface PatientRow extends Omit<Patient, "createdAt" | "updatedAt" | "actions"> {
  createdAt: Date;
  updatedAt: Date;
  sortKey?: string;
}

/**
 * Which patients exist for the viewer: those that one of the viewer's facilities knows and, for whom the right reaches only so far, those in their
 * care. The reach `for-bills` is demographics and nothing else, which is all that this room has.
 */
export function visible(sql: Reader, viewer: Viewer, inCare = inCareOf): Fragment {
  const reach = requirePermission(viewer, "patients.read");
  const known = sql`exists (
    select 1 from patient_facility f where f.patient_id = p.id and f.facility_id = any(${facilities(viewer)}::uuid[]))`;
  return reach === "in-care" ? sql`${known} and ${inCare(sql, viewer, "p.id")}` : known;
}

export const patientColumns = (sql: Reader, viewer: Viewer): Fragment => sql`
  p.id, p.given as "firstName", p.family as "lastName", p.middle as "middleName", p.prefix, p.suffix, p.birth_date as "birthDate", p.sex,
  p.phone, p.email, p.address, p.provisional, p.vip, p.version, p.created_at as "createdAt", p.updated_at as "updatedAt",
  (select coalesce(json_agg(json_build_object('value', i.value, 'issuer', i.issuer)
      order by i.patient_id <> p.id, i.position, i.id), '[]'::json)
    from patient_identifier i where i.patient_id = p.id or i.survivor_id = p.id) as identifiers, p.merged_into as "mergedInto",
  array(select f.facility_id from patient_facility f where f.patient_id = p.id
    and f.facility_id = any(${facilities(viewer)}::uuid[]) order by f.facility_id) as "facilityIds"`;

export function toPatient(viewer: Viewer, { sortKey: _, createdAt, updatedAt, ...row }: PatientRow): Patient {
  const may = reach(viewer, "patients.write") !== null && row.mergedInto === null;
  const actions = may ? ["change", ...(row.provisional ? [] : ["merge"])] : [];
  return { ...row, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), actions };
}

/** @throws Refusal `not-found` (`patient.not-found`), also where the patient is not visible to the viewer */
export async function getPatient(reader: Reader, viewer: Viewer, patientId: string): Promise<Patient> {
  const [row] = await reader<PatientRow[]>`
    select ${patientColumns(reader, viewer)} from patient p where p.id = ${patientId} and ${visible(reader, viewer)}`;
  if (!row) throw noPatient();
  return toPatient(viewer, row);
}

/** Those of the patients that the viewer may see, in the order of the ids. */
export async function listPatientsByIds(
  reader: Reader,
  viewer: Viewer,
  ids: readonly string[],
): Promise<Patient[]> {
  const rows = await reader<PatientRow[]>`
    select ${patientColumns(reader, viewer)} from patient p where p.id = any(${[...ids]}::uuid[]) and ${visible(reader, viewer)}`;
  const byId = new Map(rows.map((row) => [row.id, toPatient(viewer, row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** @throws Refusal `not-found` (`patient.not-found`) where the facility does not know the patient, or knows them as merged into another */
export async function requirePatient(reader: Reader, facilityId: string, patientId: string): Promise<void> {
  const [row] = await reader`
    select 1 from patient p join patient_facility f on f.patient_id = p.id and f.facility_id = ${facilityId}
    where p.id = ${patientId} and p.merged_into is null`;
  if (!row) throw noPatient();
}

type SortField = (typeof patientSortFields)[number];
const sorts: Readonly<Record<SortField, { column: string; type: string }>> = {
  name: { column: "p.name_folded", type: "text" },
  birthDate: { column: "coalesce(p.birth_date, '0001-01-01')", type: "date" },
  createdAt: { column: "p.created_at", type: "timestamptz" },
};

export interface PatientPage {
  data: Patient[];
  total: number;
  totalIsExact: boolean;
  next: string | null;
}

/** By name when `sort` is left out. @throws Refusal `invalid` (`query.invalid-sort`, `query.invalid-after`) */
export async function listPatients(db: Db, viewer: Viewer, query: PatientListQuery): Promise<PatientPage> {
  const text = query.sort ?? "name";
  const descending = text.startsWith("-");
  const sort = sorts[text.replace(/^-/, "") as SortField];
  if (!sort) {
    const names = Object.keys(sorts).join(", ");
    const message = `takes ${names}, each also with a minus sign before it`;
    throw new Refusal("invalid", "query.invalid-sort", `sort ${message}.`, {
      errors: [{ path: "querystring.sort", message }],
    });
  }
  const limit = query.limit ?? 25;
  const where = sqlConditions(db, viewer, query);
  const column = db.unsafe(sort.column);
  const after = query.after === undefined ? null : readCursor(query.after, text);
  const beyond = after
    ? db`and (${column}, p.id) ${descending ? db`<` : db`>`} (${after.value}::text::${db.unsafe(sort.type)}, ${after.id}::uuid)`
    : db``;
  const direction = descending ? db`desc` : db`asc`;
  const rows = await db<PatientRow[]>`
    select ${patientColumns(db, viewer)}, ${column}::text as "sortKey" from patient p where ${where} ${beyond}
    order by ${column} ${direction}, p.id ${direction} limit ${limit + 1} offset ${query.offset ?? 0}`.catch(
    blameCursor(after),
  );
  const total = await totalOf(`patients ${listKey(viewer, query)}`, async () => {
    const [row] = await db<{ total: number }[]>`
      select count(*) as total from (select from patient p where ${where} limit ${countLimit + 1}) counted`;
    return row?.total ?? 0;
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => toPatient(viewer, row)),
    total: Math.min(total, countLimit),
    totalIsExact: total <= countLimit,
    next: rows.length > limit && last ? writeCursor(text, { value: last.sortKey ?? "", id: last.id }) : null,
  };
}

/** Who is found by an identifier `i`. */
const foundBy = (sql: Reader): Fragment => sql`coalesce(i.survivor_id, i.patient_id)`;

function sqlConditions(sql: Reader, viewer: Viewer, query: PatientListQuery): Fragment {
  const conditions = [sql`p.merged_into is null`, visible(sql, viewer, amongInCareOf)];
  if (query.vip !== undefined) conditions.push(query.vip ? sql`p.vip` : sql`not p.vip`);
  if (query.birthDate) conditions.push(sql`p.birth_date = ${query.birthDate}`);
  if (query.identifier) {
    conditions.push(
      sql`p.id in (select ${foundBy(sql)} from patient_identifier i where i.value = ${query.identifier.trim()})`,
    );
  }
  for (const word of searchWords(query.query ?? "")) conditions.push(hasWord(sql, "p.id", word));
  return allOf(sql, conditions);
}

/** The words of search as you type, folded by whoever compares; at most eight. */
export function searchWords(text: string): string[] {
  return text
    .split(/[\s,^]+/)
    .filter((word) => foldText(word) !== "")
    .slice(0, 8);
}

/** Who of the people cares for whom of the patients, and where: for the live feed, which asks for all that listen at once. */
export function careRelationsAmong(
  reader: Reader,
  personIds: readonly string[],
  patientIds: readonly string[],
): Promise<{ personId: string; patientId: string; facilityId: string }[]> {
  return reader<{ personId: string; patientId: string; facilityId: string }[]>`
    select distinct person_id as "personId", patient_id as "patientId", facility_id as "facilityId" from care_relation
    where person_id = any(${personIds as string[]}::uuid[]) and patient_id = any(${patientIds as string[]}::uuid[])`;
}

/**
 * A patient whom none of the viewer's facilities need know any more: for who was told of them before.
 * @throws Refusal `not-found` (`patient.not-found`)
 */
export async function patientOnceKnown(reader: Reader, viewer: Viewer, patientId: string): Promise<Patient> {
  const [row] = await reader<PatientRow[]>`
    select ${patientColumns(reader, viewer)} from patient p where p.id = ${patientId}`;
  if (!row) throw noPatient();
  return toPatient(viewer, row);
}

/** The patient's name with all its groups (PS3.5 6.2.1), for what passes it on; who may see the patient was asked before. */
export async function wholeName(reader: Reader, patientId: string): Promise<string> {
  const [row] = await reader<{ name: string }[]>`select name from patient where id = ${patientId}`;
  return row?.name ?? "";
}
