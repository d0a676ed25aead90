import type { Reader, Viewer } from "../../platform/index.ts";

/** The numbers that another system calls an order by; empty where it says none. */
export interface OrderNumbers {
  /** Its own. */
  placer: string;
  /** Ours: the accession number, also an id. */
  filler: string;
}

/**
 * The orders of the viewer's facilities that the numbers lead to: one where they agree, two where each names another. Locked until the transaction's
 * end, so that two messages about one order follow each other.
 */
export async function ordersByNumber(
  reader: Reader,
  viewer: Viewer,
  { placer, filler }: OrderNumbers,
): Promise<{ id: string; patientId: string }[]> {
  return await reader<{ id: string; patientId: string }[]>`
    select o.id, o.patient_id as "patientId" from imaging_order o
    where o.facility_id = any(${[...viewer.facilityIds]}::uuid[])
      and (${placer} <> '' and o.placer_order_number = ${placer} or ${filler} <> '' and o.accession_number = ${filler})
    order by o.id limit 2 for no key update`;
}
