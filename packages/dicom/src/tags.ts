import { tagByKeyword } from "./dictionary.ts";

/** group × 65536 + element, unsigned. */
export type Tag = number;

const formatted = new Map<number, string>();

/** The number of (group,element). */
export function tagOf(group: number, element: number): Tag {
  return group * 0x10000 + element;
}

export const groupOf = (tag: Tag): number => tag >>> 16;
export const elementOf = (tag: Tag): number => tag & 0xffff;

/** "00100010": eight upper case hexadecimal digits, as DICOM JSON writes tags. */
export function formatTag(tag: Tag): string {
  let text = formatted.get(tag);
  if (text === undefined) {
    text = tag.toString(16).toUpperCase().padStart(8, "0");
    if (formatted.size < 16384) formatted.set(tag, text);
  }
  return text;
}

/** Reads "00100010", "0010,0010", "(0010,0010)" or a keyword of the dictionary; null for anything else. */
export function parseTag(text: string): Tag | null {
  const digits = /^(?:\(([0-9A-Fa-f]{4}),\s?([0-9A-Fa-f]{4})\)|([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4}))$/.exec(
    text,
  );
  if (digits) return Number.parseInt((digits[1] ?? digits[3]!) + (digits[2] ?? digits[4]!), 16);
  return tagByKeyword(text) ?? null;
}

/** Whether the group is odd (PS3.5 7.8): a private attribute or the creator of some. */
export const isPrivate = (tag: Tag): boolean => (tag & 0x10000) !== 0;

/** Whether the tag reserves a block of private attributes: (gggg,0010–00FF) of an odd group. */
export const isPrivateCreator = (tag: Tag): boolean =>
  (tag & 0x10000) !== 0 && (tag & 0xffff) >= 0x10 && (tag & 0xffff) <= 0xff;

/** The tag of the creator that reserves a private attribute's block (PS3.5 7.8.1). */
export const privateCreatorTag = (tag: Tag): Tag => tagOf(tag >>> 16, (tag >>> 8) & 0xff);

/** Whether the tag is (gggg,0000). */
export const isGroupLength = (tag: Tag): boolean => (tag & 0xffff) === 0;
