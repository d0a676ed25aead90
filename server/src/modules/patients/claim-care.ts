import type { Tx, Viewer } from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import { privacyOfficers } from "./break-glass/watchers.ts";
import { addCareRelations, type PatientContext } from "./commands.ts";

export interface CareClaim {
  patientId: string;
  facilityId: string;
  orderId: string;
  /** What made it possible: that they knew the patient's id, or identifier and birth date, or glass that was broken. */
  by: "id" | "proof" | "glass";
}

/**
 * The patient comes into the care of the viewer by an order of their own. That is how care begins; because it is also how records could be opened by
 * who only says so, it has a source and a fact of its own, and the facility's privacy officer is told; the administrators where nobody is.
 */
export async function claimCare(
  tx: Tx,
  viewer: Viewer,
  { patientId, facilityId, orderId, by }: CareClaim,
  { clock, journal }: PatientContext,
): Promise<void> {
  await addCareRelations(tx, clock, [{ patientId, facilityId, personId: viewer.id, source: `order-${by}` }]);
  await journal.record(tx, viewer, {
    type: "access.care-claimed",
    subject: { type: "patient", id: patientId },
    facilityId,
    patientId,
    people: [viewer.id],
    data: { orderId, by },
  });
  const notice = {
    kind: "access.care-claimed",
    level: "INFO",
    facilityId,
    subject: { type: "patient", id: patientId },
    patientId,
    data: { userId: viewer.id, userName: viewer.name, orderId, by },
    key: `access.care-claimed:${orderId}`,
  } as const;
  const told = await notify(tx, clock, [
    { ...notice, to: { people: await privacyOfficers(tx, facilityId) } },
  ]);
  if (told.length === 0) await notify(tx, clock, [{ ...notice, to: { roles: ["ADMINISTRATOR"] } }]);
}
