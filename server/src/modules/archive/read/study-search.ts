import type { Series, Study, StudyStatus } from "@isocenter/contract";
import {
  type Fragment,
  inSpans,
  isAmong,
  keysetPage,
  type ListPage,
  type ListRange,
  type LocalSpan,
  listKey,
  mapPage,
  type Reader,
  type Span,
  type Viewer,
} from "../../../platform/index.ts";
import { allOf, anyOf, firstIdentifier } from "../../patients/index.ts";
import { type StudyRow, studyColumns, toStudy, visibleStudies } from "./studies.ts";

/** One of its values must fit. */
export type StudyCondition =
  | { by: "ids" | "patients" | "orders" | "facilities"; values: readonly string[] }
  | { by: "uids"; values: readonly string[] }
  | { by: "accessionNumbers"; values: readonly { facilityId: string | null; value: string | null }[] }
  | { by: "statuses"; values: readonly StudyStatus[] }
  | { by: "modalities"; values: readonly string[] }
  /** Of the study, at the facility's clock. */
  | { by: "started"; spans: readonly LocalSpan[] }
  | { by: "updatedAt"; spans: readonly Span[] }
  /** Has images. */
  | { by: "received" }
  | { by: "any"; of: readonly StudyCondition[] }
  | { by: "none" };

export type StudySort = "studyDate";

/** All of the conditions; the newest study date first when `sort` is left out. @throws Refusal `invalid` */
export async function searchStudies(
  reader: Reader,
  viewer: Viewer,
  conditions: readonly StudyCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<Study>> {
  const page = await keysetPage<StudyRow, StudySort>(reader, range, {
    name: "study-search",
    // To the microsecond, and without a zone: as text it comes back as it is.
    sorts: { studyDate: { by: reader`st.study_at`, type: "timestamp" } },
    fallback: "-studyDate",
    id: reader`st.id`,
    columns: studyColumns(reader),
    from: reader`study st join patient p on p.id = st.patient_id ${firstIdentifier(reader)}`,
    where: allOf(reader, [
      visibleStudies(reader, viewer),
      ...conditions.map((condition) => sqlOf(reader, condition)),
    ]),
    facility: { column: reader`st.facility_id`, ids: viewer.facilityIds },
    keyed: conditions.some(({ by }) => by === "ids" || by === "uids" || by === "patients" || by === "orders"),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  return mapPage(page, (row) => toStudy(viewer, row));
}

function sqlOf(sql: Reader, condition: StudyCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`st.id`, condition.values, "uuid");
    case "patients":
      // A patient has few: they are looked up first, whatever the order is.
      return sql`st.id = any(array(select s.id from study s where s.patient_id = any(${[...condition.values]}::uuid[])))`;
    case "orders":
      return isAmong(sql, sql`st.order_id`, condition.values, "uuid");
    case "facilities":
      return isAmong(sql, sql`st.facility_id`, condition.values, "uuid");
    case "uids":
      return isAmong(sql, sql`st.study_instance_uid`, condition.values, "text");
    case "accessionNumbers":
      return anyOf(
        sql,
        condition.values.map(({ facilityId, value }) =>
          allOf(sql, [
            value === null ? sql`st.accession_number is not null` : sql`st.accession_number = ${value}`,
            ...(facilityId === null ? [] : [sql`st.facility_id = ${facilityId}`]),
          ]),
        ),
      );
    case "statuses":
      return isAmong(sql, sql`st.status`, condition.values, "text");
    case "modalities":
      return sql`st.modalities && ${[...condition.values]}::text[]`;
    case "started":
      return sql`(st.study_date is not null and ${inSpans(sql, sql`st.study_at`, condition.spans, "timestamp")})`;
    case "updatedAt":
      return updated(sql, condition.spans);
    case "received":
      return sql`st.has_images`;
    case "any":
      return anyOf(
        sql,
        condition.of.map((one) => sqlOf(sql, one)),
      );
    case "none":
      return sql`false`;
  }
}

/** When its last image came, or it was made; the index knows the hour. */
function updated(sql: Reader, spans: readonly Span[]): Fragment {
  return anyOf(
    sql,
    spans.map((span) => {
      const since =
        span.from === null
          ? sql``
          : sql`and st.received_hour >= date_trunc('hour', ${span.from}::timestamptz at time zone 'UTC')`;
      return sql`((${inSpans(sql, sql`st.last_received_at`, [span])} ${since})
        or (st.last_received_at is null and ${inSpans(sql, sql`st.created_at`, [span])}))`;
    }),
  );
}

/** Series shown of one study. */
const mostSeries = 500;

/** The series of studies that were found to be visible, by number. */
export async function seriesOfStudies(
  reader: Reader,
  studyIds: readonly string[],
): Promise<ReadonlyMap<string, Series[]>> {
  if (studyIds.length === 0) return new Map();
  const rows = await reader<(Omit<Series, "createdAt"> & { createdAt: Date })[]>`
    select k.* from unnest(${[...studyIds]}::uuid[]) as here (id) cross join lateral (
      select id, study_id as "studyId", series_instance_uid as "seriesInstanceUid", series_number as "seriesNumber",
        description as "seriesDescription", modality, body_part as "bodyPart", number_of_instances as "numberOfInstances",
        number_of_images as "numberOfImages", created_at as "createdAt"
      from series where study_id = here.id and (number_of_instances > 0 or revision = 0)
      order by coalesce(series_number, 2147483647), id limit ${mostSeries}) k`;
  return Map.groupBy(
    rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })),
    ({ studyId }) => studyId,
  );
}
