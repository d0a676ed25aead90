import type { CreateImagingOrder } from "@isocenter/contract";
import { type Platform, Refusal, transact, type Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { countProof, forgetProof, knownPatient } from "../patients/index.ts";
import { type GivenNumbers, placeOrder } from "./place.ts";
import { ordersIntoCare, unproven } from "./whom.ts";

/** Places an order for whoever asks at a door. @returns its id @throws Refusal as `placeOrder` */
export type OrderPlacing = (
  viewer: Viewer,
  input: CreateImagingOrder,
  given?: GivenNumbers,
) => Promise<string>;

/** That somebody ordered for a patient whom they could not name is written down, and how often is bounded. */
export function orderPlacing({ platform, journal }: { platform: Platform; journal: Journal }): OrderPlacing {
  const { db, config, clock } = platform;

  async function unprovenOrder(viewer: Viewer, input: CreateImagingOrder, code: string): Promise<void> {
    const patientId = await knownPatient(db, viewer, input.patientId ?? null);
    await journal.access(viewer, {
      action: "order.created",
      subject: { type: "patient", id: patientId ?? "unknown" },
      patientId,
      outcome: "refused",
      data: { code },
    });
  }

  return async (viewer, input, given = {}) => {
    const attempt = input.patientProof && ordersIntoCare(viewer) ? await countProof(db, clock, viewer) : null;
    try {
      return await transact(db, async (tx) => {
        const context = { clock, journal, physicianOrders: config.physicianOrders };
        const id = await placeOrder(tx, viewer, input, context, given);
        if (attempt !== null) await forgetProof(tx, attempt);
        return id;
      });
    } catch (error) {
      const code = error instanceof Refusal ? error.code : null;
      if (code !== null && unproven.includes(code)) await unprovenOrder(viewer, input, code);
      else if (attempt !== null) await forgetProof(db, attempt);
      throw error;
    }
  };
}
