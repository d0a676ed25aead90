import type { FrameDescription } from "../frame.ts";
import { encodeWithWasm } from "./modules.ts";

/**
 * Bits that the samples take: those that are said to be stored, or all of the cell where some samples have more, such as embedded overlays. JPEG-LS has no sign
 * (ISO 14495-1): two's complement goes through it as it stands, and takes the whole cell.
 */
function precisionOf(description: FrameDescription, pixels: Uint8Array): number {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = description;
  if (pixelRepresentation === 1 || highBit !== bitsStored - 1 || bitsStored < 2) return bitsAllocated;
  const beyond = 2 ** bitsStored;
  if (bitsAllocated === 8) return pixels.some((value) => value >= beyond) ? 8 : bitsStored;
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  for (let at = 0; at + 2 <= pixels.length; at += 2)
    if (view.getUint16(at, true) >= beyond) return bitsAllocated;
  return bitsStored;
}

/**
 * Encodes a grey frame of 8 or 16 bits allocated as JPEG-LS without loss.
 * @param pixels little-endian samples
 */
export async function encodeJpegLs(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  const { rows, columns, bitsAllocated } = description;
  const precision = precisionOf(description, pixels);
  const information = {
    width: columns,
    height: rows,
    bitsPerSample: precision,
    componentCount: 1,
    isSigned: false,
  };
  // Samples of up to 8 bits are given to the codec as bytes.
  const narrow = bitsAllocated === 16 && precision <= 8;
  return encodeWithWasm(
    "jpegLsEncoder",
    information,
    narrow ? pixels.filter((_, at) => at % 2 === 0) : pixels,
  );
}
