import { encodeCharacters } from "@isocenter/hl7";
import { Refusal } from "../../../platform/index.ts";

/** Signs that older character sets lack, as people wrote them before there were others. */
const written: Readonly<Record<string, string>> = {
  "≥": ">=",
  "≤": "<=",
  "≠": "<>",
  "≈": "ca. ",
  "→": "->",
  "←": "<-",
  "×": "x",
  "±": "+/-",
  "–": "-",
  "—": "-",
  "‑": "-",
  "−": "-",
  "…": "...",
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "«": '"',
  "»": '"',
  "•": "-",
  "°": " deg",
  µ: "u",
  μ: "u",
  "²": "2",
  "³": "3",
  "½": "1/2",
  "€": "EUR",
  ß: "ss",
  æ: "ae",
  Æ: "AE",
  œ: "oe",
  Œ: "OE",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  "\u00a0": " ",
  "\u2009": " ",
  "\u202f": " ",
};

/** Without accents, in its usual width; never one that would separate fields. */
function withoutMarks(character: string): string {
  const plain = character.normalize("NFKD").replace(/\p{M}/gu, "");
  return /[|^~\\&\p{Cc}]/u.test(plain) ? character : plain;
}

/**
 * The message in the receiver's character set. What that does not have is written with what it has (>= for ≥, e for é where there is none); what cannot be
 * is not left out.
 * @throws Refusal `unprocessable` (`hl7.not-encodable`)
 */
export function messageBytes(text: string, characterSet: string): Uint8Array {
  const sets = [characterSet];
  const whole = encodeCharacters(text, sets);
  if (whole) return whole;
  const known = new Map<string, string>();
  const said = (character: string): string => {
    if (character < "\u0080" || encodeCharacters(character, sets)) return character;
    return written[character] ?? withoutMarks(character);
  };
  let out = "";
  for (const character of text) {
    let replaced = known.get(character);
    if (replaced === undefined) {
      replaced = said(character);
      known.set(character, replaced);
    }
    out += replaced;
  }
  const bytes = encodeCharacters(out, sets);
  if (bytes) return bytes;
  throw new Refusal(
    "unprocessable",
    "hl7.not-encodable",
    `The character set ${characterSet} of the receiver does not have all characters of the message: choose UNICODE UTF-8.`,
  );
}
