import { type Fragment, type Reader, requirePermission, type Viewer } from "../../platform/index.ts";
import { inCareOf } from "../patients/index.ts";
import { ofFacilities } from "./facility.ts";

/**
 * Which of the orders, in the table named `o`, exist for the viewer: those of their facilities and, for whom the right reaches only so far, of patients
 * in their care. The reach `for-bills` is the whole order: what was asked for and why is what a bill is written from.
 */
export function orderVisible(sql: Reader, viewer: Viewer): Fragment {
  const reach = requirePermission(viewer, "orders.read");
  const here = ofFacilities(sql, viewer, "o.facility_id");
  return reach === "in-care" ? sql`${here} and ${inCareOf(sql, viewer, "o.patient_id")}` : here;
}
