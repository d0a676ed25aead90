import type { FrameDescription } from "./frame.ts";

/**
 * Samples that a lossy code stream of more bits than are stored put beyond what the bits stored can say, brought to the nearest value that they
 * can: read by the bits stored alone, white that came out a little whiter would be black (PS3.5 8.1.1, PS3.3 C.7.6.3.1.1).
 * Other samples, and frames whose samples do not begin at the lowest bit, stay as they are. The code stream's samples have the sign of Pixel
 * Representation.
 * @param bytes decoded samples as the attributes allocate them, little-endian
 * @param error by how much a decoded sample may differ; what lies further beyond was put there, as overlays are
 */
export function clampToStored(
  description: FrameDescription,
  bytes: Uint8Array,
  error = Number.POSITIVE_INFINITY,
): Uint8Array {
  const { bitsAllocated, bitsStored, highBit, pixelRepresentation } = description;
  if (bitsStored >= bitsAllocated || highBit !== bitsStored - 1) return bytes;
  if (bitsAllocated !== 8 && bitsAllocated !== 16) return bytes;
  const signed = pixelRepresentation === 1;
  const least = signed ? -(2 ** (bitsStored - 1)) : 0;
  const most = 2 ** (signed ? bitsStored - 1 : bitsStored) - 1;
  const Samples = bitsAllocated === 8 ? (signed ? Int8Array : Uint8Array) : signed ? Int16Array : Uint16Array;
  const samples = new Samples(Uint8Array.from(bytes).buffer);
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (value > most && value - most <= error) samples[i] = most;
    else if (value < least && least - value <= error) samples[i] = least;
  }
  return new Uint8Array(samples.buffer);
}
