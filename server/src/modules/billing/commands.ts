import type { ChangeBill, CreateBill } from "@isocenter/contract";
import { Refusal, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import { type MergeFollower, requirePatient, survivorSql } from "../patients/index.ts";
import { checkDueDate, checkTransition, readCurrency, totalOf } from "./bill.ts";
import { settlePrice } from "./drafts.ts";
import { addLines, insertBill } from "./insert.ts";
import { type BillingContext, lockBill, writeBill } from "./locked.ts";
import { requireOrder, requireReport } from "./subjects.ts";

/**
 * Makes a bill.
 * @returns its id
 * @throws Refusal `forbidden`, `not-found` (`facility.not-found`, `patient.not-found`, `order.not-found`, `report.not-found`), `conflict`
 *   (`bill.order-billed`), `invalid` (`bill.unknown-currency`, `bill.too-large`, `bill.invalid-due-date`, `bill.other-patient`)
 */
export async function createBill(
  tx: Tx,
  viewer: Viewer,
  input: CreateBill,
  context: BillingContext,
): Promise<string> {
  requirePermission(viewer, "bills.write");
  const { patientId } = input;
  const order = input.orderId ? await requireOrder(tx, viewer, input.orderId) : null;
  const report = input.reportId ? await requireReport(tx, viewer, input.reportId, context.clock.now()) : null;
  const facilityId = input.facilityId ?? order?.facilityId ?? report?.facilityId ?? viewer.homeFacilityId;
  if (!viewer.facilityIds.includes(facilityId))
    throw new Refusal("not-found", "facility.not-found", "There is no such facility.");
  await requirePatient(tx, facilityId, patientId);
  for (const [name, of] of [
    ["orderId", order],
    ["reportId", report],
  ] as const) {
    if (of === null || (of.patientId === patientId && of.facilityId === facilityId)) continue;
    const message = "is of another patient or facility";
    throw new Refusal("invalid", "bill.other-patient", `${name} ${message}.`, {
      errors: [{ path: name, message }],
    });
  }
  const orderId = order?.id ?? report?.orderId ?? null;
  const id = await insertBill(tx, viewer, context, {
    facilityId,
    patientId,
    orderId,
    reportId: report?.id ?? null,
    drafted: false,
    currency: readCurrency(input.currency),
    lines: input.lines,
    ...(input.dueDate === undefined ? {} : { dueDate: checkDueDate(input.dueDate) }),
  });
  // Once more, now that the bill holds the patient: a merge that was under way is seen, and the next one takes the bill along.
  await requirePatient(tx, facilityId, patientId);
  if (orderId !== null) await settlePrice(tx, context, orderId);
  return id;
}

/**
 * Changes the lines and the due day of a bill of which nothing is paid.
 * @throws Refusal `forbidden`, `not-found` (`bill.not-found`), `conflict` (`version.conflict`, `bill.paid`, `bill.illegal-transition`), `invalid`
 */
export async function changeBill(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeBill,
  context: BillingContext,
): Promise<void> {
  requirePermission(viewer, "bills.write");
  const bill = await lockBill(tx, viewer, context, id, input.expectedVersion);
  if (bill.status === "VOID") checkTransition(bill.status, bill.status, "changed");
  if (bill.paid > bill.refunded)
    throw new Refusal(
      "conflict",
      "bill.paid",
      "Something of this bill is paid: it is changed once that is refunded.",
    );
  const total = input.lines ? totalOf(input.lines) : bill.total;
  const dueDate = input.dueDate === undefined ? bill.dueDate : checkDueDate(input.dueDate);
  if (input.lines) {
    await tx`delete from bill_line where bill_id = ${id}`;
    await addLines(tx, context, id, 0, input.lines);
  }
  const status = await writeBill(tx, context, bill, { total, dueDate }, "changed");
  await context.journal.record(tx, viewer, {
    type: "bill.changed",
    subject: { type: "bill", id },
    facilityId: bill.facilityId,
    patientId: bill.patientId,
    data: { before: { total: bill.total, dueDate: bill.dueDate }, after: { total, dueDate }, status },
  });
}

/**
 * Takes a bill back that should not have been made; it is kept, and shown as void.
 * @throws Refusal `forbidden`, `not-found` (`bill.not-found`), `conflict` (`version.conflict`, `bill.holds-money`, `bill.illegal-transition`)
 */
export async function voidBill(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: { reason: string; expectedVersion?: number },
  context: BillingContext,
): Promise<void> {
  requirePermission(viewer, "bills.write");
  const bill = await lockBill(tx, viewer, context, id, input.expectedVersion);
  if (bill.paid > bill.refunded)
    throw new Refusal(
      "conflict",
      "bill.holds-money",
      `A bill that is ${bill.status} is void only when what was paid is refunded: POST /billing/${id}/refunds first.`,
    );
  await writeBill(tx, context, bill, { void: { reason: input.reason } }, "made void");
  await context.journal.record(tx, viewer, {
    type: "bill.voided",
    subject: { type: "bill", id },
    facilityId: bill.facilityId,
    patientId: bill.patientId,
    data: { from: bill.status, total: bill.total, currency: bill.currency },
  });
}

/** Bills go with their patients, to whoever survives now. */
export const followMerge: MergeFollower = async (tx, _viewer, { patientIds, at }) => {
  await tx`
    with owner as (
      select b.id, survivor.id as now from bill b join patient p on p.id = b.claimed_patient_id
      cross join lateral (${survivorSql(tx, "p.id")}) survivor
      where b.claimed_patient_id = any(${[...patientIds]}::uuid[]) and survivor.id <> b.patient_id
      order by b.id for no key update of b)
    update bill b set patient_id = owner.now, version = b.version + 1, updated_at = ${at} from owner where b.id = owner.id`;
};
