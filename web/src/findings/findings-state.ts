/** The tabs over the findings. */
export const findingViews = {
  pending: { label: "Open" },
  ACKNOWLEDGED: { label: "Acknowledged" },
  FOLLOW_UP: { label: "Awaiting follow-up" },
  CLOSED: { label: "Closed" },
} as const;
export type FindingView = keyof typeof findingViews;

/** What the address of the page says. */
export interface FindingsState {
  view?: FindingView;
}

export function readFindingsState({ view }: Record<string, unknown>): FindingsState {
  return typeof view === "string" && view !== "pending" && Object.hasOwn(findingViews, view)
    ? { view: view as FindingView }
    : {};
}
