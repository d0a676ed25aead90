import { type Reader, Refusal, type Tx, type Viewer } from "../../platform/index.ts";

/** What an order says to its bill. */
export interface PricedOrder {
  id: string;
  facilityId: string;
  patientId: string;
  procedureCode: string | null;
  procedureName: string;
  /** Minor units; null: no price yet. */
  priceAmount: number | null;
  priceCurrency: string | null;
}

export async function pricedOrder(reader: Reader, orderId: string): Promise<PricedOrder | null> {
  const [row] = await reader<PricedOrder[]>`
    select o.id, o.facility_id as "facilityId", o.patient_id as "patientId", o.procedure_code as "procedureCode",
      o.procedure_name as "procedureName", c.price_amount as "priceAmount", c.price_currency as "priceCurrency"
    from imaging_order o left join procedure c on c.id = o.procedure_id where o.id = ${orderId}`;
  return row ?? null;
}

/** @throws Refusal `not-found` (`order.not-found`), also where it is of a facility that is not the viewer's */
export async function requireOrder(tx: Tx, viewer: Viewer, orderId: string): Promise<PricedOrder> {
  const order = await pricedOrder(tx, orderId);
  if (order && viewer.facilityIds.includes(order.facilityId)) return order;
  throw new Refusal("not-found", "order.not-found", "There is no such order.");
}

export interface BilledReport {
  id: string;
  facilityId: string;
  patientId: string;
  orderId: string | null;
}

/** @throws Refusal `not-found` (`report.not-found`) */
export async function requireReport(_tx: Tx, _viewer: Viewer, _reportId: string): Promise<BilledReport> {
  throw new Refusal("not-found", "report.not-found", "There is no such report.");
}
