import type { ImagingOrder, OrderStatus, Priority } from "@isocenter/contract";
import {
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
import { type OrderRow, orderColumns, toOrder } from "./rows.ts";
import { hasProcedure, orderVisible } from "./sql.ts";

/** The numbers that an order is known by. */
export type OrderNumber = "accession" | "placer" | "requested" | "study";

/** One of its values must fit. */
export type OrderCondition =
  | { by: "ids" | "patients" | "requesters" | "facilities"; values: readonly string[] }
  | {
      by: "numbers";
      values: readonly { kind: OrderNumber | null; facilityId: string | null; value: string | null }[];
    }
  | { by: "statuses"; values: readonly OrderStatus[] }
  | { by: "priorities"; values: readonly Priority[] }
  | { by: "codes"; values: readonly { code: string; scheme: string | null }[] }
  | { by: "modalities"; values: readonly string[] }
  | { by: "orderedAt" | "scheduledAt" | "updatedAt"; spans: readonly Span[] }
  | { by: "none" };

export type OrderSort = "orderedAt" | "updatedAt";

/** What is known of an order beside the item of the lists. */
export interface FoundOrderRow {
  order: ImagingOrder;
  /** The scheme that the procedure's code is of (PS3.16 8). */
  codingScheme: string | null;
}

/** All of the conditions; the newest first when `sort` is left out. @throws Refusal `invalid` */
export async function searchOrders(
  reader: Reader,
  viewer: Viewer,
  conditions: readonly OrderCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<FoundOrderRow>> {
  const page = await keysetPage<OrderRow & { codingScheme: string | null }, OrderSort>(reader, range, {
    name: "order-search",
    sorts: {
      orderedAt: { by: reader`o.ordered_at`, type: "timestamptz" },
      updatedAt: { by: reader`o.updated_at`, type: "timestamptz" },
    },
    fallback: "-orderedAt",
    id: reader`o.id`,
    columns: reader`${orderColumns(reader)}, o.procedure_coding_scheme as "codingScheme"`,
    from: reader`imaging_order o`,
    where: allOf(reader, [
      orderVisible(reader, viewer),
      ...conditions.map((condition) => sqlOf(reader, viewer, condition)),
    ]),
    facility: { column: reader`o.facility_id`, ids: viewer.facilityIds },
    keyed: conditions.some(({ by }) => by === "ids" || by === "numbers" || by === "patients"),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  return mapPage(page, ({ codingScheme, ...row }) => ({
    order: toOrder(viewer, row as OrderRow),
    codingScheme,
  }));
}

const numberColumns: Readonly<Record<OrderNumber, string>> = {
  accession: "o.accession_number",
  placer: "o.placer_order_number",
  requested: "o.requested_procedure_id",
  study: "o.study_instance_uid",
};

/** Looked up first, each number from its own index, which begins with the facility. */
function byNumbers(
  sql: Reader,
  viewer: Viewer,
  values: Extract<OrderCondition, { by: "numbers" }>["values"],
): Fragment {
  const alternatives = values.flatMap(({ kind, facilityId, value }) => {
    const here = facilityId === null ? [...viewer.facilityIds] : [facilityId];
    const kinds = kind === null ? (Object.keys(numberColumns) as OrderNumber[]) : [kind];
    return kinds.map(
      (one) => sql`select o.id from imaging_order o where o.facility_id = any(${here}::uuid[])
        and ${sql.unsafe(numberColumns[one])} ${value === null ? sql`is not null` : sql`= ${value}`}`,
    );
  });
  const [first, ...rest] = alternatives;
  return first
    ? sql`o.id in (${rest.reduce((all, next) => sql`${all} union all ${next}`, first)})`
    : sql`false`;
}

function sqlOf(sql: Reader, viewer: Viewer, condition: OrderCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`o.id`, condition.values, "uuid");
    case "patients":
      return isAmong(sql, sql`o.patient_id`, condition.values, "uuid");
    case "requesters":
      return isAmong(sql, sql`o.provider_id`, condition.values, "uuid");
    case "facilities":
      return isAmong(sql, sql`o.facility_id`, condition.values, "uuid");
    case "numbers":
      return byNumbers(sql, viewer, condition.values);
    case "statuses":
      return isAmong(sql, sql`o.status`, condition.values, "text");
    case "priorities":
      return isAmong(sql, sql`o.priority`, condition.values, "text");
    case "modalities":
      return isAmong(sql, sql`o.modality`, condition.values, "text");
    case "codes":
      return hasProcedure(sql, condition.values);
    case "orderedAt":
      return inSpans(sql, sql`o.ordered_at`, condition.spans);
    case "scheduledAt":
      return inSpans(sql, sql`o.scheduled_at`, condition.spans);
    case "updatedAt":
      return inSpans(sql, sql`o.updated_at`, condition.spans);
    case "none":
      return sql`false`;
  }
}
