import { message } from "../words/words.ts";

/** The tabs over the findings. */
export const findingViews = {
  pending: { label: message("Open|finding") },
  ACKNOWLEDGED: { label: message("Acknowledged") },
  FOLLOW_UP: { label: message("Awaiting follow-up") },
  CLOSED: { label: message("Closed") },
  VOID: { label: message("Void") },
} as const;
export type FindingView = keyof typeof findingViews;

/** What the address of the page says. */
export interface FindingsState {
  view?: FindingView;
  /** The one that is opened, as by the notice of it. */
  finding?: string;
}

const isId = (value: unknown): value is string => typeof value === "string" && /^[\da-f-]{36}$/.test(value);

export function readFindingsState({ view, finding }: Record<string, unknown>): FindingsState {
  return {
    ...(typeof view === "string" && view !== "pending" && Object.hasOwn(findingViews, view)
      ? { view: view as FindingView }
      : {}),
    ...(isId(finding) ? { finding } : {}),
  };
}
