import type { BillStatus } from "@isocenter/contract";
import { day, type Examination, hour, type Seeding } from "./course.ts";
import { idOf } from "./random.ts";

const dueDays = 30;
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/** The bill of a report that was signed: most are paid, some not in time. */
export function addBill(
  { rows, dice, until, billNumbers }: Seeding,
  one: Examination,
  reportId: string,
  signedAt: number,
): void {
  const issuedAt = Math.min(until, signedAt + hour);
  const { facility } = one.patient;
  if (dice.chance(0.02)) {
    rows.add("bill_without_price", {
      order_id: one.orderId,
      facility_id: facility.id,
      report_id: reportId,
      since: new Date(issuedAt),
      settled_at: issuedAt < until - 60 * day ? new Date(issuedAt + 10 * day) : null,
    });
    return;
  }
  const id = idOf(17, issuedAt, one.n);
  const year = new Date(issuedAt).getUTCFullYear();
  const number = (billNumbers.get(`${facility.id} ${year}`) ?? 0) + 1;
  billNumbers.set(`${facility.id} ${year}`, number);
  const total = one.procedure.price;
  const paidAt = issuedAt + (1 + dice.below(40)) * day;
  const luck = dice.next();
  const refunded = luck > 0.99 && paidAt <= until;
  const paid = refunded
    ? total
    : paidAt > until || luck > 0.95
      ? 0
      : luck > 0.92
        ? Math.floor(total / 2)
        : total;
  const voided = luck > 0.985;
  const late = issuedAt + (dueDays + 1) * day < until;
  const status: BillStatus = voided
    ? "VOID"
    : paid === total
      ? "PAID"
      : late
        ? "OVERDUE"
        : paid > 0
          ? "PARTIALLY_PAID"
          : "PENDING";
  rows.add("bill", {
    id,
    facility_id: facility.id,
    patient_id: one.patient.id,
    claimed_patient_id: one.patient.id,
    order_id: one.orderId,
    report_id: reportId,
    drafted: true,
    number: `${year}-${String(number).padStart(6, "0")}`,
    currency: "EUR",
    total,
    paid,
    refunded: refunded ? paid : 0,
    status,
    due_date: dateOf(issuedAt + dueDays * day),
    issued_at: new Date(issuedAt),
    issued_on: dateOf(issuedAt),
    void_reason: voided ? "Billed elsewhere" : null,
    voided_at: voided ? new Date(Math.min(until, issuedAt + day)) : null,
    created_by: "system",
    version: paid > 0 ? 2 : 1,
    updated_at: new Date(issuedAt),
  });
  rows.add("bill_line", {
    id: idOf(18, issuedAt, one.n),
    bill_id: id,
    position: 0,
    code: one.procedure.code,
    description: one.procedure.name,
    quantity: 1,
    unit_amount: total,
  });
  if (paid === 0) return;
  rows.add("payment", {
    id: idOf(19, paidAt, one.n),
    bill_id: id,
    facility_id: facility.id,
    amount: paid,
    method: dice.of(["CARD", "TRANSFER", "INSURANCE"]),
    received_at: new Date(paidAt),
    received_by: facility.billing.id,
    received_by_name: facility.billing.name,
  });
  if (!refunded) return;
  rows.add("refund", {
    id: idOf(23, paidAt, one.n),
    bill_id: id,
    facility_id: facility.id,
    payment_id: idOf(19, paidAt, one.n),
    amount: paid,
    reason: "Billed elsewhere",
    refunded_at: new Date(Math.min(until, paidAt + day)),
    refunded_by: facility.billing.id,
    refunded_by_name: facility.billing.name,
  });
}
