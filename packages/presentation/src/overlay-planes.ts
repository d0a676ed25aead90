import { type JsonDataSet, numberOf, numbersOf } from "./dicom-json.ts";

/** A drawing of one bit a pixel that an image brings with it (PS3.3 C.9.2). */
export interface OverlayPlane {
  /** Of its data, by which the bytes are found. */
  dataTag: string;
  rows: number;
  columns: number;
  /** Where its first pixel lies on the image, counted from 0; it may begin or end outside. */
  top: number;
  left: number;
  /** Of the bit that belongs to its first pixel. */
  firstBit: number;
}

/** The groups of overlays, 6000 to 601E. */
export const overlayGroups = Array.from({ length: 16 }, (_, n) =>
  (0x6000 + 2 * n).toString(16).toUpperCase(),
);

/** The overlay of a group, such as "6000", of an image or a presentation state; undefined where there is none for the frame. */
export function overlayPlaneIn(
  attributes: JsonDataSet,
  group: string,
  frameNumber: number,
): OverlayPlane | undefined {
  const value = (element: string) => numberOf(attributes, group + element);
  const [rows = 0, columns = 0] = [value("0010"), value("0011")];
  const dataTag = `${group}3000`;
  if (rows <= 0 || columns <= 0 || !attributes[dataTag]) return undefined;
  // An overlay of fewer frames than the image lies on as many, from the one that it names.
  const frame = frameNumber - (value("0051") ?? 1);
  const frames = value("0015");
  if (frames !== undefined && (frame < 0 || frame >= frames)) return undefined;
  const [top = 1, left = 1] = numbersOf(attributes, `${group}0050`);
  const firstBit = frames === undefined ? 0 : frame * rows * columns;
  return { dataTag, rows, columns, top: top - 1, left: left - 1, firstBit };
}

/** The part of an overlay that lies on its image, in one colour where a bit is set; undefined where none does, or bits are missing. */
export function drawOverlay(
  plane: OverlayPlane,
  bits: Uint8Array,
  image: readonly [columns: number, rows: number],
  color: readonly [number, number, number] = [255, 255, 255],
):
  | { left: number; top: number; columns: number; rows: number; pixels: Uint8ClampedArray<ArrayBuffer> }
  | undefined {
  const left = Math.max(0, plane.left);
  const top = Math.max(0, plane.top);
  const columns = Math.min(image[0], plane.left + plane.columns) - left;
  const rows = Math.min(image[1], plane.top + plane.rows) - top;
  if (columns <= 0 || rows <= 0 || bits.length * 8 < plane.firstBit + plane.rows * plane.columns)
    return undefined;
  const pixels = new Uint8ClampedArray(columns * rows * 4);
  for (let row = 0, at = 0; row < rows; row++) {
    let bit = plane.firstBit + (row + top - plane.top) * plane.columns + left - plane.left;
    for (let column = 0; column < columns; column++, at += 4, bit++)
      if ((bits[bit >> 3]! >> (bit & 7)) & 1) pixels.set([...color, 255], at);
  }
  return { left, top, columns, rows, pixels };
}
