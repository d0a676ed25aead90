import type { Reader, Viewer } from "../../platform/index.ts";
import { getOrder } from "../orders/index.ts";
import { getReport } from "../reports/index.ts";

/** What a bill is for: an order or a report that the viewer may see. */
export interface BilledSubject {
  id: string;
  facilityId: string;
  patientId: string;
  orderId: string | null;
}

/** @throws Refusal `not-found` (`order.not-found`), also where it is not visible to the viewer */
export async function requireOrder(reader: Reader, viewer: Viewer, orderId: string): Promise<BilledSubject> {
  const { facilityId, patientId } = await getOrder(reader, viewer, orderId);
  return { id: orderId, facilityId, patientId, orderId };
}

/** @throws Refusal `not-found` (`report.not-found`), also where it is not visible to the viewer: to the billing office what is not signed */
export async function requireReport(
  reader: Reader,
  viewer: Viewer,
  reportId: string,
  now: Date,
): Promise<BilledSubject> {
  const { facilityId, patientId, orderId } = await getReport(reader, viewer, reportId, now);
  return { id: reportId, facilityId, patientId, orderId };
}
