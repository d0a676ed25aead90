import type { Delimiters } from "./delimiters.ts";

/** Escape sequences that stand for breaks of lines, and those that only say how text is laid out (2.7 of the standard). */
function layout(sequence: string): string | null {
  const command = /^\.(br|sp|ce|fi|nf|in|ti|sk)\s*([+-]?\d{0,3})$/.exec(sequence);
  if (!command) return sequence === "H" || sequence === "N" ? "" : null;
  const count = Math.min(Math.max(Number(command[2] || 1), 1), 100);
  if (command[1] === "br" || command[1] === "ce") return "\n";
  if (command[1] === "sp") return "\n".repeat(count);
  return command[1] === "sk" ? " ".repeat(count) : "";
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Of a sender's own (`\Z..\`), or one that changes the character set. */
const looksLikeSequence = /^(?:[A-Z][0-9A-Za-z]*|\.[a-z]{2}[^\s]*)$/;

/**
 * Text with its escape sequences replaced; those that are not known are kept as they stand.
 * @param decode the message's characters, for the bytes of `\Xhh..\`
 */
export function unescapeText(text: string, d: Delimiters, decode: (bytes: Uint8Array) => string): string {
  if (d.escape === "" || !text.includes(d.escape)) return text;
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(d.escape, from);
    const end = start < 0 ? -1 : text.indexOf(d.escape, start + 1);
    if (end < 0) break;
    const sequence = text.slice(start + 1, end);
    const replaced = replacement(sequence, d, decode);
    const isUnknown = replaced === null && looksLikeSequence.test(sequence);
    parts.push(text.slice(from, start));
    // A lone escape character stands for itself; the next one may begin a sequence.
    parts.push(replaced ?? (isUnknown ? text.slice(start, end + 1) : text.slice(start, end)));
    from = replaced === null && !isUnknown ? end : end + 1;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

function replacement(sequence: string, d: Delimiters, decode: (bytes: Uint8Array) => string): string | null {
  switch (sequence) {
    case "F":
      return d.field;
    case "S":
      return d.component;
    case "T":
      return d.subcomponent;
    case "R":
      return d.repetition;
    case "E":
      return d.escape;
    case "P":
      return d.truncation === "" ? null : d.truncation;
  }
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(sequence)) return decode(bytesOf(sequence.slice(1)));
  return layout(sequence);
}

/** Text as it may stand in a field: separators escaped, lines broken by `\.br\`, other control characters in hexadecimal. */
export function escapeText(text: string, d: Delimiters): string {
  const special = new Map<string, string>(
    (
      [
        [d.field, "F"],
        [d.component, "S"],
        [d.subcomponent, "T"],
        [d.repetition, "R"],
        [d.escape, "E"],
        [d.truncation, "P"],
      ] as const
    ).filter(([character]) => character !== ""),
  );
  let out = "";
  for (const character of text.replace(/\r\n?/g, "\n")) {
    const name = special.get(character);
    // Without an escape character nothing can be said but a space.
    if (name !== undefined) out += d.escape === "" ? " " : d.escape + name + d.escape;
    else if (character === "\n") out += d.escape === "" ? " " : `${d.escape}.br${d.escape}`;
    else if (character < " ") out += d.escape === "" ? " " : `${d.escape}X${hex(character)}${d.escape}`;
    else out += character;
  }
  return out;
}

const hex = (character: string): string =>
  character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
