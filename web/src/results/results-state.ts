import { message } from "../words/words.ts";

/** The tabs over the results. */
export const resultViews = {
  new: { label: message("New") },
  waiting: { label: message("Waiting") },
  all: { label: message("All") },
} as const;
export type ResultView = keyof typeof resultViews;

/** What the address of the results says. */
export interface ResultsState {
  view?: ResultView;
  query?: string;
}

export function readResultsState({ view, query }: Record<string, unknown>): ResultsState {
  const state: ResultsState = {};
  if (typeof view === "string" && view !== "new" && Object.hasOwn(resultViews, view))
    state.view = view as ResultView;
  if (typeof query === "string" && query.trim()) state.query = query.slice(0, 128);
  return state;
}
