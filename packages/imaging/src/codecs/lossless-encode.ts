import type { FrameDescription } from "../frame.ts";
import { encodeWithNative, encodeWithWasm, type WasmEncoder, type WasmEncoderName } from "./modules.ts";

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
 * The bits that samples are written in: as many as are stored, or all of the cell where some have more, such as embedded overlays. Those in cells of
 * 16 bits are written in nine at least: what is written in fewer is read back as bytes by some, or refused by them.
 */
function precisionOf(description: FrameDescription, pixels: Uint8Array, signed: boolean): number {
  const { bitsAllocated, bitsStored, highBit } = description;
  const fits =
    highBit === bitsStored - 1 && bitsStored >= 2 && fitInto(bitsStored, signed, description, pixels);
  return fits ? Math.max(bitsStored, bitsAllocated === 16 ? 9 : 2) : bitsAllocated;
}

/** Where the code stream has no sign (JPEG, JPEG-LS), two's complement goes through it as it stands and takes the whole cell. */
const unsignedPrecision = (description: FrameDescription, pixels: Uint8Array): number =>
  description.pixelRepresentation === 1 ? description.bitsAllocated : precisionOf(description, pixels, false);

function byWasm(
  codec: WasmEncoderName,
  { rows, columns, samplesPerPixel }: FrameDescription,
  bitsPerSample: number,
  pixels: Uint8Array,
  isSigned: boolean,
  prepare: (encoder: WasmEncoder) => void,
  isUsingColorTransform = false,
): Promise<Uint8Array> {
  const information = {
    width: columns,
    height: rows,
    bitsPerSample,
    componentCount: samplesPerPixel,
    isSigned,
    isUsingColorTransform,
  };
  return encodeWithWasm(codec, information, pixels, prepare);
}

/** JPEG-LS interleaves colour by sample (ISO 14495-1 Annex B). */
const bySample = 2;
/** Resolution by resolution (ISO 15444-1 B.12.1.3): what progressive display wants, and what HTJ2K Lossless RPCL says. */
const rpcl = 2;
const mostDecompositions = 5;

/** JPEG-LS of 8 or 16 bits allocated, grey or colour by pixel. @param pixels little-endian samples, as for all of them here */
export function encodeJpegLs(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  return byWasm(
    "jpegLsEncoder",
    description,
    unsignedPrecision(description, pixels),
    pixels,
    false,
    (encoder) => {
      encoder.setNearLossless?.(0);
      if (description.samplesPerPixel > 1) encoder.setInterleaveMode?.(bySample);
    },
  );
}

/** JPEG 2000 with the reversible transform. Its build takes signed bytes for unsigned ones: they are not given to it. */
export function encodeJpeg2000(description: FrameDescription, pixels: Uint8Array): Promise<Uint8Array> {
  const { rows, columns, pixelRepresentation } = description;
  const signed = pixelRepresentation === 1;
  return byWasm(
    "jpeg2000Encoder",
    description,
    precisionOf(description, pixels, signed),
    pixels,
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
    precisionOf(description, pixels, signed),
    pixels,
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
    bitsStored: unsignedPrecision(description, pixels),
    samplesPerPixel,
    pixelRepresentation: 0,
    planarConfiguration: 0,
    photometricInterpretation,
    decodedBuffer: pixels,
  });
}
