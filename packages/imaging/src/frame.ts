import { ImagingError } from "./errors.ts";

/** The attributes that say how the bytes of one frame are to be read (PS3.3 C.7.6.3). Structured-cloneable. */
export interface FrameDescription {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  photometricInterpretation: string;
  /** 0: colour by pixel, 1: colour by plane. */
  planarConfiguration: 0 | 1;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  /** 0: unsigned, 1: two's complement. */
  pixelRepresentation: 0 | 1;
  transferSyntaxUID: string;
  /** Float Pixel Data (32 bits) or Double Float Pixel Data (64 bits) instead of integers. */
  floatingPoint?: boolean;
  /** Pixel Data has VR OW: in a big-endian object its bytes are swapped by 16-bit words, whatever the bits allocated. */
  wordData?: boolean;
  /**
   * For frames packed by less than a byte that follow each other without a gap: the bit of the first byte, from the least
   * significant, at which the frame begins; see `frameBitOffset`.
   */
  bitOffset?: number;
}

/** One frame's pixels as the bytes of Pixel Data in an Explicit VR Little Endian object, without a trailing pad byte. */
export interface DecodedFrame {
  bytes: Uint8Array;
  photometricInterpretation: string;
  planarConfiguration: 0 | 1;
}

/** A frame's pixels are bounded before anything is decoded: several times the largest mammogram or radiograph. */
export const maxFrameBytes = 256 * 1024 * 1024;
/** Sides beyond this are no frame that a picture format could show. */
export const maxFrameSide = 65_535;

/** Chrominance of native YBR_FULL_422 and YBR_PARTIAL_422 is kept once for two pixels (PS3.3 C.7.6.3.1.2). */
export const isSubsampled = (photometricInterpretation: string): boolean =>
  photometricInterpretation === "YBR_FULL_422" || photometricInterpretation === "YBR_PARTIAL_422";

/** Bits of one frame as native pixel data. */
export function frameBits(description: FrameDescription): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation } = description;
  const samples =
    samplesPerPixel === 3 && isSubsampled(photometricInterpretation)
      ? rows * (columns + (columns % 2)) * 2
      : rows * columns * samplesPerPixel;
  return samples * bitsAllocated;
}

/** Bytes of one frame as native pixel data, the last one perhaps in part. */
export const frameBytes = (description: FrameDescription): number => Math.ceil(frameBits(description) / 8);

/** The bit of its first byte at which frame `index` (from 0) of native pixel data begins. */
export function frameBitOffset(description: FrameDescription, index: number): number {
  return (index * (frameBits(description) % 8)) % 8;
}

/**
 * Checks what a code stream says of its own size against the attributes, before anything is decoded.
 * @throws ImagingError `mismatch`
 */
export function expectSize(
  description: FrameDescription,
  actual: { rows: number; columns: number; components: number },
): void {
  const { rows, columns, samplesPerPixel } = description;
  if (actual.rows === rows && actual.columns === columns && actual.components === samplesPerPixel) return;
  throw new ImagingError(
    "mismatch",
    `The code stream has ${actual.columns} × ${actual.rows} pixels of ${actual.components} samples, ` +
      `the attributes say ${columns} × ${rows} of ${samplesPerPixel}.`,
  );
}

/** @throws ImagingError `mismatch` where the samples of the code stream do not fit into the bits allocated. */
export function expectDepth(description: FrameDescription, precision: number): void {
  if (precision <= description.bitsAllocated) return;
  throw new ImagingError(
    "mismatch",
    `The code stream has ${precision} bits a sample, the attributes allocate ${description.bitsAllocated}.`,
  );
}

/**
 * Brings decoded samples of one or two bytes to the bytes that the attributes allocate; sign and value stay.
 * @throws ImagingError `corrupt` where the decoder gave another number of samples
 */
export function widen(
  description: FrameDescription,
  decoded: Uint8Array,
  bytesPerSample: number,
  signed: boolean,
): Uint8Array {
  const samples = description.rows * description.columns * description.samplesPerPixel;
  if (decoded.length < samples * bytesPerSample)
    throw new ImagingError("corrupt", "The decoder gave fewer pixels than the frame has.");
  const wanted = description.bitsAllocated / 8;
  if (description.bitsAllocated === 1 && bytesPerSample === 1) return packed(decoded.subarray(0, samples));
  if (!Number.isInteger(wanted))
    throw new ImagingError("unsupported", "Compressed frames need whole bytes allocated for a sample.");
  const exact = decoded.subarray(0, samples * bytesPerSample);
  if (wanted === bytesPerSample) return exact;
  if (wanted < bytesPerSample) return narrow(exact, bytesPerSample, wanted);
  const widened = new Uint8Array(samples * wanted);
  for (let i = 0; i < samples; i++) {
    const source = i * bytesPerSample;
    const negative = signed && (exact[source + bytesPerSample - 1]! & 0x80) !== 0;
    for (let byte = 0; byte < wanted; byte++) {
      const value = byte < bytesPerSample ? exact[source + byte]! : negative ? 0xff : 0;
      widened[i * wanted + byte] = value;
    }
  }
  return widened;
}

/** Samples of one bit, as native pixels hold them: the first in the least significant bit (PS3.5 8.1.1). */
function packed(samples: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(samples.length / 8));
  for (let i = 0; i < samples.length; i++) bits[i >> 3]! |= (samples[i]! & 1) << (i & 7);
  return bits;
}

/** Drops the upper bytes of each sample, which the depth check has shown to be empty. */
function narrow(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const narrowed = new Uint8Array((bytes.length / from) * to);
  for (let i = 0, target = 0; i < bytes.length; i += from)
    for (let byte = 0; byte < to; byte++) narrowed[target++] = bytes[i + byte]!;
  return narrowed;
}

/** Colour by plane to colour by pixel. */
export function interleave(bytes: Uint8Array, samplesPerPixel: number, bytesPerSample: number): Uint8Array {
  const pixels = Math.floor(bytes.length / (samplesPerPixel * bytesPerSample));
  const result = new Uint8Array(pixels * samplesPerPixel * bytesPerSample);
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    const plane = sample * pixels * bytesPerSample;
    for (let i = 0; i < pixels; i++) {
      const target = (i * samplesPerPixel + sample) * bytesPerSample;
      for (let byte = 0; byte < bytesPerSample; byte++)
        result[target + byte] = bytes[plane + i * bytesPerSample + byte]!;
    }
  }
  return result;
}

/** Colour by pixel to colour by plane. */
export function separate(bytes: Uint8Array, samplesPerPixel: number, bytesPerSample: number): Uint8Array {
  const pixels = Math.floor(bytes.length / (samplesPerPixel * bytesPerSample));
  const result = new Uint8Array(pixels * samplesPerPixel * bytesPerSample);
  for (let sample = 0; sample < samplesPerPixel; sample++) {
    const plane = sample * pixels * bytesPerSample;
    for (let i = 0; i < pixels; i++) {
      const source = (i * samplesPerPixel + sample) * bytesPerSample;
      for (let byte = 0; byte < bytesPerSample; byte++)
        result[plane + i * bytesPerSample + byte] = bytes[source + byte]!;
    }
  }
  return result;
}
