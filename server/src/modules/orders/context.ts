import type { Clock, PhysicianOrders } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/** What the commands of this room need beside the transaction. */
export interface OrderContext {
  clock: Clock;
  journal: Journal;
}

export interface PlaceContext extends OrderContext {
  physicianOrders: PhysicianOrders;
}
