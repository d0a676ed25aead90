/** One plane of graphics over a frame (PS3.3 C.9.2). */
export interface Overlay {
  /** 6000H, 6002H ... */
  group: number;
  rows: number;
  columns: number;
  /** Where its first pixel lies on the frame, from 0; may lie outside. */
  top: number;
  left: number;
  /** One bit a pixel, from the least significant, in the order of rows. */
  bits: Uint8Array;
  /** Of `bits`, where this frame's plane begins. */
  bitOffset: number;
  /** The plane is this bit of the frame's own cells (retired; PS3.3-2004 C.9.2), and `bits` is empty. */
  cellBit?: number;
}

/**
 * The overlay with its plane taken out of the frame, where it stands there.
 * @param frame the decoded frame, of one sample a pixel in cells of `bitsAllocated` bits, which is 8 or 16
 */
export function withPlane(overlay: Overlay, frame: Uint8Array, bitsAllocated: number): Overlay {
  const { cellBit, rows, columns } = overlay;
  if (cellBit === undefined) return overlay;
  const cellBytes = bitsAllocated / 8;
  const bits = new Uint8Array(Math.ceil((rows * columns) / 8));
  for (let i = 0; i < rows * columns; i++) {
    const byte = frame[i * cellBytes + (cellBit >> 3)] ?? 0;
    if ((byte >> (cellBit & 7)) & 1) bits[i >> 3]! |= 1 << (i & 7);
  }
  return { ...overlay, bits };
}

/**
 * Sets the overlay's pixels that lie inside of the frame in a picture of one or three bytes a pixel.
 * @param color full brightness when left out; of a grey picture the first counts
 */
export function burnIn(
  overlays: readonly Overlay[],
  picture: { pixels: Uint8Array; rows: number; columns: number; channels: 1 | 3 },
  color: readonly [red: number, green: number, blue: number] = [255, 255, 255],
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
        for (let channel = 0; channel < channels; channel++) pixels[at + channel] = color[channel]!;
      }
  }
}
