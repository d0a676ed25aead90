import { systemViewer } from "../../platform/index.ts";
import type { FactReader } from "../journal/index.ts";
import { completeOrder } from "./automatic.ts";
import type { OrderContext } from "./context.ts";

/** A signed report completes its order: `report.signed` with `orderId` in its data. */
export function reportReader(context: OrderContext): FactReader {
  return {
    name: "orders.complete-reported",
    types: ["report.signed"],
    async handle(tx, facts) {
      for (const { facilityId, data, requestId, recordedAt } of facts) {
        const { orderId } = data;
        if (facilityId === null || typeof orderId !== "string") continue;
        const viewer = systemViewer([facilityId], requestId);
        await completeOrder(tx, viewer, { orderId, at: recordedAt, by: "report" }, context);
      }
    },
  };
}
