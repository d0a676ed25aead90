import { type Fragment, type Reader, requirePermission, type Viewer } from "../../platform/index.ts";
import { anyOf, inCareOf } from "../patients/index.ts";
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

/** Whether the order in the table named `o` is of one of the procedures; a code without a scheme is one of ours (99ISO). `scheme` null: of any. */
export const hasProcedure = (
  sql: Reader,
  codes: readonly { code: string; scheme: string | null }[],
): Fragment =>
  anyOf(
    sql,
    codes.map(
      ({ code, scheme }) =>
        sql`(o.procedure_code = ${code} ${scheme === null ? sql`` : sql`and coalesce(o.procedure_coding_scheme, '99ISO') = ${scheme}`})`,
    ),
  );
