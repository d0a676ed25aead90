import {
  type Priority,
  priorities,
  type ReadingItem,
  type ReadingListQuery,
  readEnumeration,
  readingClaims,
  readModality,
  type StudyStatus,
} from "@isocenter/contract";
import {
  type Fragment,
  keysetPage,
  type ListPage,
  likePrefix,
  listKey,
  mapPage,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import {
  allOf,
  anyOf,
  facilities,
  firstIdentifier,
  hasIdentifierLike,
  nameMatches,
  patientNameColumns,
  type SummaryColumns,
  searchWords,
  summaryColumns,
  toPatientSummary,
} from "../patients/index.ts";
import { type ClaimRow, claimsOf, lapsedBefore, toClaim } from "../reports/index.ts";
import { targetMinutes } from "./targets.ts";

interface Row extends SummaryColumns {
  id: string;
  studyInstanceUid: string;
  facilityId: string;
  accessionNumber: string | null;
  studyDate: string | null;
  studyDescription: string | null;
  modalities: string[];
  bodyPart: string | null;
  numberOfInstances: number;
  numberOfImages: number;
  status: StudyStatus;
  priority: Priority;
  subspecialty: string | null;
  orderId: string | null;
  procedureName: string;
  clinicalIndication: string;
  providerId: string;
  providerName: string;
  readyAt: Date | null;
  sinceAt: Date;
  targetMinutes: number;
  dueAt: Date;
  changedAfterReport: boolean;
  priors: number;
  report: ReadingItem["report"];
  skippedUntil: Date | null;
  version: number;
}

/** Statuses that a study on the list may have: emergencies from the first image on, FINAL where images came since. */
const listed = ["IN_PROGRESS", "COMPLETED", "PRELIMINARY", "FINAL"] as const;

const columns = (sql: Reader, viewer: Viewer): Fragment => sql`
  st.id, st.study_instance_uid as "studyInstanceUid", st.facility_id as "facilityId", ${summaryColumns(sql)},
  st.accession_number as "accessionNumber", st.study_date as "studyDate", st.description as "studyDescription", st.modalities,
  st.body_part as "bodyPart", st.number_of_instances as "numberOfInstances",
  st.number_of_images as "numberOfImages", st.status, w.priority, w.subspecialty,
  o.id as "orderId", o.procedure_name as "procedureName", o.clinical_indication as "clinicalIndication",
  o.provider_id as "providerId", (select full_name from app_user where id = o.provider_id) as "providerName", w.ready_at as "readyAt", w.since_at as "sinceAt",
  w.target as "targetMinutes", w.due_at as "dueAt", st.images_after_report_at is not null as "changedAfterReport",
  (select count(*)::int from study prior where prior.patient_id = st.patient_id and prior.id <> st.id and prior.deleted_at is null
    and prior.number_of_instances > 0 and prior.facility_id = any(${facilities(viewer)}::uuid[])) as priors,
  (select json_build_object('id', r.id, 'status', r.status, 'author', json_build_object('id', r.author_id, 'name', r.author_name))
    from report r where r.study_id = st.id and r.status not in ('CANCELLED', 'ENTERED_IN_ERROR') limit 1) as report,
  skip.until as "skippedUntil", st.version`;

/** What only a row shows is looked up for it in `columns`: each table more that is joined makes the plan, which is made anew each time, take twice as long. */
const from = (sql: Reader, viewer: Viewer, now: Date): Fragment => sql`
  study st join patient p on p.id = st.patient_id ${firstIdentifier(sql)}
  left join imaging_order o on o.id = st.order_id
  left join reading_target t on t.facility_id = st.facility_id
  left join reading_skip skip on skip.study_id = st.id and skip.user_id = ${viewer.id}::uuid and skip.until > ${now}
  cross join lateral (
    select coalesce(o.priority, 'ROUTINE') as priority,
      (select pr.subspecialty from procedure pr where pr.id = o.procedure_id) as subspecialty,
      coalesce(st.images_after_report_at, st.settled_at) as ready_at,
      coalesce(st.images_after_report_at, st.settled_at, st.created_at) as since_at,
      ${targetMinutes(sql, sql`coalesce(o.priority, 'ROUTINE')`)} as target) ready
  cross join lateral (select ready.*, ready.since_at + make_interval(mins => ready.target) as due_at) due
  cross join lateral (
    select due.*, due.due_at + ${laterBy(sql, sql`due.priority`)} as urgency) w`;

/** Each priority after the whole of the one before: a time some centuries later, because a text of the time would cost more than the rest of the list. */
const laterBy = (sql: Reader, priority: Fragment): Fragment => sql`
  case ${priority} when 'STAT' then interval '0' when 'URGENT' then interval '9000000 hours' else interval '18000000 hours' end`;

/** For counting: what says whether a study is on the list, and nothing of what it looks like there. */
const fromToCount = (sql: Reader, viewer: Viewer, now: Date): Fragment => sql`
  study st left join imaging_order o on o.id = st.order_id
  left join reading_skip skip on skip.study_id = st.id and skip.user_id = ${viewer.id}::uuid and skip.until > ${now}
  cross join lateral (select coalesce(o.priority, 'ROUTINE') as priority) w`;

/** Whether the filters ask for what only the whole list knows. */
const needsAll = (query: ReadingListQuery): boolean =>
  query.subspecialty !== undefined || query.late !== undefined || query.query !== undefined;

/** What is on the list at all: the index `study_to_read`, without emergencies' less urgent sisters that are still coming in. */
const toRead = (sql: Reader): Fragment => sql`
  st.deleted_at is null and st.has_images
  and (st.status in ('IN_PROGRESS', 'COMPLETED', 'PRELIMINARY') or st.images_after_report_at is not null)
  and (st.order_id is not null or st.study_at > (st.created_at at time zone 'UTC') - interval '31 days')
  and (st.status <> 'IN_PROGRESS' or w.priority = 'STAT' or st.images_after_report_at is not null)`;

const invalid = (path: string, message: string): Refusal =>
  new Refusal("invalid", `query.invalid-${path}`, `${path} ${message}.`, {
    errors: [{ path: `querystring.${path}`, message }],
  });

const several = (text: string): string[] => text.split(",").filter((part) => part.trim() !== "");

function readAll<T extends string>(path: string, text: string, values: readonly T[]): T[] {
  return several(text).map((part) => {
    const value = readEnumeration(values, part);
    if (value === null) throw invalid(path, `takes ${values.join(", ")}`);
    return value;
  });
}

function modalitiesOf(text: string): string[] {
  return several(text).flatMap((part) => {
    if (part.trim().toUpperCase() === "PET_CT") return ["PT", "CT"];
    const code = readModality(part);
    if (code === null) throw invalid("modality", "is no code of a modality");
    return [code];
  });
}

function conditions(sql: Reader, viewer: Viewer, query: ReadingListQuery, now: Date): Fragment {
  const all = [sql`st.facility_id = any(${facilities(viewer)}::uuid[])`, toRead(sql)];
  if (query.facilityId) all.push(sql`st.facility_id = ${query.facilityId}`);
  if (query.patientId) all.push(sql`st.patient_id = ${query.patientId}`);
  if (query.modality) all.push(sql`st.modalities && ${modalitiesOf(query.modality)}::text[]`);
  if (query.priority)
    all.push(sql`w.priority = any(${readAll("priority", query.priority, priorities)}::text[])`);
  if (query.subspecialty) all.push(sql`lower(w.subspecialty) = ${query.subspecialty.trim().toLowerCase()}`);
  if (query.status) all.push(sql`st.status = any(${readAll("status", query.status, listed)}::text[])`);
  if (query.late !== undefined) all.push(sql`(w.due_at < ${now}) = ${query.late}`);
  if (query.skipped !== true) all.push(sql`skip.until is null`);
  if (query.claim) {
    const [claim] = readAll("claim", query.claim, readingClaims);
    const held = (whose: Fragment) => sql`exists (select from reading_claim c
      where c.study_id = st.id and c.active_at > ${lapsedBefore(now)} and ${whose})`;
    if (claim === "MINE") all.push(held(sql`c.user_id = ${viewer.id}::uuid`));
    else if (claim === "OTHERS") all.push(held(sql`c.user_id <> ${viewer.id}::uuid`));
    else all.push(sql`not ${held(sql`true`)}`);
  }
  for (const word of searchWords(query.query ?? ""))
    all.push(
      anyOf(sql, [
        nameMatches(sql, patientNameColumns, `*${word.replaceAll(/[*?=]/g, " ")}*`),
        hasIdentifierLike(sql, "st.patient_id", likePrefix(word)),
        sql`upper(st.accession_number) like ${likePrefix(word.toUpperCase())}`,
        sql`st.description ilike ${`%${likePrefix(word)}`}`,
      ]),
    );
  return allOf(sql, all);
}

/**
 * What waits to be read, emergencies first, then by when it should have been read. Names of claims are of those whom the viewer works with.
 * @throws Refusal `forbidden`, `invalid` (`query.invalid-*`)
 */
export async function readingList(
  db: Reader,
  viewer: Viewer,
  query: ReadingListQuery,
  now: Date,
): Promise<ListPage<ReadingItem>> {
  requirePermission(viewer, "reading.claim");
  const page = await keysetPage<Row, "urgency" | "readyAt" | "patientName">(db, query, {
    name: "worklist",
    sorts: {
      urgency: { by: db`w.urgency`, type: "timestamptz" },
      readyAt: { by: db`w.since_at`, type: "timestamptz" },
      patientName: { by: db`p.name_folded`, type: "text" },
    },
    fallback: "urgency",
    id: db`st.id`,
    columns: columns(db, viewer),
    from: from(db, viewer, now),
    where: conditions(db, viewer, query, now),
    ...(needsAll(query)
      ? {}
      : { counted: { from: fromToCount(db, viewer, now), where: conditions(db, viewer, query, now) } }),
    key: listKey(viewer, query),
  });
  const claims = await claimsOf(
    db,
    page.data.map(({ id }) => id),
    now,
  );
  return mapPage(page, (row) => toItem(viewer, row, claims.get(row.id) ?? null, now));
}

function toItem(viewer: Viewer, row: Row, claim: ClaimRow | null, now: Date): ReadingItem {
  const { orderId, procedureName, clinicalIndication, providerId, providerName } = row;
  return {
    id: row.id,
    studyInstanceUid: row.studyInstanceUid,
    facilityId: row.facilityId,
    patient: toPatientSummary(row),
    accessionNumber: row.accessionNumber,
    studyDate: row.studyDate,
    studyDescription: row.studyDescription,
    modalities: row.modalities,
    bodyPart: row.bodyPart,
    numberOfInstances: row.numberOfInstances,
    numberOfImages: row.numberOfImages,
    status: row.status,
    priority: row.priority,
    subspecialty: row.subspecialty,
    order:
      orderId === null
        ? null
        : {
            id: orderId,
            procedureName,
            clinicalIndication,
            provider: { id: providerId, name: providerName },
          },
    readyAt: row.readyAt?.toISOString() ?? null,
    waitingMinutes: Math.max(0, Math.floor((now.getTime() - row.sinceAt.getTime()) / 60_000)),
    targetMinutes: row.targetMinutes,
    dueAt: row.dueAt.toISOString(),
    late: row.dueAt < now,
    changedAfterReport: row.changedAfterReport,
    priors: row.priors,
    claim: claim && toClaim(claim),
    report: row.report,
    skippedUntil: row.skippedUntil?.toISOString() ?? null,
    version: row.version,
    actions: actionsOf(viewer, claim),
  };
}

/** What the viewer may do with a study on the list. */
function actionsOf(viewer: Viewer, claim: ClaimRow | null): string[] {
  const assigns = reach(viewer, "reading.assign") !== null;
  const mine = claim?.userId === viewer.id;
  const person = viewer.kind === "user";
  return [
    ...(person && (claim === null || mine) ? ["claim"] : []),
    ...(claim !== null && (mine || assigns) ? ["release"] : []),
    ...(assigns ? ["assign"] : []),
    ...(person ? ["skip"] : []),
    ...(reach(viewer, "reports.write") && (claim === null || mine) ? ["report"] : []),
  ];
}
