import type { ReadingItem } from "@isocenter/contract";
import type { View } from "./reading-state.ts";

type Counted = Pick<ReadingItem, "priority" | "status"> & { claim: { user: { id: string } } | null };

/** How many studies stand in each view, from the list that all of them narrow; null where that is longer than what came of it. */
export function viewCounts(
  items: readonly Counted[],
  total: number,
  userId: string,
): Record<View, number> | null {
  if (items.length < total) return null;
  const count = (is: (item: Counted) => boolean) => items.filter(is).length;
  return {
    all: total,
    stat: count(({ priority }) => priority === "STAT" || priority === "URGENT"),
    mine: count(({ claim }) => claim?.user.id === userId),
    sign: count(({ status }) => status === "PRELIMINARY"),
    changed: count(({ status }) => status === "FINAL"),
  };
}
