import type { Report, ReportStatus } from "@isocenter/contract";
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
  requirePermission,
  type Span,
  type Viewer,
} from "../../platform/index.ts";
import { hasProcedure } from "../orders/index.ts";
import { allOf, anyOf } from "../patients/index.ts";
import {
  type ReportRow as Row,
  reportColumns,
  reportTables,
  type Shown,
  toShown,
  visible,
} from "./queries.ts";

/** One of its values must fit. */
export type ReportCondition =
  | { by: "ids" | "patients" | "orders" | "studies" | "signers"; values: readonly string[] }
  | { by: "accessionNumbers"; values: readonly { facilityId: string | null; value: string | null }[] }
  | { by: "statuses"; values: readonly ReportStatus[] }
  | { by: "modalities"; values: readonly string[] }
  | { by: "codes"; values: readonly { code: string; scheme: string | null }[] }
  /** When it was signed. */
  | { by: "signedAt" | "updatedAt"; spans: readonly Span[] }
  /** When the study was made, at the facility's clock. */
  | { by: "started"; spans: readonly LocalSpan[] }
  | { by: "any"; of: readonly ReportCondition[] }
  | { by: "none" };

export type ReportSort = "createdAt" | "updatedAt";

/** A report with what it is a report on. */
export interface FoundReport extends Shown {
  report: Report;
  study: { description: string | null; modalities: string[]; date: string | null; time: string | null };
  /** Of the order. */
  procedure: { code: string | null; scheme: string | null; name: string } | null;
}

interface SearchRow extends Row {
  studyDescription: string | null;
  modalities: string[];
  studyDate: string | null;
  studyTime: string | null;
  procedureCode: string | null;
  procedureScheme: string | null;
  procedureName: string | null;
}

/** When what the viewer sees of it last changed: whoever sees signed reports alone sees nothing of what is being written. */
const updatedAt = (sql: Reader, viewer: Viewer): Fragment =>
  requirePermission(viewer, "reports.read") === "all" ? sql`r.updated_at` : sql`r.signed_at`;

/** All of the conditions; the newest first when `sort` is left out. @throws Refusal `invalid` */
export async function searchReports(
  reader: Reader,
  viewer: Viewer,
  conditions: readonly ReportCondition[],
  range: ListRange & { sort?: string },
  now: Date,
): Promise<ListPage<FoundReport>> {
  const page = await keysetPage<SearchRow, ReportSort>(reader, range, {
    name: "report-search",
    sorts: {
      createdAt: { by: reader`r.created_at`, type: "timestamptz" },
      updatedAt: { by: updatedAt(reader, viewer), type: "timestamptz" },
    },
    fallback: "-updatedAt",
    id: reader`r.id`,
    columns: reader`${reportColumns(reader, viewer, now)}, st.description as "studyDescription", st.modalities,
      st.study_date as "studyDate", to_char(st.study_time, 'HH24:MI:SS') as "studyTime", o.procedure_code as "procedureCode",
      o.procedure_coding_scheme as "procedureScheme", o.procedure_name as "procedureName"`,
    from: reader`${reportTables(reader)} left join imaging_order o on o.id = st.order_id`,
    where: allOf(reader, [
      visible(reader, viewer),
      ...conditions.map((condition) => sqlOf(reader, viewer, condition)),
    ]),
    facility: { column: reader`r.facility_id`, ids: viewer.facilityIds },
    keyed: conditions.some(
      ({ by }) => by === "ids" || by === "patients" || by === "orders" || by === "studies",
    ),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  return mapPage(page, (row) => ({
    ...toShown(viewer, row, null),
    study: {
      description: row.studyDescription,
      modalities: row.modalities,
      date: row.studyDate,
      time: row.studyTime,
    },
    procedure:
      row.procedureName === null
        ? null
        : { code: row.procedureCode, scheme: row.procedureScheme, name: row.procedureName },
  }));
}

function sqlOf(sql: Reader, viewer: Viewer, condition: ReportCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`r.id`, condition.values, "uuid");
    case "studies":
      return isAmong(sql, sql`r.study_id`, condition.values, "uuid");
    case "signers":
      return isAmong(sql, sql`r.signer_id`, condition.values, "uuid");
    case "patients":
      return isAmong(sql, sql`st.patient_id`, condition.values, "uuid");
    case "orders":
      return isAmong(sql, sql`st.order_id`, condition.values, "uuid");
    case "accessionNumbers":
      return anyOf(
        sql,
        condition.values.map(({ facilityId, value }) =>
          allOf(sql, [
            sql`st.facility_id = r.facility_id`,
            value === null ? sql`st.accession_number is not null` : sql`st.accession_number = ${value}`,
            ...(facilityId === null ? [] : [sql`r.facility_id = ${facilityId}`]),
          ]),
        ),
      );
    case "statuses":
      return isAmong(sql, sql`r.status`, condition.values, "text");
    case "modalities":
      return sql`st.modalities && ${[...condition.values]}::text[]`;
    case "codes":
      return hasProcedure(sql, condition.values);
    case "signedAt":
      return inSpans(sql, sql`r.signed_at`, condition.spans);
    case "updatedAt":
      return inSpans(sql, updatedAt(sql, viewer), condition.spans);
    case "started":
      return sql`(st.study_date is not null and ${inSpans(sql, sql`st.study_at`, condition.spans, "timestamp")})`;
    case "any":
      return anyOf(
        sql,
        condition.of.map((one) => sqlOf(sql, viewer, one)),
      );
    case "none":
      return sql`false`;
  }
}
