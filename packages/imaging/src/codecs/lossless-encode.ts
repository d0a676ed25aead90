import type { FrameDescription } from "../frame.ts";
import { encodeWithNative, encodeWithWasm, type WasmEncoder, type WasmEncoderName } from "./modules.ts";

/** What the samples of a code stream are. */
interface Samples {
  /** Bits of each. */
  precision: number;
  /** Little-endian: one byte each up to a precision of 8, else two. */
  bytes: Uint8Array;
}

/** Whether every sample is a number of so many bits, with or without sign. */
function fitInto(
  bits: number,
  signed: boolean,
  { bitsAllocated }: FrameDescription,
  pixels: Uint8Array,
): boolean {
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const highest = lowest + 2 ** bits - 1;
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const wide = bitsAllocated === 16;
  for (let at = 0; at + (wide ? 2 : 1) <= pixels.length; at += wide ? 2 : 1) {
    const value = wide
      ? signed
        ? view.getInt16(at, true)
        : view.getUint16(at, true)
      : signed
        ? view.getInt8(at)
        : view.getUint8(at);
    if (value < lowest || value > highest) return false;
  }
  return true;
}

/**
 * The samples in as many bits as are stored, or in all of the cell where some have more, such as embedded overlays.
 * @param leastBits for cells of 16 bits; what is written in 8 or fewer is read back as bytes by some
 */
function samplesOf(
  description: FrameDescription,
  pixels: Uint8Array,
  signed: boolean,
  leastBits: number,
): Samples {
  const { bitsAllocated, bitsStored, highBit } = description;
  const fits =
    highBit === bitsStored - 1 && bitsStored >= 2 && fitInto(bitsStored, signed, description, pixels);
  const precision = fits ? Math.max(bitsStored, bitsAllocated === 16 ? leastBits : 2) : bitsAllocated;
  const narrow = bitsAllocated === 16 && precision <= 8;
  return { precision, bytes: narrow ? pixels.filter((_, at) => at % 2 === 0) : pixels };
}

/** Where the code stream has no sign (JPEG, JPEG-LS), two's complement goes through it as it stands and takes the whole cell. */
function unsignedSamples(description: FrameDescription, pixels: Uint8Array, leastBits: number): Samples {
  return description.pixelRepresentation === 1
    ? { precision: description.bitsAllocated, bytes: pixels }
    : samplesOf(description, pixels, false, leastBits);
}

function byWasm(
  codec: WasmEncoderName,
  { rows, columns, samplesPerPixel }: FrameDescription,
  { precision, bytes }: Samples,
  isSigned: boolean,
  prepare: (encoder: WasmEncoder) => void,
  isUsingColorTransform = false,
): Promise<Uint8Array> {
  const information = {
    width: columns,
    height: rows,
    bitsPerSample: precision,
    componentCount: samplesPerPixel,
    isSigned,
    isUsingColorTransform,
  };
  return encodeWithWasm(codec, information, bytes, prepare);
}

/** JPEG-LS interleaves colour by sample (ISO 14495-1 Annex B). */
const bySample = 2;
/** Resolution by resolution (ISO 15444-1 B.12.1.3): what progressive display wants, and what HTJ2K Lossless RPCL says. */
const rpcl = 2;
const mostDecompositions = 5;

/** JPEG-LS of 8 or 16 bits allocated, grey or colour by pixel. @param pixels little-endian samples, as for all of them here */
export function encodeJpegLs(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  return byWasm("jpegLsEncoder", description, unsignedSamples(description, pixels, 2), false, (encoder) => {
    encoder.setNearLossless?.(0);
    if (description.samplesPerPixel > 1) encoder.setInterleaveMode?.(bySample);
  });
}

/** JPEG 2000 with the reversible transform. Its build takes signed bytes for unsigned ones: they are not given to it. */
export function encodeJpeg2000(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  const { rows, columns, pixelRepresentation } = description;
  const signed = pixelRepresentation === 1;
  return byWasm(
    "jpeg2000Encoder",
    description,
    samplesOf(description, pixels, signed, 9),
    signed,
    (encoder) => {
      encoder.setQuality?.(true, 0);
      // More halvings than the smaller side has are refused.
      encoder.setDecompositions?.(
        Math.min(mostDecompositions, Math.floor(Math.log2(Math.min(rows, columns)))),
      );
    },
  );
}

/**
 * HTJ2K (ISO 15444-15) with the reversible transform, resolution by resolution. Colour goes through the transform of components: without it the build
 * writes the lines of one component into another, and reads them back so, where every other decoder finds a scrambled picture.
 */
export function encodeHtj2k(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  const signed = description.pixelRepresentation === 1;
  return byWasm(
    "htj2kEncoder",
    description,
    samplesOf(description, pixels, signed, 9),
    signed,
    (encoder) => {
      encoder.setQuality?.(true, 0);
      encoder.setProgressionOrder?.(rpcl);
      encoder.setTLMMarker?.(true);
    },
    description.samplesPerPixel === 3,
  );
}

/** JPEG Lossless with the first predictor (ISO 10918-1 Annex H). */
export function encodeJpegLossless(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  const { rows, columns, bitsAllocated, samplesPerPixel, photometricInterpretation } = description;
  return encodeWithNative({
    width: columns,
    height: rows,
    bitsAllocated,
    bitsStored: unsignedSamples(description, pixels, 9).precision,
    samplesPerPixel,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation,
    decodedBuffer: pixels,
  });
}
