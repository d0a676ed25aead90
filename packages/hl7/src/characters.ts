import { decodeTextChecked, encodeText } from "@isocenter/dicom";

/** HL7 table 0211 in the terms of DICOM, whose decoders read them. */
const terms: Readonly<Record<string, string>> = {
  "": "",
  ASCII: "",
  "8859/1": "ISO_IR 100",
  "8859/2": "ISO_IR 101",
  "8859/3": "ISO_IR 109",
  "8859/4": "ISO_IR 110",
  "8859/5": "ISO_IR 144",
  "8859/6": "ISO_IR 127",
  "8859/7": "ISO_IR 126",
  "8859/8": "ISO_IR 138",
  "8859/9": "ISO_IR 148",
  "8859/15": "ISO_IR 203",
  UNICODE: "ISO_IR 192",
  "UNICODE UTF-8": "ISO_IR 192",
  "UTF-8": "ISO_IR 192",
  UTF8: "ISO_IR 192",
  "ISO IR6": "ISO 2022 IR 6",
  "ISO IR14": "ISO 2022 IR 13",
  "ISO IR87": "ISO 2022 IR 87",
  "ISO IR159": "ISO 2022 IR 159",
  "KS X 1001": "ISO 2022 IR 149",
  "GB 18030-2000": "GB18030",
};

/** Read, not written. */
const readOnly: Readonly<Record<string, string>> = { "BIG-5": "big5" };

/** As table 0211 has it, from the ways in which it is written: `ISO 8859-1`, `8859-1`, `ISO IR 87`. */
function plain(name: string): string {
  const upper = name.trim().toUpperCase().replace(/\s+/g, " ");
  return upper
    .replace(/^(?:ISO[ -]?)?8859[/-](\d{1,2})$/, "8859/$1")
    .replace(/^ISO[ -_]?IR[ -]?(\d+)$/, "ISO IR$1");
}

export const isCharacterSet = (name: string): boolean =>
  Object.hasOwn(terms, plain(name)) || Object.hasOwn(readOnly, plain(name));

/**
 * Bytes as text in the character sets of MSH-18, the usual one first. Never throws: what they do not have is read as UTF-8 where it is that, else as
 * Latin-1, and `isClean` is false.
 */
export function decodeCharacters(
  bytes: Uint8Array,
  names: readonly string[],
): { text: string; isClean: boolean } {
  const known = names.map(plain).filter(isCharacterSet);
  const other = known[0] === undefined ? undefined : readOnly[known[0]];
  if (other !== undefined) {
    const text = new TextDecoder(other).decode(bytes);
    return { text, isClean: !text.includes("\ufffd") };
  }
  const { text, problem } = decodeTextChecked(
    bytes,
    known.map((name) => terms[name] ?? ""),
    "UT",
  );
  return { text, isClean: problem === null };
}

/** Text as bytes; null where the character sets do not have all of its characters, or are only read. */
export function encodeCharacters(text: string, names: readonly string[]): Uint8Array | null {
  const known = names.map(plain);
  if (!known.every((name) => Object.hasOwn(terms, name))) return null;
  return encodeText(
    text,
    known.map((name) => terms[name]!),
    "UT",
  );
}
