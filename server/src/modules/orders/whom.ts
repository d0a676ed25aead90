import type { CreateImagingOrder } from "@isocenter/contract";
import {
  invalidAt,
  type PhysicianOrders,
  Refusal,
  reach,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { careOf, findByIdentifier } from "../patients/index.ts";
import { conflict } from "./refusals.ts";

/** For whom is ordered, and what lets the viewer order for them. */
export interface Whom {
  patientId: string;
  /** `known`: the viewer may see the patient anyway. */
  by: "known" | "id" | "proof" | "glass";
}

/** Whether an order of the viewer would open records to them that they may not see. */
export const ordersIntoCare = (viewer: Viewer): boolean =>
  reach(viewer, "orders.write") !== "all" && reach(viewer, "patients.read") !== "all";

/** One answer for whom there is not and for whom the rest does not fit. */
const wrongProof = (): Refusal =>
  new Refusal("unprocessable", "order.proof-wrong", "No patient here has this identifier and birth date.");

const notInCare = (): Refusal =>
  new Refusal(
    "forbidden",
    "order.not-in-care",
    "This patient is not in your care, or not known here. Repeat their identifier and birth date (patientProof), or break the glass with a reason.",
  );

/** Codes that say the viewer did not show that they know the patient. */
export const unproven: readonly string[] = ["order.not-in-care", "order.proof-wrong", "patient.ambiguous"];

/**
 * For whom the order is. An order brings its patient into the provider's care: where it is to be proven, who sees only those orders for another if they
 * repeat the identifier and the birth date, or have broken the glass. Nobody learns by a proof who is a patient.
 * @throws Refusal `invalid` (`validation`), `unprocessable` (`order.proof-wrong`), `forbidden` (`order.not-in-care`), `conflict` (`patient.ambiguous`)
 */
export async function whomFor(
  tx: Tx,
  viewer: Viewer,
  input: CreateImagingOrder,
  needs: PhysicianOrders,
): Promise<Whom> {
  const { patientProof: proof } = input;
  const named = input.patientId?.toLowerCase();
  const proven = proof && (await findByIdentifier(tx, viewer, { ...proof, patientId: named }));
  if (proven?.length === 0) throw wrongProof();
  if (proven && proven.length > 1)
    throw conflict("patient.ambiguous", "Several patients have this identifier: name its issuer as well.");
  const patientId = named ?? proven?.[0];
  if (patientId === undefined)
    throw invalidAt("validation", "body.patientId", "is needed, or patientProof in its place");
  if (!ordersIntoCare(viewer)) return { patientId, by: "known" };
  const care = await careOf(tx, viewer, patientId);
  if (care === "relation") return { patientId, by: "known" };
  if (proven) return { patientId, by: "proof" };
  if (care === "glass") return { patientId, by: "glass" };
  if (needs === "proven") throw notInCare();
  return { patientId, by: "id" };
}
