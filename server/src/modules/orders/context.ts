import type { Clock, PhysicianOrders, Reader } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";

/** What the commands of this room need beside the transaction. */
export interface OrderContext {
  clock: Clock;
  journal: Journal;
}

export interface CatalogueContext extends OrderContext {
  /** Whether reports of the facility may begin with the template: the templates are of a higher room. */
  isTemplate: (reader: Reader, facilityId: string, templateId: string) => Promise<boolean>;
}

export interface PlaceContext extends OrderContext {
  physicianOrders: PhysicianOrders;
}
