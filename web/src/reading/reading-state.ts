import type { ReadingListQuery } from "@isocenter/contract";
import { readModality } from "@isocenter/contract/enumerations";
import { readSeveral } from "../studies/list-state.ts";
import { message } from "../words/words.ts";

/** The tabs over the list. */
export const views = {
  all: { label: message("Everything"), query: {} },
  stat: { label: message("STAT and urgent"), query: { priority: "STAT,URGENT" } },
  mine: { label: message("Claimed by me"), query: { claim: "MINE" } },
  sign: { label: message("To sign"), query: { status: "PRELIMINARY" } },
  changed: { label: message("Changed since"), query: { status: "FINAL" } },
} as const;
export type View = keyof typeof views;

const priorities = ["STAT", "URGENT", "ROUTINE"];
const claims = ["MINE", "NONE", "OTHERS"];

/** What the address of the reading list says. */
export interface ReadingState {
  view?: View;
  /** Any of these, with commas between. */
  modality?: string;
  priority?: string;
  claim?: string;
  /** Only what is past its target. */
  late?: "true";
  query?: string;
}

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readReadingState(search: Record<string, unknown>): ReadingState {
  const state: ReadingState = {};
  const text = (name: string) => (typeof search[name] === "string" ? (search[name] as string) : "");
  const view = text("view");
  if (view !== "all" && Object.hasOwn(views, view)) state.view = view as View;
  const modality = readSeveral(text("modality"), readModality);
  if (modality) state.modality = modality;
  const priority = readSeveral(text("priority").toUpperCase(), (one) =>
    priorities.includes(one) ? one : null,
  );
  if (priority) state.priority = priority;
  const claim = text("claim").toUpperCase();
  if (claims.includes(claim)) state.claim = claim;
  if (text("late") === "true" || search.late === true) state.late = "true";
  if (text("query").trim()) state.query = text("query").slice(0, 128);
  return state;
}

/** Whether anything but the view narrows the list. */
export const isNarrowed = ({ view: _, ...filters }: ReadingState): boolean =>
  Object.values(filters).some(Boolean);

/** What `GET /worklist` is asked for the state: a filter wins over what its view asks. */
export const toReadingQuery = ({ view, late, ...filters }: ReadingState): ReadingListQuery => ({
  ...views[view ?? "all"].query,
  ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value)),
  ...(late ? { late: true } : {}),
});
