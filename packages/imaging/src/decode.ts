import { constants, inflateRawSync } from "node:zlib";
import { decodeJpeg, decodeJpegLs } from "./codecs/jpeg.ts";
import { decodeJpeg2000, decodeJpeg2000AtLeast } from "./codecs/jpeg2000.ts";
import { decodeJpegXl } from "./codecs/jpegxl.ts";
import { decodeRle } from "./codecs/rle.ts";
import { decodeNative } from "./codecs/uncompressed.ts";
import { ImagingError } from "./errors.ts";
import {
  type DecodedFrame,
  type FrameDescription,
  frameBytes,
  maxFrameBytes,
  maxFrameSide,
} from "./frame.ts";

type Decoder = (description: FrameDescription, bytes: Uint8Array) => DecodedFrame | Promise<DecodedFrame>;

const littleEndian: Decoder = (description, bytes) => decodeNative(description, bytes, false);

function rle(description: FrameDescription, bytes: Uint8Array): DecodedFrame {
  const { rows, columns, samplesPerPixel, bitsAllocated, planarConfiguration } = description;
  if (bitsAllocated % 8 !== 0 && bitsAllocated !== 1)
    throw new ImagingError("unsupported", "RLE needs one bit or whole bytes allocated for a sample.");
  const packed = bitsAllocated === 1;
  return {
    bytes: decodeRle(bytes, {
      pixelBytes: packed ? Math.ceil((rows * columns) / 8) : rows * columns,
      samplesPerPixel,
      bytesPerSample: packed ? 1 : bitsAllocated / 8,
      planar: planarConfiguration === 1,
    }),
    photometricInterpretation: description.photometricInterpretation,
    planarConfiguration,
  };
}

/** Deflated Image Frame Compression: each frame a raw deflate stream (PS3.5 A.4.13, RFC 1951), perhaps with a pad byte. */
function deflatedFrame(description: FrameDescription, bytes: Uint8Array): DecodedFrame {
  let inflated: Uint8Array;
  try {
    inflated = inflateRawSync(bytes, {
      maxOutputLength: frameBytes(description) + 16,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    throw new ImagingError("corrupt", "The deflated frame cannot be inflated to its size.", error);
  }
  return decodeNative({ ...description, bitOffset: 0 }, inflated, false);
}

/** One row for each transfer syntax whose frames are read here (PS3.6 Table A-1). */
const decoders: Readonly<Record<string, Decoder>> = {
  "1.2.840.10008.1.2": littleEndian,
  "1.2.840.10008.1.2.1": littleEndian,
  "1.2.840.10008.1.2.1.98": littleEndian,
  "1.2.840.10008.1.2.1.99": littleEndian,
  "1.2.840.10008.1.2.2": (description, bytes) => decodeNative(description, bytes, true),
  // GE's private syntax: implicit VR little endian with big endian pixels.
  "1.2.840.113619.5.2": (description, bytes) => decodeNative(description, bytes, true),
  "1.2.840.10008.1.2.5": rle,
  "1.2.840.10008.1.2.8.1": deflatedFrame,
  "1.2.840.10008.1.2.4.50": decodeJpeg,
  "1.2.840.10008.1.2.4.51": decodeJpeg,
  "1.2.840.10008.1.2.4.53": decodeJpeg,
  "1.2.840.10008.1.2.4.55": decodeJpeg,
  "1.2.840.10008.1.2.4.57": decodeJpeg,
  "1.2.840.10008.1.2.4.70": decodeJpeg,
  "1.2.840.10008.1.2.4.80": decodeJpegLs,
  "1.2.840.10008.1.2.4.81": decodeJpegLs,
  "1.2.840.10008.1.2.4.90": decodeJpeg2000,
  "1.2.840.10008.1.2.4.91": decodeJpeg2000,
  "1.2.840.10008.1.2.4.201": decodeJpeg2000,
  "1.2.840.10008.1.2.4.202": decodeJpeg2000,
  "1.2.840.10008.1.2.4.203": decodeJpeg2000,
  "1.2.840.10008.1.2.4.110": decodeJpegXl,
  "1.2.840.10008.1.2.4.111": decodeJpegXl,
  "1.2.840.10008.1.2.4.112": decodeJpegXl,
};

/** The transfer syntaxes whose frames `decodeFrame` reads. */
export const decodableTransferSyntaxes: readonly string[] = Object.keys(decoders);

/** @throws ImagingError `invalid`, `too-large` */
function checkBounds(description: FrameDescription): void {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  const positive = [rows, columns, samplesPerPixel, bitsAllocated].every(
    (value) => Number.isInteger(value) && value > 0,
  );
  if (!positive) throw new ImagingError("invalid", "Rows, columns, samples and bits must be positive.");
  if (rows > maxFrameSide || columns > maxFrameSide || samplesPerPixel > 4 || bitsAllocated > 64)
    throw new ImagingError("too-large", "The frame is larger than any that is decoded.");
  if (frameBytes(description) > maxFrameBytes)
    throw new ImagingError("too-large", `A frame of over ${maxFrameBytes} bytes is not decoded.`);
}

/**
 * Decodes one frame to the bytes that would stand in Pixel Data of an Explicit VR Little Endian object, without a trailing pad byte.
 * Compressed colour comes out by pixel; RLE keeps the planar configuration of the attributes. The result may be a view of `bytes`.
 * @param bytes the frame's fragments joined, or its native bytes
 * @throws ImagingError
 */
export async function decodeFrame(description: FrameDescription, bytes: Uint8Array): Promise<DecodedFrame> {
  const decode = decoders[description.transferSyntaxUID];
  if (!decode)
    throw new ImagingError("unsupported", `Frames in ${description.transferSyntaxUID} are not decoded.`);
  checkBounds(description);
  return decode(description, bytes);
}

/**
 * As `decodeFrame` for a picture that needs at least so many rows and columns: a frame that is kept in wavelets may come out smaller than
 * it is, and then `description` says how large; every other comes out whole.
 * @throws ImagingError
 */
export async function decodeFrameAtLeast(
  description: FrameDescription,
  bytes: Uint8Array,
  least: { rows: number; columns: number },
): Promise<{ description: FrameDescription; frame: DecodedFrame }> {
  if (decoders[description.transferSyntaxUID] !== decodeJpeg2000)
    return { description, frame: await decodeFrame(description, bytes) };
  checkBounds(description);
  return decodeJpeg2000AtLeast(description, bytes, least);
}
