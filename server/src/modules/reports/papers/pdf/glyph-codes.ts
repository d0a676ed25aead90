import type { Font } from "fontkit";

type Glyph = ReturnType<Font["getGlyph"]>;

/**
 * Makes a font's glyphs say which text they stand for whenever it is laid out. The library keeps each glyph with what it stood for first, which is nothing
 * where it was first a part of another one, as the full stop is of a colon: copied from any later letter, the text would lack it.
 */
export function sayCodes(font: Font): Font {
  const take = font.getGlyph.bind(font);
  font.getGlyph = (id: number, codes: number[] = []): Glyph => {
    const glyph = take(id, codes);
    if (codes.length > 0) (glyph as { codePoints: number[] }).codePoints = codes;
    return glyph;
  };
  return font;
}
