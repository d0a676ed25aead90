import type { PayBill, RefundBill } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { checkTransition, outstandingOf } from "./bill.ts";
import { type BillingContext, lockBill, writeBill } from "./locked.ts";
import type { BillRow } from "./rows.ts";

const keyReused = (): Refusal =>
  new Refusal(
    "unprocessable",
    "idempotency.key-reused",
    "This Idempotency-Key was used for something else of this bill: take a new key.",
  );

const overOwed = (what: string, most: number, currency: string): Refusal =>
  new Refusal("unprocessable", "bill.over-owed", `${what}: at most ${most} ${currency} in minor units.`);

/**
 * Takes a payment: all that is owed where no amount is given. The same key pays once, whatever happened since.
 * @throws Refusal `forbidden`, `not-found` (`bill.not-found`), `conflict` (`version.conflict`, `bill.illegal-transition`, `bill.nothing-owed`),
 *   `unprocessable` (`bill.over-owed`, `idempotency.key-reused`)
 */
export async function payBill(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: PayBill & { idempotencyKey: string | null },
  context: BillingContext,
): Promise<void> {
  requirePermission(viewer, "payments.take");
  const bill = await lockBill(tx, viewer, context, id);
  const method = input.method.trim().toUpperCase().replaceAll(/[ -]+/g, "_");
  const reference = input.reference?.trim() ?? null;
  if (input.idempotencyKey !== null) {
    const [before] = await tx<{ amount: number; method: string; reference: string | null; by: string }[]>`
      select amount, method, reference, received_by as by from payment where bill_id = ${id} and idempotency_key = ${input.idempotencyKey}`;
    if (before) {
      const same =
        before.by === viewer.id &&
        before.method === method &&
        before.reference === reference &&
        (input.amount === undefined || input.amount === before.amount);
      if (same) return;
      throw keyReused();
    }
  }
  checkVersion(input.expectedVersion, bill.version);
  const owed = owedOf(bill);
  const amount = input.amount ?? owed;
  if (amount > owed) throw overOwed("This is more than is owed", owed, bill.currency);
  const paymentId = newId(context.clock);
  await tx`insert into payment ${tx({
    id: paymentId,
    bill_id: id,
    facility_id: bill.facilityId,
    amount,
    method,
    reference,
    idempotency_key: input.idempotencyKey,
    received_at: context.clock.now(),
    received_by: viewer.id,
    received_by_name: viewer.name,
  })}`;
  const status = await writeBill(tx, context, bill, { paid: bill.paid + amount }, "paid");
  await context.journal.record(tx, viewer, {
    type: "bill.paid",
    subject: { type: "bill", id },
    facilityId: bill.facilityId,
    patientId: bill.patientId,
    data: { paymentId, amount, currency: bill.currency, method, outstanding: owed - amount, status },
  });
}

function owedOf(bill: BillRow): number {
  if (bill.status === "VOID") checkTransition(bill.status, "PAID", "paid");
  const owed = outstandingOf({ ...bill, voided: false });
  if (owed > 0) return owed;
  throw new Refusal("conflict", "bill.nothing-owed", "This bill is PAID: nothing of it is owed.");
}

/**
 * Gives money back, of one payment or of what was paid in all; what was given back is owed again.
 * @throws Refusal `forbidden`, `not-found` (`bill.not-found`, `payment.not-found`), `conflict` (`version.conflict`, `bill.illegal-transition`),
 *   `unprocessable` (`bill.over-paid`, `idempotency.key-reused`)
 */
export async function refundBill(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: RefundBill & { idempotencyKey: string | null },
  context: BillingContext,
): Promise<void> {
  requirePermission(viewer, "bills.write");
  const bill = await lockBill(tx, viewer, context, id);
  const { amount, idempotencyKey } = input;
  const paymentId = input.paymentId ?? null;
  const reason = input.reason.trim();
  if (idempotencyKey !== null) {
    const [before] = await tx<{ amount: number; paymentId: string | null; reason: string; by: string }[]>`
      select amount, payment_id as "paymentId", reason, refunded_by as by from refund where bill_id = ${id} and idempotency_key = ${idempotencyKey}`;
    if (before) {
      const same = before.by === viewer.id && before.amount === amount && before.paymentId === paymentId;
      if (same && before.reason === reason) return;
      throw keyReused();
    }
  }
  checkVersion(input.expectedVersion, bill.version);
  if (bill.status === "VOID") checkTransition(bill.status, "PENDING", "refunded");
  const most = Math.min(bill.paid - bill.refunded, await leftOf(tx, id, paymentId));
  if (amount > most)
    throw new Refusal(
      "unprocessable",
      "bill.over-paid",
      `No more is refunded than was paid: at most ${most} ${bill.currency} in minor units.`,
    );
  const refundId = newId(context.clock);
  await tx`insert into refund ${tx({
    id: refundId,
    bill_id: id,
    facility_id: bill.facilityId,
    payment_id: paymentId,
    amount,
    reason,
    idempotency_key: idempotencyKey,
    refunded_at: context.clock.now(),
    refunded_by: viewer.id,
    refunded_by_name: viewer.name,
  })}`;
  const status = await writeBill(tx, context, bill, { refunded: bill.refunded + amount }, "refunded");
  await context.journal.record(tx, viewer, {
    type: "bill.refunded",
    subject: { type: "bill", id },
    facilityId: bill.facilityId,
    patientId: bill.patientId,
    data: { refundId, paymentId, amount, currency: bill.currency, status },
  });
}

/** What is left of a payment; no limit where none is named. */
async function leftOf(tx: Tx, billId: string, paymentId: string | null): Promise<number> {
  if (paymentId === null) return Number.MAX_SAFE_INTEGER;
  const [row] = await tx<{ left: number }[]>`
    select (p.amount - coalesce((select sum(r.amount) from refund r where r.payment_id = p.id), 0))::bigint as left
    from payment p where p.id = ${paymentId} and p.bill_id = ${billId}`;
  if (!row) throw new Refusal("not-found", "payment.not-found", "This bill has no such payment.");
  return row.left;
}
