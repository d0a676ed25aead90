import type { Reader } from "../../platform/index.ts";

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

/** The order with the price that its procedure has now; null where there is no such order. For the program itself, whoever asks. */
export async function pricedOrder(reader: Reader, orderId: string): Promise<PricedOrder | null> {
  const [row] = await reader<PricedOrder[]>`
    select o.id, o.facility_id as "facilityId", o.patient_id as "patientId", o.procedure_code as "procedureCode",
      o.procedure_name as "procedureName", c.price_amount as "priceAmount", c.price_currency as "priceCurrency"
    from imaging_order o left join procedure c on c.id = o.procedure_id where o.id = ${orderId}`;
  return row ?? null;
}

/** Those of the orders whose procedure has a price. */
export async function pricedAmong(reader: Reader, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await reader<{ id: string }[]>`
    select o.id from imaging_order o join procedure c on c.id = o.procedure_id
    where o.id = any(${[...orderIds]}::uuid[]) and c.price_amount is not null`;
  return new Set(rows.map(({ id }) => id));
}
