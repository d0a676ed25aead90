import { readModality } from "@isocenter/contract/enumerations";
import { orderStatuses, priorities } from "@isocenter/contract/workflow";
import { message } from "../words/words.ts";

/** The tabs over the orders. */
export const orderViews = {
  open: { label: message("Current"), status: "PENDING,SCHEDULED,ARRIVED,IN_PROGRESS,ON_HOLD" },
  waiting: { label: message("To be scheduled"), status: "PENDING,ON_HOLD" },
  today: { label: message("Today"), status: "SCHEDULED,ARRIVED,IN_PROGRESS,PERFORMED" },
  missed: { label: message("Did not come"), status: "NO_SHOW" },
  all: { label: message("All"), status: orderStatuses.join(",") },
} as const;
export type OrderView = keyof typeof orderViews;

/** What the address of the list of orders says. */
export interface OrdersState {
  view?: OrderView;
  modality?: string;
  priority?: string;
  accessionNumber?: string;
  after?: string;
  offset?: number;
}

export function readOrdersState(search: Record<string, unknown>): OrdersState {
  const state: OrdersState = {};
  const { view, modality, priority, accessionNumber, after } = search;
  if (typeof view === "string" && view !== "open" && Object.hasOwn(orderViews, view))
    state.view = view as OrderView;
  const code = typeof modality === "string" ? readModality(modality) : null;
  if (code) state.modality = code;
  if (priorities.some((one) => one === priority)) state.priority = String(priority);
  const number = String(accessionNumber ?? "").trim();
  if (number) state.accessionNumber = number.slice(0, 16);
  const offset = Number(search.offset);
  if (typeof after === "string" && after.length <= 512 && Number.isInteger(offset) && offset > 0) {
    state.after = after;
    state.offset = offset;
  }
  return state;
}
