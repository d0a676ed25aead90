import { foldName, parseDate, parseTime } from "@isocenter/dicom";
import { nameKeys } from "../patients/index.ts";
import type { DicomJson, DicomJsonElement, Tag } from "./types.ts";

const keys = new Map<Tag, string>();
const mostKeys = 2000;

/** The key of a tag in the DICOM JSON model. */
export function jsonKey(tag: Tag): string {
  const known = keys.get(tag);
  if (known !== undefined) return known;
  const key = tag.toString(16).toUpperCase().padStart(8, "0");
  if (keys.size < mostKeys) keys.set(tag, key);
  return key;
}

const values = (json: DicomJson, tag: Tag): readonly unknown[] => json[jsonKey(tag)]?.Value ?? [];

/** The first value as text, trimmed; null when there is none. */
export function textOf(json: DicomJson, tag: Tag): string | null {
  return textsOf(json, tag)[0] ?? null;
}

/** All values as text, without empty ones. */
export function textsOf(json: DicomJson, tag: Tag): string[] {
  return values(json, tag)
    .map((value) => (value === null || typeof value === "object" ? "" : String(value).trim()))
    .filter((text) => text !== "");
}

/** The first value as a whole number within 32 bits; null when there is none. */
export function integerOf(json: DicomJson, tag: Tag): number | null {
  const number = numberOf(json, tag);
  return number !== null && Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : null;
}

export function numberOf(json: DicomJson, tag: Tag): number | null {
  return numbersOf(json, tag)[0] ?? null;
}

export function numbersOf(json: DicomJson, tag: Tag): number[] {
  return values(json, tag)
    .map((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value))
    .filter((value): value is number => typeof value === "number" && Number.isFinite(value));
}

/** The person name as DICOM writes it, groups joined by equals signs; "" when there is none. */
export function personNameOf(json: DicomJson, tag: Tag): string {
  return personNames(json, tag)[0] ?? "";
}

function personNames(json: DicomJson, tag: Tag): string[] {
  return values(json, tag).flatMap((value) => {
    if (value === null || typeof value !== "object") return [];
    const { Alphabetic = "", Ideographic = "", Phonetic = "" } = value as Record<string, string>;
    return [[Alphabetic, Ideographic, Phonetic].join("=").replace(/=+$/, "")];
  });
}

/** All names of the attribute for searching: without case and accents, each between equals signs; null when there is none. */
export function foldedNamesOf(json: DicomJson, tag: Tag): string | null {
  const groups = personNames(json, tag).flatMap((name) => {
    const keys = nameKeys(name);
    return [keys.folded, ...(keys.others?.split("=") ?? [])].filter((group) => group !== "");
  });
  return groups.length > 0 ? `=${groups.join("=")}=` : null;
}

/** All values without case and accents, joined by the backslash that also parts them in DICOM; null when there is none. */
export function foldedOf(json: DicomJson, tag: Tag): string | null {
  const texts = textsOf(json, tag);
  return texts.length > 0 ? texts.map(foldName).join("\\") : null;
}

/** `YYYY-MM-DD`, or null where there is none or it is no date. */
export function dateOf(json: DicomJson, tag: Tag): string | null {
  const text = textOf(json, tag);
  return text === null ? null : parseDate(text);
}

/** `HH:MM:SS[.ffffff]`, or null where there is none or it is no time. */
export function timeOf(json: DicomJson, tag: Tag): string | null {
  const text = textOf(json, tag);
  return text === null ? null : parseTime(text);
}

/** The items of a sequence. */
export function itemsOf(json: DicomJson, tag: Tag): DicomJson[] {
  return values(json, tag).filter((value): value is DicomJson => typeof value === "object" && value !== null);
}

/** Whether the element says something. */
export const saysSomething = (element: DicomJsonElement | undefined): boolean =>
  element !== undefined &&
  ((element.Value?.some((value) => value !== null && value !== "") ?? false) ||
    element.InlineBinary !== undefined);
