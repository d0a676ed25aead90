import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { create, type Font } from "fontkit";
import { sayCodes } from "./glyph-codes.ts";
import { encodeOutline } from "./outline.ts";

/*
 * Chinese, Japanese and Korean writing: tens of thousands of glyphs, which the packages cut into slices of some hundred, each a variable font (WOFF2). What
 * a letter needs is opened and forgotten again.
 */

const require = createRequire(import.meta.url);
/** The first that has a character writes it: Han and kana; Hangul. */
const packages = ["noto-sans-sc", "noto-sans-kr"] as const;
/** Opened slices hold all their outlines. */
const mostOpen = 64;
const weights = { plain: 400, bold: 600 } as const;

let slices: readonly ReadonlyMap<number, string>[] | undefined;
const opened = new Map<string, Font>();

/** Which slice of a package says that it has a character: `noto-sans-sc-107`. */
function readSlices(name: string): Map<number, string> {
  const known = new Map<number, string>();
  const file = require.resolve(`@fontsource-variable/${name}/unicode.json`);
  const ranges = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  for (const [key, list] of Object.entries(ranges))
    for (const range of list.split(",")) {
      const [first = "", last = first] = range.trim().replace(/^U\+/i, "").split("-");
      for (let code = Number.parseInt(first, 16); code <= Number.parseInt(last, 16); code++)
        known.set(code, `${name}-${key.replace(/[[\]]/g, "")}`);
    }
  return known;
}

/** How the baseline and the lines of the letter lie; all its fonts follow those of the main one. */
export interface LineMetrics {
  ascent: number;
  descent: number;
  lineGap: number;
  unitsPerEm: number;
}

/** The name of the slice that can write a character, its weight behind it; null where none can. */
export function slicedFontOf(code: number, bold: boolean, lines: LineMetrics): string | null {
  slices ??= packages.map(readSlices);
  for (const known of slices) {
    const slice = known.get(code);
    if (slice === undefined) continue;
    const name = `${slice}${bold ? "-bold" : ""}`;
    // Some ranges name more than their slice has.
    if (openSlice(name, lines).hasGlyphForCodePoint(code)) return name;
  }
  return null;
}

/** The font of a name that `slicedFontOf` gave. */
export function openSlice(name: string, lines: LineMetrics): Font {
  const known = opened.get(name);
  opened.delete(name);
  const font = known ?? readSlice(name, lines);
  opened.set(name, font);
  const [oldest] = opened.keys();
  if (opened.size > mostOpen && oldest !== undefined) opened.delete(oldest);
  return font;
}

function readSlice(name: string, lines: LineMetrics): Font {
  const bold = name.endsWith("-bold");
  const slice = name.replace(/-bold$/, "");
  const family = packages.find((one) => slice.startsWith(`${one}-`))!;
  const file = require.resolve(`@fontsource-variable/${family}/files/${slice}-wght-normal.woff2`);
  const font = sayCodes(create(readFileSync(file)) as Font) as VariableFont;
  font.variationCoords = [bold ? weights.bold : weights.plain];
  followLines(font, lines);
  // A document takes fonts of one name and one file for the same; two weights of a slice are not.
  Object.defineProperty(font, "postscriptName", { value: `Noto-${name}` });
  const take = font.getGlyph.bind(font);
  font.getGlyph = (id, codes) => {
    const glyph = take(id, codes);
    giveWeight(font, id, glyph._decode().points ?? []);
    return glyph;
  };
  const makeSubset = font.createSubset.bind(font);
  font.createSubset = () => writable(font, makeSubset() as OutlineSubset);
  return font;
}

/** What of the library's fonts its types do not name. */
type VariableFont = Omit<Font, "getGlyph"> & {
  variationCoords: number[];
  _variationProcessor: { transformPoints(id: number, points: OutlinePoint[]): void };
  getGlyph(id: number, codes?: number[]): VariableGlyph;
};

type VariableGlyph = ReturnType<Font["getGlyph"]> & { _decode(): { points?: OutlinePoint[] } };

interface OutlinePoint {
  x: number;
  y: number;
  copy(): OutlinePoint;
}

type OutlineSubset = ReturnType<Font["createSubset"]> & {
  offset: number;
  glyf: Uint8Array[];
  loca: { offsets: number[] };
  hmtx: { metrics: { advance: number; bearing: number }[] };
  _addGlyph(id: number): number;
};

/** The library copies glyphs as they lie in the file, which in WOFF2 they do not: here each is written anew, at its weight. */
function writable(font: VariableFont, subset: OutlineSubset): OutlineSubset {
  subset._addGlyph = (id) => {
    const glyph = font.getGlyph(id);
    const outline = encodeOutline(glyph.path);
    subset.glyf.push(outline.bytes);
    subset.loca.offsets.push(subset.offset);
    subset.hmtx.metrics.push({ advance: Math.round(glyph.advanceWidth), bearing: outline.left });
    subset.offset += outline.bytes.length;
    return subset.glyf.length - 1;
  };
  return subset;
}

const weighted = new WeakSet<object>();

/** Moves the points of an outline to the font's weight, once and before anything is measured: they are the library's own, which in WOFF2 it leaves at the thinnest. */
function giveWeight(font: VariableFont, id: number, points: OutlinePoint[]): void {
  if (points.length === 0 || weighted.has(points)) return;
  weighted.add(points);
  // Four points more, which say where the glyph begins and ends (OpenType, "Phantom points").
  const phantoms = Array.from({ length: 4 }, () =>
    Object.assign(points[0]!.copy(), { x: 0, y: 0, endContour: true }),
  );
  points.push(...phantoms);
  font._variationProcessor.transformPoints(id, points);
  points.splice(-4);
}

/** Text of several fonts stands on one line. */
export function followLines(font: Font, lines: LineMetrics): void {
  for (const key of ["ascent", "descent", "lineGap"] as const)
    Object.defineProperty(font, key, { value: (lines[key] * font.unitsPerEm) / lines.unitsPerEm });
}
