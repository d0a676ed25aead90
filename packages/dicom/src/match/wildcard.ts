/** Whether a text has one of the wildcards of PS3.4 C.2.2.2.4. */
export const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern);

/** Wildcard matching (PS3.4 C.2.2.2.4): `*` any run of characters, none too; `?` any one. Time grows with the product of the lengths at most. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(text);
  let p = 0;
  let star = -1;
  let retry = 0;
  for (let t = 0; t < given.length; ) {
    if (wanted[p] === "*") {
      star = p++;
      retry = t;
    } else if (p < wanted.length && (wanted[p] === "?" || wanted[p] === given[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++retry;
    } else return false;
  }
  while (wanted[p] === "*") p++;
  return p === wanted.length;
}

/** The same pattern for SQL LIKE with `\` as its escape character: `*` → `%`, `?` → `_`. */
export function wildcardToLike(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, "\\$&")
    .replace(/\*+/g, "%")
    .replace(/\?/g, "_");
}
