import type { Viewer } from "../viewer.ts";
import { countLimit } from "./paging.ts";

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

/** That there are more than the limit, where that was found less than a minute ago; else the list is to be counted. */
export function knownTotal(key: string | undefined): number | undefined {
  const until = key === undefined ? undefined : beyondLimit.get(key);
  return until !== undefined && until > performance.now() ? countLimit + 1 : undefined;
}

/**
 * Notes what was counted, to the limit and one more. Counting ten thousand takes longer than reading a page: that there are more than that is remembered
 * for a minute, any smaller number never.
 */
export function noteTotal(key: string | undefined, total: number): number {
  if (key === undefined) return total;
  beyondLimit.delete(key);
  if (total > countLimit) {
    beyondLimit.set(key, performance.now() + believedMs);
    if (beyondLimit.size > mostKnown) beyondLimit.delete(beyondLimit.keys().next().value ?? "");
  }
  return total;
}

/** Rows of a list, as they are known or are counted now. */
export async function totalOf(key: string | undefined, count: () => Promise<number>): Promise<number> {
  return knownTotal(key) ?? noteTotal(key, await count());
}

/** The facilities of whoever asks, or the one of them that they name. */
export const facilitiesAsked = (
  viewer: Viewer,
  { facilityId }: { facilityId?: string },
): readonly string[] =>
  facilityId === undefined
    ? viewer.facilityIds
    : viewer.facilityIds.filter((id) => id === facilityId.toLowerCase());
