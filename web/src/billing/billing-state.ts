import { readEnumeration } from "@isocenter/contract/enumerations";
import { type BillStatus, billStatuses } from "@isocenter/contract/workflow";
import { message } from "../words/words.ts";

/** The tabs over the bills. */
export const billViews = {
  all: { label: message("All bills") },
  owed: { label: message("Owed") },
  OVERDUE: { label: message("Overdue") },
  PAID: { label: message("Paid|bills") },
  VOID: { label: message("Void|bills") },
  payments: { label: message("Payments") },
  "without-price": { label: message("Without price") },
} as const;
export type BillView = keyof typeof billViews;

/** What the server is asked for by a tab that shows bills. */
export const statusOf = (view: BillView): string | undefined =>
  view === "owed" ? "PENDING,PARTIALLY_PAID,OVERDUE" : (readEnumeration(billStatuses, view) ?? undefined);

export const statusWords: Readonly<Record<BillStatus, string>> = {
  PENDING: message("Issued"),
  PARTIALLY_PAID: message("Partly paid"),
  PAID: message("Paid|bill"),
  OVERDUE: message("Overdue"),
  VOID: message("Void|bill"),
};
export const statusTones = {
  PENDING: "line",
  PARTIALLY_PAID: "beam",
  PAID: "ok",
  OVERDUE: "crit",
  VOID: "line",
} as const;

/** What the address of the bills says. Members at their default are left out. */
export interface BillingState {
  view?: BillView;
  patientId?: string;
  /** Days of issue, both included. */
  from?: string;
  to?: string;
  sort?: "dueDate" | "issuedAt";
  offset?: number;
}

const isDay = (value: unknown): value is string =>
  typeof value === "string" && /^(19|20|21)\d\d-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readBillingState(search: Record<string, unknown>): BillingState {
  const state: BillingState = {};
  const { view, patientId, from, to, sort } = search;
  if (typeof view === "string" && view !== "all" && Object.hasOwn(billViews, view))
    state.view = view as BillView;
  if (typeof patientId === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(patientId))
    state.patientId = patientId;
  if (isDay(from)) state.from = from;
  if (isDay(to) && (!state.from || state.from <= to)) state.to = to;
  if (sort === "dueDate" || sort === "issuedAt") state.sort = sort;
  const offset = Number(search.offset);
  if (Number.isInteger(offset) && offset > 0 && offset <= 1_000_000) state.offset = offset;
  return state;
}

/** How many days a bill is late on a day; 0 where it is not. */
export const daysLate = (dueDate: string | null, today: string): number =>
  dueDate === null ? 0 : Math.max(0, Math.round((Date.parse(today) - Date.parse(dueDate)) / 86_400_000));
