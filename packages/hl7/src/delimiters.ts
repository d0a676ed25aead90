import { Hl7Error } from "./errors.ts";

/** The separators of a message (MSH-1 and MSH-2); an empty one is not used in it. */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
  /** Of v2.7. */
  readonly truncation: string;
}

export const usualDelimiters: Delimiters = {
  field: "|",
  component: "^",
  repetition: "~",
  escape: "\\",
  subcomponent: "&",
  truncation: "",
};

/** MSH-2. */
export const encodingCharacters = (d: Delimiters): string =>
  d.component + d.repetition + d.escape + d.subcomponent + d.truncation;

/** Of the first line, which begins with MSH. @throws Hl7Error `bad-delimiters` */
export function delimitersOf(line: string): Delimiters {
  const field = line[3] ?? "";
  const end = field === "" ? -1 : line.indexOf(field, 4);
  const others = end < 0 ? line.slice(4) : line.slice(4, end);
  const all = field + others;
  const isSeparator = /^[!-/:-@[-`{-~]{2,6}$/.test(all);
  if (!isSeparator || new Set(all).size !== all.length)
    throw new Hl7Error("bad-delimiters", "MSH-1 and MSH-2 do not name up to six different separators", 1);
  return {
    field,
    component: others[0] ?? "",
    repetition: others[1] ?? "",
    escape: others[2] ?? "",
    subcomponent: others[3] ?? "",
    truncation: others[4] ?? "",
  };
}
