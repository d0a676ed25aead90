import type { BillStatus } from "@isocenter/contract";
import { type Clock, checkVersion, Refusal, type Tx, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { billStatus, checkTransition } from "./bill.ts";
import { type BillRow, billColumns } from "./rows.ts";
import { billTables, visible } from "./sql.ts";

/** What the commands of this room need beside the transaction. */
export interface BillingContext {
  clock: Clock;
  journal: Journal;
  /** `BILL_DUE_DAYS`. */
  dueDays: number;
}

export const noBill = (): Refusal => new Refusal("not-found", "bill.not-found", "There is no such bill.");

/**
 * The bill, locked: whoever pays, refunds, changes or voids it meanwhile waits.
 * @throws Refusal `not-found` (`bill.not-found`), `conflict` (`version.conflict`)
 */
export async function lockBill(
  tx: Tx,
  viewer: Viewer,
  { clock }: Pick<BillingContext, "clock">,
  id: string,
  expectedVersion?: number,
): Promise<BillRow> {
  // Locked first and read afterwards: a row that was waited for would be joined as it was before.
  await tx`select 1 from bill b where b.id = ${id} and ${visible(tx, viewer)} for no key update`;
  const [row] = await tx<BillRow[]>`
    select ${billColumns(tx, clock.now())} from ${billTables(tx)} where b.id = ${id} and ${visible(tx, viewer)}`;
  if (!row) throw noBill();
  checkVersion(expectedVersion, row.version);
  return row;
}

export interface MoneyChange {
  total?: number;
  paid?: number;
  refunded?: number;
  dueDate?: string | null;
  void?: { reason: string };
}

/**
 * Writes what changed of a locked bill, with the state that follows from it. The one place where a bill's state changes, but for the days that pass.
 * @returns the state
 * @throws Refusal `conflict` (`bill.illegal-transition`)
 */
export async function writeBill(
  tx: Tx,
  { clock }: Pick<BillingContext, "clock">,
  bill: BillRow,
  change: MoneyChange,
  what: string,
): Promise<BillStatus> {
  const now = clock.now();
  const after = { ...bill, ...change };
  const voided = change.void !== undefined;
  const status = billStatus({ ...after, voided }, bill.today);
  checkTransition(bill.status, status, what);
  await tx`update bill set ${tx({
    total: after.total,
    paid: after.paid,
    refunded: after.refunded,
    due_date: after.dueDate,
    status,
    void_reason: change.void?.reason ?? null,
    voided_at: voided ? now : null,
    version: bill.version + 1,
    updated_at: now,
  })} where id = ${bill.id}`;
  return status;
}
