import { ImagingError } from "./errors.ts";
import type { FrameDescription } from "./frame.ts";

/** Reads the stored value of sample `index` from the bytes of a decoded frame, little-endian, with its sign. */
export function sampleReader(description: FrameDescription, bytes: Uint8Array): (index: number) => number {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation, floatingPoint } = description;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (floatingPoint) {
    if (bitsAllocated === 32) return (index) => view.getFloat32(4 * index, true);
    if (bitsAllocated === 64) return (index) => view.getFloat64(8 * index, true);
    throw new ImagingError("invalid", "Floating-point pixels have 32 or 64 bits.");
  }
  const shift = 2 ** (highBit + 1 - bitsStored);
  const range = 2 ** bitsStored;
  const half = pixelRepresentation === 1 ? range / 2 : Number.POSITIVE_INFINITY;
  const value = (cell: number) => {
    const stored = Math.floor(cell / shift) % range;
    return stored >= half ? stored - range : stored;
  };
  if (bitsAllocated === 8) return (index) => value(bytes[index]!);
  if (bitsAllocated === 16) return (index) => value(view.getUint16(2 * index, true));
  if (bitsAllocated === 32) return (index) => value(view.getUint32(4 * index, true));
  throw new ImagingError("unsupported", `Pixels of ${bitsAllocated} bits are not shown.`);
}
