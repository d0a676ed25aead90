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
  const { bitsAllocated, bitsStored, highBit } = description;
  if (bitsStored >= bitsAllocated || highBit !== bitsStored - 1) return bytes;
  if (bitsAllocated !== 8 && bitsAllocated !== 16) return bytes;
  const { least, most } = storedRange(description);
  const samples = samplesOf(description, Uint8Array.from(bytes));
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (value > most && value - most <= error) samples[i] = most;
    else if (value < least && least - value <= error) samples[i] = least;
  }
  return new Uint8Array(samples.buffer);
}

/**
 * Whether the samples of a near-lossless code stream, which have no sign themselves, are signed values in all bits allocated: then none lies
 * further beyond what the bits stored say than the error. Where the sign is in the bits stored alone, negative ones are far above it.
 * @param bytes decoded samples of 8 or 16 bits allocated, little-endian
 */
export function isSignExtended(description: FrameDescription, bytes: Uint8Array, error: number): boolean {
  if (description.bitsAllocated !== 8 && description.bitsAllocated !== 16) return false;
  const { least, most } = storedRange(description);
  return samplesOf(description, Uint8Array.from(bytes)).every(
    (value) => value >= least - error && value <= most + error,
  );
}

function storedRange({ bitsStored, pixelRepresentation }: FrameDescription): { least: number; most: number } {
  const values = 2 ** bitsStored;
  return pixelRepresentation === 1
    ? { least: -values / 2, most: values / 2 - 1 }
    : { least: 0, most: values - 1 };
}

function samplesOf({ bitsAllocated, pixelRepresentation }: FrameDescription, { buffer }: Uint8Array) {
  if (bitsAllocated === 8) return pixelRepresentation === 1 ? new Int8Array(buffer) : new Uint8Array(buffer);
  return pixelRepresentation === 1 ? new Int16Array(buffer) : new Uint16Array(buffer);
}
