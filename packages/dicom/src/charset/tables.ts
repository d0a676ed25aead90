/** Character repertoires of DICOM (PS3.3 C.12.1.1.2) and how their bytes are decoded. */

/** A graphic set that ISO 2022 escape sequences can invoke. */
export interface CodeElement {
  readonly half: "G0" | "G1";
  readonly escape: readonly number[];
  readonly bytesPerCharacter: 1 | 2;
  /** Label of the Encoding Standard, or ours: "ascii", "latin1". */
  readonly encoding: string;
  /** What the decoder wants around the bytes of a character. */
  readonly form: "as-is" | "high-bit" | "jis-x-0212";
}

const element = (
  half: "G0" | "G1",
  sequence: readonly number[],
  encoding: string,
  bytesPerCharacter: 1 | 2 = 1,
  form: CodeElement["form"] = "as-is",
): CodeElement => ({ half, escape: [0x1b, ...sequence], bytesPerCharacter, encoding, form });

export const asciiElement = element("G0", [0x28, 0x42], "ascii");
const romaji = element("G0", [0x28, 0x4a], "ascii");
const katakana = element("G1", [0x29, 0x49], "shift_jis");
const kanji = element("G0", [0x24, 0x42], "euc-jp", 2, "high-bit");
const olderKanji = element("G0", [0x24, 0x40], "euc-jp", 2, "high-bit");
const supplementaryKanji = element("G0", [0x24, 0x28, 0x44], "euc-jp", 2, "jis-x-0212");
const korean = element("G1", [0x24, 0x29, 0x43], "euc-kr", 2);
const chinese = element("G1", [0x24, 0x29, 0x41], "gbk", 2);
const right = (final: number, encoding: string) => element("G1", [0x2d, final], encoding);

/** Code elements by registration number. */
const registered: Readonly<Record<string, readonly CodeElement[]>> = {
  "6": [asciiElement],
  "13": [romaji, katakana],
  "58": [asciiElement, chinese],
  "87": [asciiElement, kanji, olderKanji],
  "100": [asciiElement, right(0x41, "latin1")],
  "101": [asciiElement, right(0x42, "iso-8859-2")],
  "109": [asciiElement, right(0x43, "iso-8859-3")],
  "110": [asciiElement, right(0x44, "iso-8859-4")],
  "126": [asciiElement, right(0x46, "iso-8859-7")],
  "127": [asciiElement, right(0x47, "iso-8859-6")],
  "138": [asciiElement, right(0x48, "iso-8859-8")],
  "144": [asciiElement, right(0x4c, "iso-8859-5")],
  "148": [asciiElement, right(0x4d, "iso-8859-9")],
  "149": [asciiElement, korean],
  "159": [asciiElement, supplementaryKanji],
  "166": [asciiElement, right(0x54, "windows-874")],
  "203": [asciiElement, right(0x62, "iso-8859-15")],
};

export const everyElement: readonly CodeElement[] = [...new Set(Object.values(registered).flat())];

/** What one value of Specific Character Set means. */
export type Repertoire =
  | { readonly kind: "elements"; readonly elements: readonly CodeElement[]; readonly extensible: boolean }
  | { readonly kind: "whole"; readonly encoding: "utf-8" | "gb18030" | "gbk" }
  | { readonly kind: "unknown" };

const otherNames: Readonly<Record<string, Repertoire>> = {
  GB18030: { kind: "whole", encoding: "gb18030" },
  GBK: { kind: "whole", encoding: "gbk" },
  GB2312: { kind: "whole", encoding: "gbk" },
  UTF8: { kind: "whole", encoding: "utf-8" },
  UNICODE11UTF8: { kind: "whole", encoding: "utf-8" },
  LATIN1: { kind: "elements", elements: registered["100"]!, extensible: false },
  ISO88591: { kind: "elements", elements: registered["100"]!, extensible: false },
  ASCII: { kind: "elements", elements: registered["6"]!, extensible: false },
};

const known = new Map<string, Repertoire>();

/** Reads a defined term; misspelt ones ("ISO-IR 100", "ISO 2022 IR100", "UTF-8") are understood too. */
export function repertoire(term: string): Repertoire {
  const cached = known.get(term);
  if (cached) return cached;
  const plain = term.toUpperCase().replace(/[\s_-]/g, "");
  const iso = /^ISO(2022)?IR(\d+)$/.exec(plain);
  let found: Repertoire;
  if (plain === "") found = { kind: "elements", elements: registered["6"]!, extensible: true };
  else if (iso?.[2] === "192") found = { kind: "whole", encoding: "utf-8" };
  else if (iso && Object.hasOwn(registered, iso[2]!))
    found = { kind: "elements", elements: registered[iso[2]!]!, extensible: iso[1] !== undefined };
  else found = Object.hasOwn(otherNames, plain) ? otherNames[plain]! : { kind: "unknown" };
  if (known.size < 256) known.set(term, found);
  return found;
}

/** Whether a value of Specific Character Set is one of the standard's, or one that is meant by it. */
export const isCharacterSet = (term: string): boolean => repertoire(term).kind !== "unknown";
