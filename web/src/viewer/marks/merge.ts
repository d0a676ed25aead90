/** A value as text in which the order of members says nothing: what comes back from a server may have another. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * Two changes of one list brought together: what they added, what they took away and we left as it was, and all of ours besides.
 * @param base what both started from
 */
export function merge<T>(
  base: readonly T[],
  ours: readonly T[],
  theirs: readonly T[],
  keyOf: (item: T) => string,
): T[] {
  const text = (items: readonly T[]) => new Map(items.map((item) => [keyOf(item), canonical(item)]));
  const [before, there, here] = [text(base), new Map(theirs.map((item) => [keyOf(item), item])), text(ours)];
  const kept = ours.flatMap((item) => {
    const key = keyOf(item);
    const isUnchanged = before.get(key) === canonical(item);
    if (!isUnchanged) return [item];
    const other = there.get(key);
    return other === undefined ? [] : [other];
  });
  const added = theirs.filter((item) => !here.has(keyOf(item)) && !before.has(keyOf(item)));
  return [...kept, ...added];
}
