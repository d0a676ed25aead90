import { invalidAt, type ListPage, type ListRange } from "../../platform/index.ts";

/** A page of what there are a few of, in the order given: their key is their place. */
export function foundAmong<R>(
  found: readonly R[],
  { limit = found.length, sort = "", after }: ListRange & { sort?: string },
): ListPage<R> {
  const all = sort.startsWith("-") ? found.toReversed() : found;
  const start = after === undefined ? 0 : Number(after);
  if (!Number.isInteger(start) || start < 0 || start > 1_000_000)
    throw invalidAt("query.invalid-after", "querystring._page", "is not the key of a page");
  const data = all.slice(start, start + limit);
  const end = start + data.length;
  return {
    data: [...data],
    total: found.length,
    totalIsExact: true,
    next: end < all.length ? String(end) : null,
    // Read the other way round, what stands before this page follows so many.
    ...(start > 0 ? { back: String(all.length - start) } : {}),
  };
}
