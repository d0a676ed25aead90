import { countLimit } from "./paging.ts";
import type { Viewer } from "./viewer.ts";

/** How long a total that is beyond the limit is believed. It is told as "more than 10,000" anyway, and lists of that length seldom shrink. */
const believedMs = 60_000;
const mostKnown = 2000;
const beyondLimit = new Map<string, number>();

/** Names what somebody asks of a list, whichever page: the rows behind it are the same for the same name. */
export function listKey(viewer: Viewer, ...asked: readonly unknown[]): string {
  const filters = JSON.stringify(asked, (name, value: unknown) =>
    name === "limit" || name === "offset" || name === "after" || name === "sort" ? undefined : value,
  );
  return `${viewer.kind} ${viewer.id} ${viewer.roles.join()} ${viewer.facilityIds.join()} ${filters}`;
}

/**
 * Rows of a list, counted to the limit and one more. Counting ten thousand takes longer than reading a page: that there are more than that is
 * remembered for a minute, any smaller number never.
 */
export async function totalOf(key: string | undefined, count: () => Promise<number>): Promise<number> {
  if (key === undefined) return count();
  const now = performance.now();
  const until = beyondLimit.get(key);
  if (until !== undefined && until > now) return countLimit + 1;
  const total = await count();
  beyondLimit.delete(key);
  if (total > countLimit) {
    beyondLimit.set(key, now + believedMs);
    if (beyondLimit.size > mostKnown) beyondLimit.delete(beyondLimit.keys().next().value ?? "");
  }
  return total;
}

/** The facilities of whoever asks, or the one of them that they name. */
export const facilitiesAsked = (
  viewer: Viewer,
  { facilityId }: { facilityId?: string },
): readonly string[] =>
  facilityId === undefined
    ? viewer.facilityIds
    : viewer.facilityIds.filter((id) => id === facilityId.toLowerCase());
