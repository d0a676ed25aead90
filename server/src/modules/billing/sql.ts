import { type BillStatus, billStatuses, readEnumeration } from "@isocenter/contract";
import {
  type Fragment,
  invalidAt,
  type Reader,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";

/*
 * Pieces of SQL about bills: the table `bill` as `b`, its facility as `f`, its patient as `p`.
 */

export const billTables = (sql: Reader): Fragment =>
  sql`bill b join facility f on f.id = b.facility_id join patient p on p.id = b.patient_id`;

/** The date at the facility. */
export const todayAt = (sql: Reader, now: Date): Fragment =>
  sql`(${now}::timestamptz at time zone f.time_zone)::date`;

/** True where the day has come that nobody has marked yet. */
const becameOverdue = (sql: Reader, now: Date): Fragment =>
  sql`(b.status in ('PENDING', 'PARTIALLY_PAID') and b.due_date < ${todayAt(sql, now)})`;

/** The state of this moment, whether or not it was marked. */
export const statusNow = (sql: Reader, now: Date): Fragment =>
  sql`case when ${becameOverdue(sql, now)} then 'OVERDUE' else b.status end`;

/** True for bills of one of the states, of this moment; answered from the index of the kept state. */
export function hasStatus(sql: Reader, now: Date, statuses: readonly BillStatus[]): Fragment {
  const kept = sql`b.status = any(${[...statuses]}::text[])`;
  return statuses.includes("OVERDUE")
    ? sql`(${kept} or ${becameOverdue(sql, now)})`
    : sql`(${kept} and not ${becameOverdue(sql, now)})`;
}

/** @throws Refusal `invalid` (`query.invalid-status`) */
export function readBillStatuses(text: string): BillStatus[] {
  return text.split(",").map((word) => {
    const status = readEnumeration(billStatuses, word);
    if (status !== null) return status;
    const message = `must be one or several of ${billStatuses.join(", ")}, with commas between them`;
    throw new Refusal("invalid", "query.invalid-status", `status ${message}.`, {
      errors: [{ path: "querystring.status", message }],
    });
  });
}

/** Bills exist for the viewer through their facility. */
export function visible(sql: Reader, viewer: Viewer): Fragment {
  requirePermission(viewer, "bills.read");
  return sql`b.facility_id = any(${[...viewer.facilityIds]}::uuid[])`;
}

/** The days of issue or of payment, both included; the coarse bounds are for the index, the exact ones for the facility's clock. */
export function withinDays(
  sql: Reader,
  column: string,
  { from, to }: { from?: string; to?: string },
): Fragment {
  checkDays(from, to);
  const at = sql.unsafe(column);
  const day = sql`(${at} at time zone f.time_zone)::date`;
  const after = from
    ? sql`and ${at} >= ${`${from}T00:00:00Z`}::timestamptz - interval '15 hours' and ${day} >= ${from}::date`
    : sql``;
  const before = to
    ? sql`and ${at} < ${`${to}T00:00:00Z`}::timestamptz + interval '38 hours' and ${day} <= ${to}::date`
    : sql``;
  return sql`true ${after} ${before}`;
}

function checkDays(from?: string, to?: string): void {
  for (const [name, day] of [
    ["from", from],
    ["to", to],
  ] as const) {
    if (day !== undefined && (day < "1900-01-01" || day > "2199-12-31"))
      throw invalidAt("query.invalid-day", `querystring.${name}`, "is a day from 1900 to 2199");
  }
  if (from !== undefined && to !== undefined && to < from)
    throw invalidAt("query.invalid-day", "querystring.to", "is before `from`");
}
