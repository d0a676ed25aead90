import { foldLetters, foldName } from "@isocenter/dicom";

/** A text for comparing: without case, accents, carets, commas and repeated blanks. */
export const foldText = (text: string): string => foldName(text);

/** One component of a name for comparing: without case, accents and repeated blanks. */
export const foldComponent = (text: string): string =>
  foldLetters(text)
    .replace(/[\s,]+/g, " ")
    .trim();

/** Folds a pattern and leaves its wildcards, and of a name the delimiters of its components and groups, where they are. */
export function foldPattern(pattern: string, kind: "text" | "name"): string {
  const blanks = kind === "name" ? /[\s,]+/g : /[\s,^]+/g;
  return foldLetters(pattern).replace(blanks, " ").trim();
}
