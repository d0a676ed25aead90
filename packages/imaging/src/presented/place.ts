import type { PixelPoint, PlainPresented } from "@isocenter/presentation";
import { ImagingError } from "../errors.ts";
import type { RenderOptions } from "../render.ts";

/** How an area of a frame lies in a picture. */
export interface Placed {
  width: number;
  height: number;
  /** From a point of the frame, 0, 0 at the outer corner of its first pixel, to one of the picture. */
  at(point: PixelPoint): readonly [x: number, y: number];
}

type Turn = Pick<PlainPresented, "rotation" | "flipped">;

/** Parts of an area from its upper left corner, as they lie after it was turned clockwise and then flipped (PS3.3 C.10.6). */
function turned([x, y]: PixelPoint, { rotation, flipped }: Turn): PixelPoint {
  const [u, v]: PixelPoint =
    rotation === 90 ? [1 - y, x] : rotation === 180 ? [1 - x, 1 - y] : rotation === 270 ? [y, 1 - x] : [x, y];
  return [flipped ? 1 - u : u, v];
}

/** The area that a state shows of a frame: all of it where it says nothing. @throws ImagingError `invalid` for an area of no extent */
export function areaOf(
  { area }: Pick<PlainPresented, "area">,
  { rows, columns }: { rows: number; columns: number },
): { left: number; top: number; width: number; height: number } {
  const { left, top, right, bottom } = area ?? { left: 0, top: 0, right: columns, bottom: rows };
  const [width, height] = [right - left, bottom - top];
  if (![left, top, width, height].every(Number.isSafeInteger) || width < 1 || height < 1)
    throw new ImagingError("invalid", "The displayed area of the presentation state has no extent.");
  return { left, top, width, height };
}

/** @param sizeOf how large the picture of an area of such a shape is, before it is turned */
export function placedBy(
  presented: Turn,
  area: ReturnType<typeof areaOf>,
  asked: RenderOptions["size"],
  sizeOf: (asked: RenderOptions["size"]) => { width: number; height: number },
): Placed {
  const isAcross = presented.rotation === 90 || presented.rotation === 270;
  const lying = sizeOf(asked && isAcross ? { ...asked, width: asked.height, height: asked.width } : asked);
  const [width, height] = isAcross ? [lying.height, lying.width] : [lying.width, lying.height];
  return {
    width,
    height,
    at([column, row]) {
      const [u, v] = turned([(column - area.left) / area.width, (row - area.top) / area.height], presented);
      return [u * width, v * height];
    },
  };
}

/** Pixels by rows, turned clockwise and then flipped left to right. */
export function turnedPixels(
  { pixels, rows, columns, channels }: { pixels: Uint8Array; rows: number; columns: number; channels: 1 | 3 },
  { rotation, flipped }: Turn,
): { pixels: Uint8Array; rows: number; columns: number; channels: 1 | 3 } {
  if (rotation === 0 && !flipped) return { pixels, rows, columns, channels };
  const isAcross = rotation === 90 || rotation === 270;
  const [wide, high] = isAcross ? [rows, columns] : [columns, rows];
  const result = new Uint8Array(pixels.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let x = column;
      let y = row;
      if (rotation === 90) [x, y] = [rows - 1 - row, column];
      else if (rotation === 180) [x, y] = [columns - 1 - column, rows - 1 - row];
      else if (rotation === 270) [x, y] = [row, columns - 1 - column];
      if (flipped) x = wide - 1 - x;
      const [from, to] = [(row * columns + column) * channels, (y * wide + x) * channels];
      for (let channel = 0; channel < channels; channel++) result[to + channel] = pixels[from + channel]!;
    }
  return { pixels: result, rows: high, columns: wide, channels };
}
