import { foldName } from "./fold.ts";

/** Spellings of one sound in European languages, longest first. */
const sounds: readonly (readonly [RegExp, string])[] = [
  [/tsch|tch|cz|ch|sch|sh|sz|tz|ts|zh/g, "s"],
  [/ph|pf|ff/g, "f"],
  [/ck|cq|qu|q/g, "k"],
  [/x/g, "ks"],
  [/c(?=[eiy])/g, "s"],
  [/c/g, "k"],
  [/g(?=[eiy])|j|dj|dzh/g, "j"],
  [/th|dt|d/g, "t"],
  [/gh/g, "g"],
  [/w/g, "v"],
  [/z/g, "s"],
  [/b/g, "p"],
  [/h/g, ""],
];

function keyOf(word: string): string {
  let key = word;
  for (const [spelling, sound] of sounds) key = key.replace(spelling, sound);
  const first = key.slice(0, 1);
  const vowels = /[aeiouy]/g;
  key = (/[aeiouy]/.test(first) ? "a" : first) + key.slice(1).replace(vowels, "");
  return key.replace(/(.)\1+/g, "$1") || word;
}

/**
 * Keys of how the words of a name sound, one for each word, sorted, without repeats: "Meyer^Hans" and "Maier^Hanns" have the same. Words in other
 * scripts than Latin are their own keys. For SQL: keep them as an array and ask for containment, or join them.
 */
export function phoneticKeys(name: string): string[] {
  const words = foldName(name)
    .split(/[ =]/)
    .map((word) => word.replace(/['’.-]/g, ""))
    .filter((word) => word !== "");
  return [...new Set(words.map((word) => (/^[a-z]+$/.test(word) ? keyOf(word) : word)))].sort();
}
