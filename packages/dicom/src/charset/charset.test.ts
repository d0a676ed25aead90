import { describe, expect, test } from "vitest";
import { decodeText, decodeTextChecked, encodeText } from "../index.ts";

// The library has no types
const { convertBytes } = (await import("dicom-character-set" as string)) as {
  convertBytes: (terms: string, bytes: Uint8Array, options: { vr: string }) => string;
};
const bytesOf = (hex: string) =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

// PS3.5 H, I, J, K: the examples of the standard
const examples: readonly (readonly [string, string, string])[] = [
  [
    "\\ISO 2022 IR 87",
    "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
  ],
  [
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
    "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
  ],
  [
    "\\ISO 2022 IR 149",
    "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
    "Hong^Gildong=洪^吉洞=홍^길동",
  ],
  ["ISO_IR 192", "Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1=", "Wang^XiaoDong=王^小東="],
  ["GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=", "Wang^XiaoDong=王^小东="],
  ["\\ISO 2022 IR 58", "Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=", "Zhang^XiaoDong=张^小东="],
  ["ISO_IR 100", "Buc^J\xe9r\xf4me", "Buc^Jérôme"],
  ["ISO_IR 101", "Wa\xb3\xeasa", "Wałęsa"],
  ["ISO_IR 144", "\xbb\xee\xda\x63\xd5\xdc\xd1\xe3\xe0\xd3", "Люкcембург"],
  ["ISO_IR 126", "\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2", "Διονυσιος"],
  ["ISO_IR 127", "\xe2\xc8\xc7\xe6\xea^\xe4\xe6\xd2\xc7\xd1", "قباني^لنزار"],
  ["ISO_IR 138", "\xf9\xf8\xe5\xef^\xe3\xe1\xe5\xf8\xe4", "שרון^דבורה"],
  ["ISO_IR 148", "\xc7avu\xfeo\xf0lu", "Çavuşoğlu"],
  ["ISO_IR 166", "\xb9\xd2\xc1\xca\xa1\xd8\xc5", "นามสกุล"],
  ["ISO_IR 203", "\xa4 \xbd", "€ œ"],
  ["ISO 2022 IR 6\\ISO 2022 IR 203", "\x1b-b\xa4", "€"],
];

describe("character sets", () => {
  test.each(examples)("%s", (terms, bytes, expected) => {
    expect(decodeTextChecked(latin(bytes), terms.split("\\"), "PN")).toEqual({
      text: expected,
      problem: null,
    });
  });

  test.each(examples)("%s is written and read back", (terms, _, value) => {
    const encoded = encodeText(value, terms.split("\\"), "PN");
    expect(encoded).not.toBeNull();
    expect(decodeText(encoded!, terms.split("\\"), "PN")).toBe(value);
  });

  test.each(examples.filter(([terms]) => !terms.includes("203")))(
    "%s as another library reads it",
    (terms, bytes, expected) => {
      expect(convertBytes(terms, latin(bytes), { vr: "PN" })).toBe(expected);
    },
  );

  test("a delimiter ends what an escape sequence began", () => {
    // Latin-1 is invoked for the family name only; behind the caret the default repertoire is back
    const { text, problem } = decodeTextChecked(
      latin("\x1b-F\xc4^\xc4"),
      ["ISO 2022 IR 6", "ISO 2022 IR 100", "ISO 2022 IR 126"],
      "PN",
    );
    expect(text).toBe("Δ^Ä");
    expect(problem).toBeNull();
  });

  test("a backslash within two byte characters separates nothing", () => {
    // 0x5C is the second byte of many kanji and of GBK characters
    const kanji = decodeText(latin("\x1b$B0\\\x1b(B"), ["", "ISO 2022 IR 87"], "LO");
    expect([kanji.length, kanji.includes("\\")]).toEqual([1, false]);
    expect(decodeText(bytesOf("90 5c"), ["GB18030"], "LO")).not.toContain("\\");
  });

  test.each([
    [[], "M\xfcller", "Müller", "undecodable"],
    [[], "M\xc3\xbcller", "Müller", "undecodable"],
    [["ISO_IR 192"], "M\xfcller", "Müller", "undecodable"],
    [["NONSENSE"], "M\xfcller", "Müller", "unknown"],
    [["ISO-IR 100"], "M\xfcller", "Müller", null],
    [["UTF-8"], "M\xc3\xbcller", "Müller", null],
    [["", "ISO 2022 IR 149"], "\xc8\xab", "홍", null],
    [["ISO_IR 6"], "M\xfcller", "Müller", "undecodable"],
    [["ISO_IR 100"], "A\x1b", "A\x1b", "undecodable"],
  ])("wrong or missing declaration %j", (terms, bytes, text, problem) => {
    const decoded = decodeTextChecked(latin(bytes), terms, "LO");
    expect(decoded.problem).toBe(problem);
    if (!bytes.includes("\x1b")) expect(decoded.text).toBe(text);
  });

  test("what a set does not have is not encoded", () => {
    expect(encodeText("Müller", [], "PN")).toBeNull();
    expect(encodeText("山", ["ISO_IR 100"], "PN")).toBeNull();
    expect(encodeText("😀", ["GBK"], "PN")).toBeNull();
    expect(decodeText(encodeText("😀", ["GB18030"], "PN")!, ["GB18030"], "PN")).toBe("😀");
  });
});
