import { phoneticKeys } from "@isocenter/dicom";
import { foldComponent } from "./names.ts";

export type Sex = "F" | "M" | "O" | "U";

/** Who a patient is: what images say, and what a person enters. Empty text and null: not said. */
export interface Identity {
  /** The person name with its groups, `Family^Given^Middle^Prefix^Suffix=...=...` (PS3.5 6.2.1). */
  name: string;
  birthDate: string | null;
  sex: Sex | null;
}

export interface NameParts {
  family: string;
  given: string;
  middle: string;
  prefix: string;
  suffix: string;
}

/** The components of the alphabetic group; of the first group that says something where that one is empty. */
export function nameParts(name: string): NameParts {
  const group = name.split("=").find((text) => /[^^\s]/.test(text)) ?? "";
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group
    .split("^")
    .map((part) => part.trim());
  return { family, given, middle, prefix, suffix };
}

/** The alphabetic group of the parts, without empty components at the end. */
export function joinName(parts: NameParts): string {
  return [parts.family, parts.given, parts.middle, parts.prefix, parts.suffix].join("^").replace(/\^+$/, "");
}

/** As people read it: `Family, Given Middle`. */
export function displayName(parts: NameParts): string {
  const given = [parts.given, parts.middle].filter((part) => part !== "").join(" ");
  return [parts.family, given].filter((part) => part !== "").join(", ");
}

/** The columns that names are found by. */
export interface NameKeys {
  folded: string;
  others: string | null;
  sounds: string[];
}

/**
 * Folds a person name for searching: without case and accents, components between carets, empty ones at the end left out; the alphabetic
 * group apart, the others each between equals signs.
 */
export function nameKeys(name: string): NameKeys {
  const groups = name.split("=").map((group) =>
    group
      .split("^")
      .map((part) => foldComponent(part))
      .join("^")
      .replace(/\^+$/, ""),
  );
  const others = groups.slice(1, 3).filter((group) => group !== "");
  return {
    folded: groups[0] ?? "",
    others: others.length > 0 ? `=${others.join("=")}=` : null,
    sounds: phoneticKeys(groups[0] ?? ""),
  };
}

const comparable = (a: string, b: string): boolean => a !== "" && b !== "";

/** Whether two names may be one person's: family and given the same where both are said, and middle names that do not exclude each other. */
export function namesFit(a: string, b: string): boolean {
  const [left, right] = [nameKeys(a), nameKeys(b)];
  if (comparable(left.folded, right.folded)) return groupsFit(left.folded, right.folded);
  const [leftOther, rightOther] = [left.others ?? "", right.others ?? ""];
  if (!comparable(leftOther, rightOther)) return true;
  const groups = rightOther.split("=").filter((group) => group !== "");
  return leftOther
    .split("=")
    .some((group) => group !== "" && groups.some((other) => groupsFit(group, other)));
}

function groupsFit(a: string, b: string): boolean {
  const flat = (group: string) => group.replaceAll("^", " ").replace(/\s+/g, " ").trim();
  if (flat(a) === flat(b)) return true;
  const [left, right] = [a.split("^"), b.split("^")];
  for (const index of [0, 1]) {
    const [mine = "", theirs = ""] = [left[index], right[index]];
    if (comparable(mine, theirs) && mine !== theirs) return false;
  }
  const [mine = "", theirs = ""] = [left[2], right[2]];
  // "J" and "John" exclude each other as little as nothing and "John".
  return mine.startsWith(theirs) || theirs.startsWith(mine);
}

/** Whether an image's identity fits a known patient's: what is empty or unknown fits anything. */
export function identityFits(known: Identity, claimed: Identity): boolean {
  if (known.birthDate && claimed.birthDate && known.birthDate !== claimed.birthDate) return false;
  const said = (sex: Sex | null) => sex !== null && sex !== "U";
  if (said(known.sex) && said(claimed.sex) && known.sex !== claimed.sex) return false;
  return namesFit(known.name, claimed.name);
}
