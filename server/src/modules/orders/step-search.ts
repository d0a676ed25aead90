import type { Priority, ScheduledStep, StepStatus } from "@isocenter/contract";
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
import { allOf, anyOf } from "../patients/index.ts";
import { type StepRow, stepColumns, toStep } from "./rows.ts";
import { orderVisible } from "./sql.ts";

/** One of its values must fit. */
export type StepCondition =
  | { by: "ids" | "patients" | "orders" | "facilities"; values: readonly string[] }
  | { by: "numbers"; values: readonly { facilityId: string | null; value: string | null }[] }
  | { by: "statuses"; values: readonly StepStatus[] }
  | { by: "priorities"; values: readonly Priority[] }
  | { by: "startsAt" | "updatedAt"; spans: readonly Span[] }
  | { by: "none" };

export type StepSort = "startsAt" | "updatedAt";

/** A scheduled step, and the order that it is of. */
export interface FoundStep {
  step: ScheduledStep;
  order: {
    facilityId: string;
    patientId: string;
    patientName: string;
    priority: Priority;
    orderedAt: string;
    procedureName: string;
  };
}

interface Row extends StepRow {
  facilityId: string;
  patientId: string;
  patientName: string;
  priority: Priority;
  orderedAt: Date;
  procedureName: string;
}

/** All of the conditions; what begins last first when `sort` is left out. @throws Refusal `invalid` */
export async function searchSteps(
  reader: Reader,
  viewer: Viewer,
  conditions: readonly StepCondition[],
  range: ListRange & { sort?: string },
): Promise<ListPage<FoundStep>> {
  const page = await keysetPage<Row, StepSort>(reader, range, {
    name: "step-search",
    sorts: {
      // What has no time yet is last, as in the list of orders.
      startsAt: {
        by: reader`coalesce(st.starts_at, timestamptz '9999-12-31 00:00:00+00')`,
        type: "timestamptz",
      },
      updatedAt: { by: reader`st.updated_at`, type: "timestamptz" },
    },
    fallback: "-updatedAt",
    id: reader`st.id`,
    columns: reader`${stepColumns(reader)}, st.facility_id as "facilityId", o.patient_id as "patientId", p.name as "patientName", o.priority,
      o.ordered_at as "orderedAt", o.procedure_name as "procedureName"`,
    from: reader`scheduled_step st join imaging_order o on o.id = st.order_id join patient p on p.id = o.patient_id`,
    where: allOf(reader, [
      orderVisible(reader, viewer),
      ...conditions.map((condition) => sqlOf(reader, condition)),
    ]),
    facility: { column: reader`st.facility_id`, ids: viewer.facilityIds },
    keyed: conditions.some(
      ({ by }) => by === "ids" || by === "patients" || by === "orders" || by === "numbers",
    ),
    key: listKey(viewer, conditions),
    bothWays: true,
  });
  return mapPage(
    page,
    ({ facilityId, patientId, patientName, priority, orderedAt, procedureName, ...row }) => ({
      step: toStep(row as StepRow),
      order: {
        facilityId,
        patientId,
        patientName,
        priority,
        orderedAt: orderedAt.toISOString(),
        procedureName,
      },
    }),
  );
}

function sqlOf(sql: Reader, condition: StepCondition): Fragment {
  switch (condition.by) {
    case "ids":
      return isAmong(sql, sql`st.id`, condition.values, "uuid");
    case "patients":
      return isAmong(sql, sql`o.patient_id`, condition.values, "uuid");
    case "orders":
      return isAmong(sql, sql`st.order_id`, condition.values, "uuid");
    case "facilities":
      return isAmong(sql, sql`st.facility_id`, condition.values, "uuid");
    case "numbers":
      return anyOf(
        sql,
        condition.values.map(({ facilityId, value }) =>
          allOf(sql, [
            value === null ? sql`true` : sql`st.step_id = ${value}`,
            ...(facilityId === null ? [] : [sql`st.facility_id = ${facilityId}`]),
          ]),
        ),
      );
    case "statuses":
      return isAmong(sql, sql`st.status`, condition.values, "text");
    case "priorities":
      return isAmong(sql, sql`o.priority`, condition.values, "text");
    case "startsAt":
      return inSpans(sql, sql`st.starts_at`, condition.spans);
    case "updatedAt":
      return inSpans(sql, sql`st.updated_at`, condition.spans);
    case "none":
      return sql`false`;
  }
}
