const special: Record<string, string> = {
  ß: "ss",
  ẞ: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ı: "i",
  ŋ: "n",
  ŧ: "t",
};

/**
 * Text for comparing and for columns that are searched: no case, no accents, no width, the delimiters of name components and every run of spaces and
 * commas as one space, none at the ends. "=" between component groups stays. "Müller^Hans " → "muller hans".
 */
export function foldName(text: string): string {
  return foldLetters(text)
    .replace(/[\s,^]+/g, " ")
    .replace(/ ?= ?/g, "=")
    .replace(/^[ ]+|[ =]+$/g, "");
}

/** No case, no accents, no width; everything else stays. */
export function foldLetters(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0591-\u05c7]/g, "")
    .replace(/[ßẞæœøłđðþħıŋŧ]/g, (letter) => special[letter] ?? letter)
    .normalize("NFC");
}
