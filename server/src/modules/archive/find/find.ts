import { Tags } from "@isocenter/dicom";
import {
  countLimit,
  type Fragment,
  type Reader,
  requirePermission,
  shapedRows,
  type Viewer,
} from "../../../platform/index.ts";
import { allOf, facilities, firstIdentifier, inCareOf } from "../../patients/index.ts";
import type { ArchiveQuery, Count, Found, QueryLevel, Tag } from "../types.ts";
import { conditionsOf } from "./conditions.ts";
import { type Key, keyAt, keysAt, levels } from "./keys.ts";
import { beyond, type Order, orderBy, orderColumns, orderOf, pins, writeKey } from "./order.ts";
import { type FoundRow, toAttributes } from "./row.ts";

/** Rows that are read at once when everything is asked for: no connection is held while the client reads. */
const batchRows = 500;

export interface FoundWithPatient extends Found {
  patientId: string;
}

/**
 * Answers a query from columns and indexes, with the viewer's rights and paging inside one statement for each page.
 * @throws Refusal `invalid` (`query.unsupported-key`, `query.unsupported-match`, `query.invalid-sort`, `query.invalid-after`)
 */
export async function* find(
  reader: Reader,
  viewer: Viewer,
  query: ArchiveQuery,
): AsyncGenerator<FoundWithPatient> {
  const plan = planOf(reader, viewer, query);
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let offset = query.offset ?? 0;
  let after = query.after;
  let counted = query.counted === true && after === undefined;
  while (left > 0) {
    const size = Math.min(left, batchRows);
    const rows = await page(reader, viewer, plan, { limit: size, offset, after, counted });
    for (const row of rows) {
      after = writeKey(
        plan.order,
        plan.order.terms.map((_, index) => row[`o${index}`] as string),
      );
      yield {
        attributes: toAttributes(row, plan.returned, plan.computed),
        key: after,
        patientId: row.patientId,
        ...(typeof row.total === "number" ? { total: Math.min(row.total, countLimit) } : {}),
      };
    }
    if (rows.length < size) return;
    left -= size;
    offset = 0;
    counted = false;
  }
}

/** How many there are, counted to 10,000. */
export async function count(reader: Reader, viewer: Viewer, query: ArchiveQuery): Promise<Count> {
  const [{ total = 0 } = {}] = await reader<
    { total: number }[]
  >`${counting(reader, viewer, planOf(reader, viewer, query))}`;
  return { total: Math.min(total, countLimit), totalIsExact: total <= countLimit };
}

/**
 * Counts to the limit and one more. Each of several facilities by itself, so that an index that begins with it tells them; one is named in the condition already, and
 * PostgreSQL takes a list that it does not know yet for ten.
 */
function counting(sql: Reader, viewer: Viewer, { where, from, level }: Plan): Fragment {
  const most = sql.unsafe(`limit ${countLimit + 1}`);
  const rows =
    level === "PATIENT" || viewer.facilityIds.length === 1
      ? sql`select from ${from} where ${where}`
      : sql`select from unnest(${facilities(viewer)}::uuid[]) as here (id) cross join lateral (
          select from ${from} where ${sql.unsafe(tableNames[level])}.facility_id = here.id and ${where} ${most}) k`;
  return sql`select count(*) as total from (${rows} ${most}) counted`;
}

interface Plan {
  level: QueryLevel;
  order: Order;
  where: Fragment;
  /** The tables that conditions and order need. */
  from: Fragment;
  returned: readonly Key[];
  computed: readonly Key[];
  /** No key is matched. */
  matchesAll: boolean;
}

function planOf(sql: Reader, viewer: Viewer, query: ArchiveQuery): Plan {
  const order = orderOf(query);
  const returned = returnedKeys(query);
  const matched = query.matches.map(({ tag, within }) => keyAt(query.level, tag, within)?.level);
  const needsPatient =
    query.level === "PATIENT" ||
    matched.includes("PATIENT") ||
    order.terms.some((term) => /\bp\./.test(term.expression));
  return {
    level: query.level,
    order,
    where: allOf(sql, [visible(sql, viewer, query.level), ...conditionsOf(sql, query)]),
    from: tables(sql, query.level, needsPatient),
    returned,
    computed: returned.filter((key) => key.computed !== undefined),
    matchesAll: query.matches.length === 0,
  };
}

const tableNames = { STUDY: "st", SERIES: "se", INSTANCE: "i" } as const;

/** What the viewer may see, by the facility first. */
function visible(sql: Reader, viewer: Viewer, level: QueryLevel): Fragment {
  const reach = requirePermission(viewer, "images.read");
  const care = (column: string) => (reach === "in-care" ? [inCareOf(sql, viewer, column)] : []);
  if (level === "PATIENT") {
    return allOf(sql, [
      sql`p.merged_into is null`,
      sql`exists (select 1 from study s where s.patient_id = p.id and s.facility_id = any(${facilities(viewer)}::uuid[])
        and s.has_images)`,
      ...care("p.id"),
    ]);
  }
  return allOf(sql, [
    atFacilities(sql, viewer, tableNames[level]),
    ...(level === "STUDY" ? [sql`st.has_images`] : []),
    ...(level === "SERIES" ? [sql`se.number_of_instances > 0`] : []),
    ...(level === "INSTANCE" ? [sql`i.deleted_at is null`] : []),
    ...care("st.patient_id"),
  ]);
}

/** One facility is compared by equality, so that an index that begins with it also gives the order. */
export function atFacilities(sql: Reader, viewer: Viewer, alias: string): Fragment {
  const column = sql.unsafe(`${alias}.facility_id`);
  return viewer.facilityIds.length === 1
    ? sql`${column} = ${viewer.facilityIds[0]!}::uuid`
    : sql`${column} = any(${facilities(viewer)}::uuid[])`;
}

function tables(sql: Reader, level: QueryLevel, withPatient: boolean): Fragment {
  const patient = withPatient && level !== "PATIENT" ? sql`join patient p on p.id = st.patient_id` : sql``;
  switch (level) {
    case "PATIENT":
      return sql`patient p`;
    case "STUDY":
      return sql`study st ${patient}`;
    case "SERIES":
      return sql`series se join study st on st.id = se.study_id ${patient}`;
    case "INSTANCE":
      return sql`instance i join series se on se.id = i.series_id join study st on st.id = se.study_id ${patient}`;
  }
}

const ids: Readonly<Record<QueryLevel, string>> = {
  PATIENT: "p.id",
  STUDY: "st.id",
  SERIES: "se.id",
  INSTANCE: "i.id",
};

interface PageRange {
  limit: number;
  offset: number;
  after: string | undefined;
  /** Each row of a full page has the `total`. */
  counted: boolean;
}

/** Pages that are asked for every day. */
const usualLimits: ReadonlySet<number> = new Set([
  1,
  2,
  5,
  10,
  20,
  25,
  26,
  30,
  50,
  51,
  100,
  101,
  200,
  batchRows,
]);

/**
 * Where nothing is matched a usual limit is written out: with one that is a parameter PostgreSQL finds no plan worth keeping, and plans each such search anew. Where something
 * is, the plan depends on how many there are of it, and it is left to PostgreSQL whether one does for all.
 */
const limitOf = (sql: Reader, { matchesAll }: Plan, limit: number): Fragment =>
  matchesAll && usualLimits.has(limit) ? sql.unsafe(`limit ${limit}`) : sql`limit ${limit}`;

/** The ids of the page come from the index alone; attributes are read for those few rows. */
function page(
  sql: Reader,
  viewer: Viewer,
  plan: Plan,
  { limit, offset, after, counted }: PageRange,
): Promise<FoundRow[]> {
  const { level, order } = plan;
  const where = after === undefined ? plan.where : sql`${plan.where} and ${beyond(sql, order, after)}`;
  const texts = order.terms.map((_, index) => `page.o${index}::text as o${index}`).join(", ");
  const computed = plan.computed.map((key, index) => `, ${key.computed} as c${index}`).join("");
  const attributes = levels
    .slice(1, levels.indexOf(level) + 1)
    .map((one) =>
      one === "STUDY"
        ? ", st.attributes as study"
        : one === "SERIES"
          ? ", se.attributes as series"
          : ", i.attributes as instance",
    )
    .join("");
  // Asked within the statement: a question of its own would be another way there and back.
  const total = counted
    ? sql`, case when (select count(*) from page) >= ${limit} then (${counting(sql, viewer, plan)}) end as total`
    : sql``;
  return shapedRows(sql<FoundRow[]>`
    with page as materialized (
      select ${sql.unsafe(ids[level])} as page_id, ${orderColumns(sql, order)}
      from ${plan.from} where ${where}
      order by ${sql.unsafe(orderBy(order, ({ expression }) => expression))} ${limitOf(sql, plan, limit)} ${offset > 0 ? sql`offset ${offset}` : sql``})
    select p.id as "patientId", p.name as "patientName", p.birth_date as "birthDate", p.sex, p.attributes as patient,
      identifier.value as "patientIdentifier", identifier.issuer as "patientIssuer", ${sql.unsafe(texts)}
      ${sql.unsafe(attributes)} ${sql.unsafe(computed)} ${total}
    from page
    join ${tables(sql, level, true)} on ${sql.unsafe(ids[level])} = page.page_id
    ${firstIdentifier(sql)}
    cross join (select ${facilities(viewer)}::uuid[] as facilities) v
    order by ${sql.unsafe(orderBy(order, (_, index) => `page.o${index}`))}`);
}

const uidOf: Readonly<Partial<Record<QueryLevel, Tag>>> = {
  STUDY: Tags.StudyInstanceUID,
  SERIES: Tags.SeriesInstanceUID,
  INSTANCE: Tags.SOPInstanceUID,
};

/**
 * What is returned: the level's own defaults, those of the levels above unless the query names one study or series (PS3.18 10.6.3.3), the UIDs, what was
 * matched, and what was asked for. Tags that the archive does not keep are left out.
 */
function returnedKeys(query: ArchiveQuery): Key[] {
  const all = keysAt(query.level).filter((key) => key.within === undefined);
  if (query.include === "all") return all;
  const named = new Set<Tag>([
    ...query.include,
    ...query.matches.map(({ tag, within }) => within ?? tag),
    ...levels.slice(0, levels.indexOf(query.level) + 1).flatMap((level) => uidOf[level] ?? []),
  ]);
  const shown = new Set<QueryLevel>([query.level]);
  if (!pins(query, Tags.SeriesInstanceUID) && query.level === "INSTANCE") shown.add("SERIES");
  if (!pins(query, Tags.StudyInstanceUID) || query.level === "STUDY") shown.add("STUDY").add("PATIENT");
  return all.filter((key) => named.has(key.tag) || (key.byDefault && shown.has(key.level)));
}
