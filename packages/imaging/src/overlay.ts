/** One plane of graphics over a frame (PS3.3 C.9.2). */
export interface Overlay {
  rows: number;
  columns: number;
  /** Where its first pixel lies on the frame, from 0; may lie outside. */
  top: number;
  left: number;
  /** One bit a pixel, from the least significant, in the order of rows. */
  bits: Uint8Array;
  /** Of `bits`, where this frame's plane begins. */
  bitOffset: number;
}

/** Sets the overlay's pixels that lie inside of the frame to full brightness in a picture of one or three bytes a pixel. */
export function burnIn(
  overlays: readonly Overlay[],
  picture: { pixels: Uint8Array; rows: number; columns: number; channels: 1 | 3 },
): void {
  const { pixels, rows, columns, channels } = picture;
  for (const overlay of overlays) {
    const firstRow = Math.max(0, -overlay.top);
    const lastRow = Math.min(overlay.rows, rows - overlay.top);
    const firstColumn = Math.max(0, -overlay.left);
    const lastColumn = Math.min(overlay.columns, columns - overlay.left);
    for (let y = firstRow; y < lastRow; y++)
      for (let x = firstColumn; x < lastColumn; x++) {
        const bit = overlay.bitOffset + y * overlay.columns + x;
        if (((overlay.bits[bit >> 3]! >> (bit & 7)) & 1) === 0) continue;
        const at = ((y + overlay.top) * columns + x + overlay.left) * channels;
        pixels.fill(255, at, at + channels);
      }
  }
}
