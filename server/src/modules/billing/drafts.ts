import { Refusal, requirePermission, systemViewer, type Tx, type Viewer } from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import { type PricedOrder, pricedAmong, pricedOrder } from "../orders/index.ts";
import { survivorOf } from "../patients/index.ts";
import { insertBill } from "./insert.ts";
import type { BillingContext } from "./locked.ts";

export type Drafted = "drafted" | "billed-before" | "no-price" | "no-order";

/**
 * Makes the bill of an order that was reported, from its procedure's price. Where the procedure has no price none is made: the order is listed under
 * those without price and the billing office is told, once. An order that had a bill, be it void, gets no other.
 */
export async function draftBill(
  tx: Tx,
  { orderId, reportId }: { orderId: string; reportId: string | null },
  context: BillingContext,
): Promise<Drafted> {
  // One at a time for an order, also where two processes read.
  await tx`select pg_advisory_xact_lock(hashtextextended(${`bill of order ${orderId}`}, 0))`;
  const order = await pricedOrder(tx, orderId);
  if (!order) return "no-order";
  const [before] = await tx`select 1 from bill where order_id = ${orderId} limit 1`;
  if (before) {
    await settlePrice(tx, context, orderId);
    return "billed-before";
  }
  const { priceAmount, priceCurrency, procedureCode, procedureName } = order;
  if (priceAmount === null || priceCurrency === null) {
    await missPrice(tx, order, reportId, context);
    return "no-price";
  }
  const viewer = systemViewer([order.facilityId]);
  const patientId = await survivorOf(tx, order.patientId);
  await insertBill(tx, viewer, context, {
    facilityId: order.facilityId,
    patientId,
    orderId,
    reportId,
    drafted: true,
    currency: priceCurrency,
    lines: [
      {
        code: procedureCode ?? "",
        description: procedureName,
        quantity: 1,
        unitAmount: priceAmount,
      },
    ],
  });
  await settlePrice(tx, context, orderId);
  return "drafted";
}

async function missPrice(
  tx: Tx,
  order: PricedOrder,
  reportId: string | null,
  { clock, journal }: BillingContext,
): Promise<void> {
  const { id: orderId, facilityId, patientId, procedureCode } = order;
  const [added] = await tx`
    insert into bill_without_price (order_id, facility_id, report_id, since)
    values (${orderId}, ${facilityId}, ${reportId}, ${clock.now()}) on conflict do nothing returning order_id`;
  if (!added) return;
  await notify(tx, clock, [
    {
      kind: "bill.price-missing",
      level: "IMPORTANT",
      facilityId,
      subject: { type: "order", id: orderId },
      patientId,
      to: { roles: ["BILLING"] },
      data: { procedureCode },
      key: `bill.price-missing:${orderId}`,
    },
  ]);
  await journal.record(tx, systemViewer([facilityId]), {
    type: "bill.price-missing",
    subject: { type: "order", id: orderId },
    facilityId,
    patientId,
    data: { procedureCode, reportId },
  });
}

/** The order waits for no price any more. */
export async function settlePrice(
  tx: Tx,
  { clock }: Pick<BillingContext, "clock">,
  orderId: string,
): Promise<void> {
  await tx`update bill_without_price set settled_at = ${clock.now()} where order_id = ${orderId} and settled_at is null`;
}

/**
 * Takes an order off the list of those without price: it is not billed.
 * @throws Refusal `forbidden`, `not-found` (`bill.not-waiting`)
 */
export async function dismissPrice(
  tx: Tx,
  viewer: Viewer,
  orderId: string,
  { clock, journal }: BillingContext,
): Promise<void> {
  requirePermission(viewer, "bills.write");
  const [row] = await tx<{ facilityId: string }[]>`
    update bill_without_price set settled_at = ${clock.now()}
    where order_id = ${orderId} and settled_at is null and facility_id = any(${[...viewer.facilityIds]}::uuid[])
    returning facility_id as "facilityId"`;
  if (!row) throw new Refusal("not-found", "bill.not-waiting", "This order does not wait for a price.");
  await journal.record(tx, viewer, {
    type: "bill.dismissed",
    subject: { type: "order", id: orderId },
    facilityId: row.facilityId,
  });
}

/** More than wait anywhere: whoever has so many has other worries. */
const mostWaiting = 10_000;

/** Bills of orders that waited for a price and have one now. @returns how many were made */
export async function draftPriced(tx: Tx, context: BillingContext, limit = 200): Promise<number> {
  const waiting = await tx<{ orderId: string; reportId: string | null }[]>`
    select order_id as "orderId", report_id as "reportId" from bill_without_price
    where settled_at is null order by since, order_id limit ${mostWaiting}`;
  const priced = await pricedAmong(
    tx,
    waiting.map(({ orderId }) => orderId),
  );
  const ready = waiting.filter(({ orderId }) => priced.has(orderId)).slice(0, limit);
  for (const row of ready) await draftBill(tx, row, context);
  return ready.length;
}
