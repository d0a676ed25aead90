import { loadSharp } from "@isocenter/imaging";
import type { PictureFormat } from "./types.ts";

/** Letters as strokes in a box of 4 × 6, so that a tile looks the same where no font is installed. */
const letters: Readonly<Record<string, string>> = {
  A: "M0 6L2 0L4 6M.7 4H3.3",
  B: "M0 0V6H2.5A1.5 1.5 0 0 0 2.5 3H0M2.5 3A1.5 1.5 0 0 0 2.5 0H0",
  C: "M4 1.2C3.4-.5 0-.6 0 3S3.4 6.5 4 4.8",
  D: "M0 0V6H1.5C4.8 6 4.8 0 1.5 0Z",
  E: "M4 0H0V6H4M0 3H3",
  F: "M4 0H0V6M0 3H3",
  G: "M4 1.2C3.4-.5 0-.6 0 3S4 6.9 4 4.6V3.2H2.4",
  H: "M0 0V6M4 0V6M0 3H4",
  I: "M2 0V6",
  J: "M3.5 0V4.5C3.5 6.5.5 6.5.5 4.5",
  K: "M0 0V6M4 0L0 3.6M1.3 2.6L4 6",
  L: "M0 0V6H4",
  M: "M0 6V0L2 3.5L4 0V6",
  N: "M0 6V0L4 6V0",
  O: "M2 0C-.7 0-.7 6 2 6S4.7 0 2 0",
  P: "M0 6V0H2.5A1.6 1.6 0 0 1 2.5 3.3H0",
  Q: "M2 0C-.7 0-.7 6 2 6S4.7 0 2 0M2.6 4.4L4 6.2",
  R: "M0 6V0H2.5A1.6 1.6 0 0 1 2.5 3.3H0M2 3.3L4 6",
  S: "M4 1C3.4-.4.2-.4.2 1.5S4 2.8 4 4.5S.6 6.5 0 5",
  T: "M0 0H4M2 0V6",
  U: "M0 0V4C0 6.7 4 6.7 4 4V0",
  V: "M0 0L2 6L4 0",
  W: "M0 0L1 6L2 2L3 6L4 0",
  X: "M0 0L4 6M4 0L0 6",
  Y: "M0 0L2 3L4 0M2 3V6",
  Z: "M0 0H4L0 6H4",
};

const advance = 5.6;
const maxLetters = 8;

/** The letters of a modality that can be drawn. */
export function tileLetters(modality: string): string {
  return [...modality.toUpperCase()]
    .filter((letter) => letters[letter])
    .slice(0, maxLetters)
    .join("");
}

function svg(text: string, width: number, height: number): string {
  const count = Math.max(text.length, 1);
  const textWidth = count * advance - (advance - 4);
  const scale = Math.min((width * 0.6) / textWidth, (height * 0.22) / 6);
  const left = (width - textWidth * scale) / 2;
  const top = (height - 6 * scale) / 2;
  const glyphs = [...text].map(
    (letter, i) => `<path transform="translate(${i * advance} 0)" d="${letters[letter]}"/>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#14181c"/>` +
    `<g transform="translate(${left} ${top}) scale(${scale})" fill="none" stroke="#8b969f" stroke-width=".7" ` +
    `stroke-linecap="round" stroke-linejoin="round">${glyphs.join("")}</g></svg>`
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
