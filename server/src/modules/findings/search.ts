import type { Finding, FindingStatus, Severity } from "@isocenter/contract";
import {
  type Clock,
  type Fragment,
  inSpans,
  isAmong,
  keysetPage,
  type ListPage,
  type ListRange,
  listKey,
  mapPage,
  type Reader,
  type Span,
  type Viewer,
} from "../../platform/index.ts";
import { allOf } from "../patients/index.ts";
import { type FindingListRow, findingColumns, findingTables, toFinding } from "./queries.ts";
import { visible } from "./rows.ts";

/** One of its values must fit. */
export type FindingCondition =
  | {
      by: "ids" | "patients" | "studies" | "orders" | "reports" | "senders" | "recipients";
      values: readonly string[];
    }
  | { by: "statuses"; values: readonly FindingStatus[] }
  | { by: "severities"; values: readonly Severity[] }
  | { by: "raisedAt" | "acknowledgedAt" | "updatedAt"; spans: readonly Span[] }
  | { by: "any" }
  | { by: "none" };

export type FindingSort = "raisedAt" | "updatedAt";

/** All of the conditions; the newest first when `sort` is left out. @throws Refusal `invalid` */
export async function searchFindings(
  reader: Reader,
  viewer: Viewer,
  clock: Clock,
  conditions: readonly FindingCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<Finding>> {
  const page = await keysetPage<FindingListRow, FindingSort>(reader, range, {
    name: "finding-search",
    sorts: {
      raisedAt: { by: reader`f.raised_at`, type: "timestamptz" },
      updatedAt: { by: reader`f.updated_at`, type: "timestamptz" },
    },
    fallback: "-raisedAt",
    id: reader`f.id`,
    columns: findingColumns(reader, viewer),
    from: findingTables(reader),
    where: allOf(reader, [
      visible(reader, viewer),
      ...conditions.map((condition) => sqlOf(reader, condition)),
    ]),
    facility: { column: reader`f.facility_id`, ids: viewer.facilityIds },
    keyed: conditions.some(({ by }) => by === "ids" || by === "patients" || by === "studies"),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  const now = clock.now();
  return mapPage(page, (row) => toFinding(viewer, now, row));
}

function sqlOf(sql: Reader, condition: FindingCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`f.id`, condition.values, "uuid");
    case "patients":
      return isAmong(sql, sql`st.patient_id`, condition.values, "uuid");
    case "studies":
      return isAmong(sql, sql`f.study_id`, condition.values, "uuid");
    case "orders":
      return isAmong(sql, sql`st.order_id`, condition.values, "uuid");
    case "reports":
      return isAmong(sql, sql`f.report_id`, condition.values, "uuid");
    case "senders":
      return isAmong(sql, sql`f.raised_by::text`, condition.values, "text");
    case "recipients":
      return sql`exists (select from finding_recipient r where r.finding_id = f.id and ${isAmong(sql, sql`r.person_id`, condition.values, "uuid")})`;
    case "statuses":
      return isAmong(sql, sql`f.status`, condition.values, "text");
    case "severities":
      return isAmong(sql, sql`f.severity`, condition.values, "text");
    case "raisedAt":
      return inSpans(sql, sql`f.raised_at`, condition.spans);
    case "acknowledgedAt":
      return inSpans(sql, sql`f.acknowledged_at`, condition.spans);
    case "updatedAt":
      return inSpans(sql, sql`f.updated_at`, condition.spans);
    case "any":
      return sql`true`;
    case "none":
      return sql`false`;
  }
}
