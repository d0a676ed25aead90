import { readModality } from "@isocenter/contract/enumerations";
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

/** What the address of the reading list says. */
export interface ReadingState {
  view?: View;
  modality?: string;
  query?: string;
}

export function readReadingState(search: Record<string, unknown>): ReadingState {
  const state: ReadingState = {};
  const { view, modality, query } = search;
  if (typeof view === "string" && view !== "all" && Object.hasOwn(views, view)) state.view = view as View;
  const code = typeof modality === "string" ? readModality(modality) : null;
  if (code) state.modality = code;
  if (typeof query === "string" && query.trim()) state.query = query.slice(0, 128);
  return state;
}
