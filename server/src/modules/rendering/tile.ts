import { lineOfGlyphs, loadSharp, widthOfLine } from "@isocenter/imaging";
import type { PictureFormat } from "./types.ts";

const maxLetters = 8;

/** The letters of a modality that can be drawn. */
export function tileLetters(modality: string): string {
  return [...modality.toUpperCase()]
    .filter((letter) => /[A-Z]/.test(letter))
    .slice(0, maxLetters)
    .join("");
}

function svg(text: string, width: number, height: number): string {
  const textWidth = widthOfLine(text);
  const scale = Math.min((width * 0.6) / Math.max(textWidth, 4), (height * 0.22) / 6);
  const left = (width - textWidth * scale) / 2;
  const top = (height - 6 * scale) / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#14181c"/>` +
    `<g transform="translate(${left} ${top}) scale(${scale})" fill="none" stroke="#8b969f" stroke-width=".7" ` +
    `stroke-linecap="round" stroke-linejoin="round">${lineOfGlyphs(text)}</g></svg>`
  );
}

/** What stands for an object that is no picture: a plain tile with its modality's letters. */
export async function drawTile(
  text: string,
  size: { width: number; height: number },
  format: PictureFormat,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(Buffer.from(svg(text, size.width, size.height)))
    .toFormat(format, { quality: 90 })
    .toBuffer();
}
