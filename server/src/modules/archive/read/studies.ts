import {
  readEnumeration,
  readModality,
  type Series,
  type Study,
  type StudyListQuery,
  studyActions,
  type studySortFields,
  studyStatuses,
} from "@isocenter/contract";
import {
  blameCursor,
  countLimit,
  type Db,
  type Fragment,
  invalidAt,
  likePrefix,
  listKey,
  type Reader,
  Refusal,
  reach,
  readCursor,
  requirePermission,
  shapedRows,
  totalOf,
  type Viewer,
  writeCursor,
} from "../../../platform/index.ts";
import {
  allOf,
  displayName,
  facilities,
  firstIdentifier,
  foldPattern,
  foldText,
  inCareOf,
  nameMatches,
  nameParts,
  patientNameColumns,
  searchWords,
} from "../../patients/index.ts";
import { likeOf } from "../find/conditions.ts";
import { atFacilities } from "../find/find.ts";
import { followingStates } from "../study-states.ts";
import type { Page } from "../types.ts";

export interface StudyRow extends Omit<Study, "patient" | "createdAt" | "lastReceivedAt" | "actions"> {
  ownReport: boolean;
  patientName: string;
  identifier: string | null;
  issuer: string | null;
  birthDate: string | null;
  sex: Study["patient"]["sex"];
  provisional: boolean;
  createdAt: Date;
  lastReceivedAt: Date | null;
  sortKey?: string;
}

/** The studies that the viewer may see: at one of their facilities and, where the right reaches no further, in their care. */
export function visibleStudies(
  sql: Reader,
  viewer: Viewer,
  permission: "images.read" | "studies.write" = "images.read",
): Fragment {
  const reached = requirePermission(viewer, permission);
  return allOf(sql, [
    atFacilities(sql, viewer, "st"),
    sql`st.deleted_at is null`,
    ...(reached === "in-care" ? [inCareOf(sql, viewer, "st.patient_id")] : []),
  ]);
}

export const studyColumns = (sql: Reader): Fragment => sql`
  st.id, st.study_instance_uid as "studyInstanceUid", st.patient_id as "patientId", st.facility_id as "facilityId",
  st.order_id as "orderId", st.accession_number as "accessionNumber", st.study_id as "studyId", st.study_date as "studyDate",
  to_char(st.study_time, 'HH24:MI:SS') as "studyTime", st.description as "studyDescription", st.modalities,
  st.body_part as "bodyPart", st.referring_physician as "referringPhysician", st.status,
  st.number_of_series as "numberOfSeries", st.number_of_instances as "numberOfInstances", st.number_of_images as "numberOfImages", st.size,
  st.created_at as "createdAt", st.last_received_at as "lastReceivedAt", st.version, st.own_report as "ownReport",
  p.name as "patientName", p.birth_date as "birthDate", p.sex, p.provisional,
  identifier.value as identifier, identifier.issuer as issuer`;

export function toStudy(viewer: Viewer, row: StudyRow): Study {
  const {
    patientName,
    identifier,
    issuer,
    birthDate,
    sex,
    provisional,
    ownReport,
    sortKey: _,
    ...study
  } = row;
  return {
    ...study,
    referringPhysician: study.referringPhysician && displayName(nameParts(study.referringPhysician)),
    patient: {
      id: study.patientId,
      name: displayName(nameParts(patientName)),
      identifier: identifier ?? "",
      issuer: issuer ?? "",
      birthDate,
      sex,
      provisional,
    },
    createdAt: study.createdAt.toISOString(),
    lastReceivedAt: study.lastReceivedAt?.toISOString() ?? null,
    actions: [
      ...(reach(viewer, "images.read") ? ["view"] : []),
      ...(reach(viewer, "images.upload") ? ["upload"] : []),
      ...(reach(viewer, "images.export") ? ["export"] : []),
      ...(reach(viewer, "images.correct") ? ["correct", "delete"] : []),
      ...(reach(viewer, "studies.write")
        ? ["register-images", ...followingStates(row).map((next) => studyActions[next])]
        : []),
    ],
  };
}

const notFound = (): Refusal => new Refusal("not-found", "study.not-found", "There is no such study.");

/** @throws Refusal `not-found` (`study.not-found`) */
export async function getStudy(reader: Reader, viewer: Viewer, studyId: string): Promise<Study> {
  const [row] = await reader<StudyRow[]>`
    select ${studyColumns(reader)} from study st join patient p on p.id = st.patient_id ${firstIdentifier(reader)}
    where st.id = ${studyId} and ${visibleStudies(reader, viewer)}`;
  if (!row) throw notFound();
  return toStudy(viewer, row);
}

/** As whoever registers studies and moves their states sees it, who may not see images. @throws Refusal `not-found` (`study.not-found`) */
export async function getStudyWritten(reader: Reader, viewer: Viewer, studyId: string): Promise<Study> {
  const [row] = await reader<StudyRow[]>`
    select ${studyColumns(reader)} from study st join patient p on p.id = st.patient_id ${firstIdentifier(reader)}
    where st.id = ${studyId} and ${visibleStudies(reader, viewer, "studies.write")}`;
  if (!row) throw notFound();
  return toStudy(viewer, row);
}

/** All studies of the accession number, oldest first; at most 200. */
export async function studiesByAccession(
  reader: Reader,
  viewer: Viewer,
  accessionNumber: string,
): Promise<Study[]> {
  const rows = await reader<StudyRow[]>`
    select ${studyColumns(reader)} from study st join patient p on p.id = st.patient_id ${firstIdentifier(reader)}
    where st.accession_number = ${accessionNumber.trim()} and ${visibleStudies(reader, viewer)}
    order by st.created_at, st.id limit 200`;
  return rows.map((row) => toStudy(viewer, row));
}

/** The series of a study by number. @throws Refusal `not-found` (`study.not-found`) */
export async function listSeries(
  reader: Reader,
  viewer: Viewer,
  studyId: string,
): Promise<{ study: Study; series: Series[] }> {
  const study = await getStudy(reader, viewer, studyId);
  const rows = await reader<(Omit<Series, "createdAt"> & { createdAt: Date })[]>`
    select id, study_id as "studyId", series_instance_uid as "seriesInstanceUid", series_number as "seriesNumber",
      description as "seriesDescription", modality, body_part as "bodyPart", number_of_instances as "numberOfInstances",
      number_of_images as "numberOfImages", created_at as "createdAt"
    from series where study_id = ${studyId} and (number_of_instances > 0 or revision = 0) order by coalesce(series_number, 2147483647), id`;
  return { study, series: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })) };
}

type SortField = (typeof studySortFields)[number];
interface Sort {
  column: string;
  type: string;
  /** Where the column changes with every image, what stands in the index in its place: the same for neighbours, and made of the value. */
  coarse?: { column: string; of: (sql: Reader, value: Fragment) => Fragment };
}
/** Column and class of a count (0032). */
const counted = (column: string, classes: string): Sort => ({
  column,
  type: "int",
  coarse: { column: classes, of: (sql, value) => sql`ceil(2 * ln(${value}::float8 + 1))::smallint` },
});
const sorts: Readonly<Record<SortField, Sort>> = {
  studyDate: { column: "st.study_at", type: "timestamp" },
  patientName: { column: "p.name_folded", type: "text" },
  accessionNumber: { column: "coalesce(st.accession_number, '')", type: "text" },
  createdAt: { column: "st.created_at", type: "timestamptz" },
  lastReceivedAt: {
    column: "coalesce(st.last_received_at, '-infinity')",
    type: "timestamptz",
    coarse: {
      column: "st.received_hour",
      of: (sql, value) => sql`date_trunc('hour', ${value} at time zone 'UTC')`,
    },
  },
  numberOfInstances: counted("st.number_of_instances", "st.instances_class"),
  numberOfImages: counted("st.number_of_images", "st.images_class"),
};

/**
 * A page of the study list, the newest study date first when `sort` is left out.
 * @throws Refusal `invalid` (`query.invalid-sort`, `query.invalid-after`, `query.invalid-modality`, `query.invalid-status`)
 */
export async function listStudies(db: Db, viewer: Viewer, query: StudyListQuery): Promise<Page<Study>> {
  const text = query.sort ?? "-studyDate";
  const descending = text.startsWith("-");
  const field = text.replace(/^-/, "") as SortField;
  if (!Object.hasOwn(sorts, field)) {
    const names = Object.keys(sorts).join(", ");
    const message = `takes ${names}, each also with a minus sign before it`;
    throw new Refusal("invalid", "query.invalid-sort", `sort ${message}.`, {
      errors: [{ path: "querystring.sort", message }],
    });
  }
  const limit = query.limit ?? 25;
  const { conditions, needsPatient } = conditionsOf(db, viewer, query);
  const where = allOf(db, conditions);
  const { column: name, type, coarse } = sorts[field];
  const column = db.unsafe(name);
  const first = coarse ? db`${db.unsafe(coarse.column)},` : db``;
  const order = descending ? db`desc` : db`asc`;
  const firstOrder = coarse ? db`${db.unsafe(coarse.column)} ${order},` : db``;
  const after = query.after === undefined ? null : readCursor(query.after, text);
  const value = db`${after?.value ?? ""}::text::${db.unsafe(type)}`;
  const firstValue = coarse ? db`${coarse.of(db, value)},` : db``;
  const beyond = after
    ? db`and (${first} ${column}, st.id) ${descending ? db`<` : db`>`} (${firstValue} ${value}, ${after.id}::uuid)`
    : db``;
  const patient = needsPatient ? db`join patient p on p.id = st.patient_id` : db``;
  const pagePatient =
    needsPatient || field === "patientName" ? db`join patient p on p.id = st.patient_id` : db``;
  const offset = query.offset ?? 0;
  const rows = await shapedRows(db<StudyRow[]>`
    with page as materialized (
      select st.id as page_id, ${column} as sort_key from study st ${pagePatient} where ${where} ${beyond}
      order by ${firstOrder} ${column} ${order}, st.id ${order} limit ${limit + 1} offset ${offset})
    select ${studyColumns(db)}, page.sort_key::text as "sortKey"
    from page join study st on st.id = page.page_id join patient p on p.id = st.patient_id ${firstIdentifier(db)}
    order by page.sort_key ${order}, st.id ${order}`).catch(blameCursor(after));
  // The last page, reached by its offset, has as many before it as were passed over: nothing is to be counted.
  const isEnd = after === null && rows.length <= limit && (rows.length > 0 || offset === 0);
  const counted = async () =>
    totalOf(`studies ${listKey(viewer, query)}`, async () => {
      const [row] = await db<{ total: number }[]>`
      select count(*) as total from (
        select from unnest(${facilities(viewer)}::uuid[]) as here (id) cross join lateral (
          select from study st ${patient} where st.facility_id = here.id and ${where} limit ${countLimit + 1}) k
        limit ${countLimit + 1}) counted`;
      return row?.total ?? 0;
    });
  const total = isEnd ? offset + rows.length : await counted();
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return {
    data: data.map((row) => toStudy(viewer, row)),
    total: Math.min(total, countLimit),
    totalIsExact: total <= countLimit,
    next: rows.length > limit && last ? writeCursor(text, { value: last.sortKey ?? "", id: last.id }) : null,
  };
}

function conditionsOf(
  sql: Reader,
  viewer: Viewer,
  query: StudyListQuery,
): { conditions: Fragment[]; needsPatient: boolean } {
  const conditions = [visibleStudies(sql, viewer)];
  if (query.patientId) conditions.push(sql`st.patient_id = ${query.patientId}`);
  if (query.patientName)
    conditions.push(nameMatches(sql, patientNameColumns, namePattern(query.patientName)));
  if (query.modality) conditions.push(sql`st.modalities && ${modalitiesOf(query.modality)}::text[]`);
  if (query.status) conditions.push(sql`st.status = any(${statusesOf(query.status)}::text[])`);
  if (query.accessionNumber) conditions.push(sql`st.accession_number = ${query.accessionNumber.trim()}`);
  if (query.studyInstanceUid) conditions.push(sql`st.study_instance_uid = ${query.studyInstanceUid.trim()}`);
  if (query.studyDateFrom) conditions.push(sql`st.study_at >= ${query.studyDateFrom}::text::timestamp`);
  if (query.studyDateTo)
    conditions.push(sql`st.study_at < ${query.studyDateTo}::text::date + 1 and st.study_date is not null`);
  if (query.description)
    conditions.push(sql`st.description_folded like ${likeOf(`*${foldPattern(query.description, "text")}*`)}`);
  for (const word of searchWords(query.query ?? "")) conditions.push(anywhere(sql, viewer, word));
  return { conditions, needsPatient: Boolean(query.patientName) };
}

/**
 * A word of search as you type: in the patient's name, or at the beginning of an identifier or accession number, or in the description. Each
 * alternative comes from its own index.
 */
function anywhere(sql: Reader, viewer: Viewer, word: string): Fragment {
  const folded = likeOf(foldText(word.replaceAll(/[*?]/g, "")));
  const prefix = likePrefix(word.toUpperCase());
  const inside = `%${folded}%`;
  return sql`st.id in (
    select s.id from study s where s.patient_id in (
      select p.id from patient p where p.name_folded like ${inside} or p.other_names_folded like ${inside}
      union all select coalesce(pi.survivor_id, pi.patient_id) from patient_identifier pi where upper(pi.value) like ${prefix})
      and s.facility_id = any(${facilities(viewer)}::uuid[])
    union all
    select s.id from study s where s.facility_id = any(${facilities(viewer)}::uuid[]) and upper(s.accession_number) like ${prefix}
    union all
    select s.id from study s where s.facility_id = any(${facilities(viewer)}::uuid[]) and s.description_folded like ${inside})`;
}

/** "Family, Given" and "Given" both find the name: what a person writes is looked for anywhere in it. */
function namePattern(text: string): string {
  const carets = text.replace(/\s*,\s*/g, "^");
  return /[*?]/.test(text) ? carets : `*${carets}*`;
}

function modalitiesOf(text: string): string[] {
  return text.split(",").flatMap((one) => {
    if (one.trim().toUpperCase() === "PET_CT") return ["PT", "CT"];
    const code = readModality(one);
    if (code === null)
      throw invalidAt("query.invalid-modality", "querystring.modality", "is not a DICOM modality code");
    return [code];
  });
}

function statusesOf(text: string): string[] {
  return text.split(",").map((one) => {
    const status = readEnumeration(studyStatuses, one);
    if (status === null) {
      throw invalidAt(
        "query.invalid-status",
        "querystring.status",
        `takes ${studyStatuses.join(", ")}, several with commas between`,
      );
    }
    return status;
  });
}
