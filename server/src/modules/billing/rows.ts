import type { Bill, BillLine, BillStatus, BillSummary, Payment, Refund } from "@isocenter/contract";
import { type Fragment, type Reader, reach, type Viewer } from "../../platform/index.ts";
import { displayName } from "../patients/index.ts";
import { lineAmount, outstandingOf } from "./bill.ts";
import { statusNow, todayAt } from "./sql.ts";

/** A bill as it is kept, with its state of this moment. */
export interface BillRow {
  id: string;
  number: string;
  facilityId: string;
  patientId: string;
  orderId: string | null;
  reportId: string | null;
  drafted: boolean;
  currency: string;
  total: number;
  paid: number;
  refunded: number;
  status: BillStatus;
  dueDate: string | null;
  issuedAt: Date;
  voidReason: string | null;
  voidedAt: Date | null;
  version: number;
  updatedAt: Date;
  family: string;
  given: string;
  middle: string;
  patientBirthDate: string | null;
  patientIdentifier: string | null;
  /** The date at the facility. */
  today: string;
}

export const billColumns = (sql: Reader, now: Date): Fragment => sql`
  b.id, b.number, b.facility_id as "facilityId", b.patient_id as "patientId", b.order_id as "orderId", b.report_id as "reportId", b.drafted,
  b.currency, b.total, b.paid, b.refunded, ${statusNow(sql, now)} as status, b.due_date as "dueDate", b.issued_at as "issuedAt",
  b.void_reason as "voidReason", b.voided_at as "voidedAt", b.version, b.updated_at as "updatedAt",
  p.family, p.given, p.middle, p.birth_date as "patientBirthDate",
  (select value from patient_identifier i where i.patient_id = p.id order by position, id limit 1) as "patientIdentifier", ${todayAt(sql, now)} as today`;

/** What this viewer may do with the bill now. */
function actionsOf(viewer: Viewer, row: BillRow): string[] {
  if (row.status === "VOID") return [];
  const writes = reach(viewer, "bills.write") !== null;
  const takes = reach(viewer, "payments.take") !== null;
  const held = row.paid - row.refunded;
  const actions: string[] = [];
  if (writes && held === 0) actions.push("change");
  if (takes && outstandingOf({ ...row, voided: false }) > 0) actions.push("pay");
  if (writes && held > 0) actions.push("refund");
  if (writes && held === 0 && row.status !== "PAID") actions.push("void");
  return actions;
}

export function summaryOf(viewer: Viewer, row: BillRow): BillSummary {
  const { family, given, middle, today: _, issuedAt, voidedAt, updatedAt, ...bill } = row;
  return {
    ...bill,
    patientName: displayName({ family, given, middle, prefix: "", suffix: "" }),
    outstanding: outstandingOf({ ...row, voided: row.status === "VOID" }),
    issuedAt: issuedAt.toISOString(),
    voidedAt: voidedAt?.toISOString() ?? null,
    updatedAt: updatedAt.toISOString(),
    actions: actionsOf(viewer, row),
  };
}

/** Whether the bill is void and nothing came in its place: an order has one bill that is not. */
async function mayReissue(reader: Reader, viewer: Viewer, { status, orderId }: BillRow): Promise<boolean> {
  if (status !== "VOID" || reach(viewer, "bills.write") === null) return false;
  if (orderId === null) return true;
  const successors = await reader`select from bill where order_id = ${orderId} and status <> 'VOID'`;
  return successors.length === 0;
}

type Dated<T, Field extends string> = Omit<T, Field> & Record<Field, Date>;

export async function billOf(reader: Reader, viewer: Viewer, row: BillRow): Promise<Bill> {
  const lines = await reader<Omit<BillLine, "amount">[]>`
    select id, code, description, quantity, unit_amount as "unitAmount", modifiers from bill_line where bill_id = ${row.id} order by position`;
  const payments = await reader<Dated<Payment, "receivedAt">[]>`
    select id, amount, method, reference, received_at as "receivedAt",
      json_build_object('id', received_by, 'name', received_by_name) as "receivedBy"
    from payment where bill_id = ${row.id} order by received_at, id`;
  const refunds = await reader<Dated<Refund, "refundedAt">[]>`
    select id, payment_id as "paymentId", amount, reason, refunded_at as "refundedAt",
      json_build_object('id', refunded_by, 'name', refunded_by_name) as "refundedBy"
    from refund where bill_id = ${row.id} order by refunded_at, id`;
  const [patient] = await reader<
    { address: string | null }[]
  >`select address from patient where id = ${row.patientId}`;
  const summary = summaryOf(viewer, row);
  return {
    ...summary,
    actions: (await mayReissue(reader, viewer, row)) ? [...summary.actions, "reissue"] : summary.actions,
    patientAddress: patient?.address ?? null,
    lines: lines.map((line) => ({ ...line, amount: lineAmount(line) })),
    payments: payments.map((one) => ({ ...one, receivedAt: one.receivedAt.toISOString() })),
    refunds: refunds.map((one) => ({ ...one, refundedAt: one.refundedAt.toISOString() })),
  };
}
