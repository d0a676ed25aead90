import { foldLetters, foldName } from "./fold.ts";
import { matchesWildcard } from "./wildcard.ts";

const groupsOf = (text: string) => text.split("=").map((group) => group.replace(/[\s^]+$/, "").trimStart());
const tidy = (text: string) =>
  foldLetters(text)
    .replace(/[\s,]+/g, " ")
    .trim();

/** Component by component where the pattern has components, else against the whole group. */
function matchesGroup(pattern: string, group: string): boolean {
  if (!pattern.includes("^")) return matchesWildcard(foldName(pattern), foldName(group));
  const wanted = pattern.split("^").map(tidy);
  const given = group.split("^").map(tidy);
  const openEnd = wanted[wanted.length - 1]!.endsWith("*");
  for (let i = 0; i < Math.max(wanted.length, given.length); i++) {
    if (i >= wanted.length) return openEnd || given.slice(i).every((component) => component === "");
    if (!matchesWildcard(wanted[i]!, given[i] ?? "")) return false;
  }
  return true;
}

/**
 * Matching of a person's name (PS3.4 C.2.2.2.1, C.2.2.2.4): no case, no accents, wildcards; component by component where the pattern has carets. A pattern
 * of one component group matches any group of the name, one of several matches group by group. Empty patterns match everything.
 */
export function matchesPersonName(pattern: string, name: string): boolean {
  const wanted = groupsOf(pattern);
  const given = groupsOf(name);
  if (wanted.every((group) => group === "" || group === "*")) return true;
  if (wanted.length === 1) return given.some((group) => matchesGroup(wanted[0]!, group));
  return wanted.every((group, i) => group === "" || matchesGroup(group, given[i] ?? ""));
}
