import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { sayCodes } from "./glyph-codes.ts";
import { followLines, openSlice, slicedFontOf } from "./sliced-fonts.ts";

/** Plain and bold of one family, opened once, and which code points they have. */
interface Family {
  plain: Font;
  bold: Font;
  has: ReadonlySet<number>;
}

/** A piece of text that one font can write. */
export interface Run {
  font: string;
  text: string;
}

/** Stands for a character that no font has. */
const unknown = "\u25a1";

const require = createRequire(import.meta.url);
const packaged = {
  // Latin with all accents, Greek, Cyrillic.
  main: [
    "@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf",
    "@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf",
  ],
  // Signs, polytonic Greek, Armenian, Georgian, Hebrew, Arabic.
  other: [
    "dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf",
    "dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf",
  ],
} as const;

let families: Readonly<Record<keyof typeof packaged, Family>> | undefined;

function loaded(): Readonly<Record<keyof typeof packaged, Family>> {
  if (families) return families;
  const [main, other] = [load(packaged.main), load(packaged.other)];
  for (const font of [main.bold, other.plain, other.bold]) followLines(font, main.plain);
  families = { main, other };
  return families;
}

function load([plainName, boldName]: readonly [string, string]): Family {
  const plain = opened(plainName);
  return { plain, bold: opened(boldName), has: new Set(plain.characterSet) };
}

const opened = (name: string): Font => sayCodes(create(readFileSync(require.resolve(name))) as Font);

/** Names the fonts in a document; a name that is never used is not embedded. */
export function registerFonts(document: PDFKit.PDFDocument): void {
  const { main, other } = loaded();
  const fonts = { main: main.plain, "main-bold": main.bold, other: other.plain, "other-bold": other.bold };
  // It takes opened fonts as well as bytes, which its types do not say.
  for (const [name, font] of Object.entries(fonts)) document.registerFont(name, font as never);
}

/** Makes one of the fonts that `runsOf` names known to a document. */
export function registerSlice(document: PDFKit.PDFDocument, name: string): void {
  document.registerFont(name, openSlice(name, loaded().main.plain) as never);
}

export const isSlice = (font: string): boolean => font.startsWith("noto-");

/** Whether all of the text can be written. */
export const canWrite = (text: string): boolean => runsOf(text, false).missing === 0;

/** Control characters have no form on paper; tabs and line ends do. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\ufeff]/g;

const printable = (text: string): string =>
  text.normalize("NFC").replace(/\t/g, "    ").replace(controls, "");

/** A word that no line holds may be broken anywhere; looking for the place letter by letter would take the square of its length. */
const breakable = (text: string): string => text.replace(/\S{70}(?=\S)/gu, "$&\u200b");

/** Slices in one document, so that a text of every character there is cannot hold it up. */
const mostSlices = 64;

/**
 * Text cut into runs, each with the font that has its characters. What no font has becomes □.
 * @param slices those that the document uses already
 * @returns also how many characters that happened to
 */
export function runsOf(
  text: string,
  bold: boolean,
  slices: ReadonlySet<string> = new Set(),
): { runs: Run[]; missing: number } {
  const { main, other } = loaded();
  const more = new Set<string>();
  const runs: Run[] = [];
  let missing = 0;
  const weight = bold ? "-bold" : "";
  for (const letter of breakable(printable(text))) {
    const code = letter.codePointAt(0)!;
    const last = runs.at(-1);
    const inMain = main.has.has(code) || code === 10;
    const inOther = !inMain && other.has.has(code);
    const slice = inMain || inOther ? null : slicedFontOf(code, bold, main.plain);
    const counted = slice === null || slices.has(slice) || more.has(slice);
    const useful = slice !== null && (counted || slices.size + more.size < mostSlices);
    if (slice !== null && useful) more.add(slice);
    const known = inMain || inOther || useful;
    if (!known) missing += 1;
    // A combining sign stays with its letter, and spaces do not break a run.
    const stays = last && (letter === " " || /\p{M}/u.test(letter)) && known && last.font.startsWith("other");
    const font = stays ? last.font : useful ? slice! : `${inMain ? "main" : "other"}${weight}`;
    const shown = known ? letter : unknown;
    if (last?.font === font) last.text += shown;
    else runs.push({ font, text: shown });
  }
  return { runs, missing };
}
