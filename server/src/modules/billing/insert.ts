import type { BillLineInput } from "@isocenter/contract";
import { newId, Refusal, type Tx, type Viewer } from "../../platform/index.ts";
import { billStatus, daysAfter, totalOf } from "./bill.ts";
import type { BillingContext } from "./locked.ts";

export interface NewBill {
  facilityId: string;
  patientId: string;
  orderId: string | null;
  reportId: string | null;
  drafted: boolean;
  currency: string;
  lines: readonly BillLineInput[];
  dueDate?: string | null;
}

/** @throws Refusal `conflict` (`bill.order-billed`) */
export async function insertBill(
  tx: Tx,
  viewer: Viewer,
  { clock, journal, dueDays }: BillingContext,
  bill: NewBill,
): Promise<string> {
  const { facilityId, patientId, orderId, reportId, currency, drafted } = bill;
  const now = clock.now();
  const [at] = await tx<{ today: string }[]>`
    select (${now}::timestamptz at time zone time_zone)::date as today from facility where id = ${facilityId}`;
  if (!at) throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  const id = newId(clock);
  const total = totalOf(bill.lines);
  const dueDate = bill.dueDate === undefined ? daysAfter(at.today, dueDays) : bill.dueDate;
  const number = await nextNumber(tx, facilityId, Number(at.today.slice(0, 4)));
  const status = billStatus({ total, paid: 0, refunded: 0, dueDate, voided: false }, at.today);
  const [made] = await tx`insert into bill ${tx({
    id,
    facility_id: facilityId,
    patient_id: patientId,
    claimed_patient_id: patientId,
    order_id: orderId,
    report_id: reportId,
    drafted,
    number,
    currency,
    total,
    status,
    due_date: dueDate,
    issued_at: now,
    issued_on: at.today,
    created_by: viewer.id,
    updated_at: now,
  })} on conflict (order_id) where order_id is not null and status <> 'VOID' do nothing returning id`;
  if (!made) throw new Refusal("conflict", "bill.order-billed", "This order has a bill already.");
  await addLines(tx, { clock }, id, 0, bill.lines);
  await journal.record(tx, viewer, {
    type: "bill.created",
    subject: { type: "bill", id },
    facilityId,
    patientId,
    data: { orderId, reportId, number, total, currency, dueDate, drafted, status },
  });
  return id;
}

async function nextNumber(tx: Tx, facilityId: string, year: number): Promise<string> {
  const [row] = await tx<{ last: number }[]>`
    insert into bill_counter (facility_id, year, last) values (${facilityId}, ${year}, 1)
    on conflict (facility_id, year) do update set last = bill_counter.last + 1 returning last`;
  return `${year}-${String(row?.last).padStart(6, "0")}`;
}

export async function addLines(
  tx: Tx,
  { clock }: Pick<BillingContext, "clock">,
  billId: string,
  position: number,
  lines: readonly BillLineInput[],
): Promise<void> {
  const rows = lines.map((line, index) => ({
    id: newId(clock),
    bill_id: billId,
    position: position + index,
    code: line.code.trim(),
    description: line.description.trim(),
    quantity: line.quantity,
    unit_amount: line.unitAmount,
    modifiers: line.modifiers ?? [],
  }));
  await tx`insert into bill_line ${tx(rows)}`;
}
