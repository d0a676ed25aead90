import { deflateRawSync } from "node:zlib";
import { encodeHtj2k, encodeJpeg2000, encodeJpegLossless, encodeJpegLs } from "./codecs/lossless-encode.ts";
import { encodeRle } from "./codecs/rle-encode.ts";
import { decodeFrame } from "./decode.ts";
import { ImagingError } from "./errors.ts";
import { type FrameDescription, interleave } from "./frame.ts";

/** What decides whether pixels have a form in a syntax. */
export type FrameShape = Pick<FrameDescription, "rows" | "columns" | "samplesPerPixel" | "bitsAllocated">;

/** A frame as one code stream, and what has to be said of it. */
export interface EncodedFrame {
  bytes: Uint8Array;
  photometricInterpretation: string;
  planarConfiguration: 0 | 1;
}

interface Encoder {
  takes(shape: FrameShape): boolean;
  /** Of decoded pixels, colour by pixel unless `planar`. */
  encode(
    description: FrameDescription,
    pixels: Uint8Array,
    transferSyntaxUID: string,
  ): EncodedFrame | Promise<EncodedFrame>;
  /** Takes colour by plane as it is. */
  planar?: true;
}

const asIs = (description: FrameDescription, bytes: Uint8Array): EncodedFrame => ({
  bytes,
  photometricInterpretation: description.photometricInterpretation,
  planarConfiguration: description.planarConfiguration,
});

/** Grey or colour of whole bytes. */
const wholeBytes = ({ samplesPerPixel, bitsAllocated }: FrameShape): boolean =>
  (samplesPerPixel === 1 || samplesPerPixel === 3) && (bitsAllocated === 8 || bitsAllocated === 16);

/** The builds of JPEG 2000 and HTJ2K do not write colour of two bytes. */
const wholeBytesOfWavelets = (shape: FrameShape): boolean =>
  wholeBytes(shape) && (shape.samplesPerPixel === 1 || shape.bitsAllocated === 8);

/**
 * Code streams of a library: without a colour transform, so that what the samples are stays as it was said, unless `saidOf` says what becomes of it; and
 * read back, because a loss that a codec makes without a word would be ours.
 */
const proved = (
  takes: Encoder["takes"],
  encode: (description: FrameDescription, pixels: Uint8Array) => Promise<Uint8Array>,
  saidOf = (photometricInterpretation: string) => photometricInterpretation,
): Encoder => ({
  takes,
  async encode(description, pixels, transferSyntaxUID) {
    const bytes = await encode(description, pixels);
    const photometricInterpretation = saidOf(description.photometricInterpretation);
    const encoded = asIs({ ...description, photometricInterpretation }, bytes);
    const back = await decodeFrame({ ...description, photometricInterpretation, transferSyntaxUID }, bytes);
    if (Buffer.compare(back.bytes, pixels) !== 0)
      throw new ImagingError(
        "unsupported",
        `Such pixels do not come through ${transferSyntaxUID} unchanged.`,
      );
    return encoded;
  },
});

/** Wavelets put colour through the reversible transform: the build of JPEG 2000 whatever it is told, that of HTJ2K told by us (PS3.5 8.2.4). */
const transformed = (photometricInterpretation: string): string =>
  photometricInterpretation === "RGB" ? "YBR_RCT" : photometricInterpretation;

/** One row for each syntax that frames are written in, all without loss; the most welcome first (PS3.5 8.2). */
const encoders: Readonly<Record<string, Encoder>> = {
  "1.2.840.10008.1.2.4.70": proved(wholeBytes, encodeJpegLossless),
  "1.2.840.10008.1.2.4.80": proved(wholeBytes, encodeJpegLs),
  "1.2.840.10008.1.2.4.90": proved(wholeBytesOfWavelets, encodeJpeg2000, transformed),
  "1.2.840.10008.1.2.4.202": proved(wholeBytesOfWavelets, encodeHtj2k, transformed),
  "1.2.840.10008.1.2.4.201": proved(wholeBytesOfWavelets, encodeHtj2k, transformed),
  "1.2.840.10008.1.2.5": {
    takes: ({ bitsAllocated, samplesPerPixel }) =>
      bitsAllocated === 1
        ? samplesPerPixel === 1
        : bitsAllocated % 8 === 0 && (bitsAllocated / 8) * samplesPerPixel <= 15,
    encode: (description, pixels) => asIs(description, encodeRle(description, pixels)),
    planar: true,
  },
  "1.2.840.10008.1.2.8.1": {
    takes: ({ bitsAllocated }) => bitsAllocated === 1 || bitsAllocated % 8 === 0,
    encode: (description, pixels) => asIs(description, deflateRawSync(pixels)),
    planar: true,
  },
  // Syntaxes that hold losses as a rule, and code streams without any as well: for who takes them alone (PS3.5 8.2.1, 8.2.3, 8.2.4).
  "1.2.840.10008.1.2.4.91": proved(wholeBytesOfWavelets, encodeJpeg2000, transformed),
  "1.2.840.10008.1.2.4.57": proved(wholeBytes, encodeJpegLossless),
  "1.2.840.10008.1.2.4.81": proved(wholeBytes, encodeJpegLs),
  "1.2.840.10008.1.2.4.203": proved(wholeBytesOfWavelets, encodeHtj2k, transformed),
};

/** The transfer syntaxes that `encodeFrame` writes frames of such a shape in, the most welcome first. */
export const encodableTransferSyntaxes = (shape: FrameShape): readonly string[] =>
  Object.keys(encoders).filter((uid) => encoders[uid]!.takes(shape));

/** Chrominance kept once for two pixels (PS3.3 C.7.6.3.1.2) to once for each: what no compressed frame may leave out. */
function upsampled(description: FrameDescription, pixels: Uint8Array): Uint8Array {
  const { rows, columns, bitsAllocated } = description;
  if (bitsAllocated !== 8)
    throw new ImagingError("unsupported", "Subsampled colour of other than 8 bits is not compressed.");
  const pairs = Math.ceil(columns / 2);
  const result = new Uint8Array(rows * columns * 3);
  for (let row = 0, target = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, target += 3) {
      const pair = (row * pairs + (column >> 1)) * 4;
      result[target] = pixels[pair + (column & 1)]!;
      result[target + 1] = pixels[pair + 2]!;
      result[target + 2] = pixels[pair + 3]!;
    }
  return result;
}

/**
 * Writes decoded pixels (as `decodeFrame` gives them) in a compressed syntax, bit for bit without loss.
 * @throws ImagingError `unsupported` where the syntax has no form for them
 */
export async function encodeFrame(
  description: FrameDescription,
  pixels: Uint8Array,
  transferSyntaxUID: string,
): Promise<EncodedFrame> {
  const encoder = encoders[transferSyntaxUID];
  if (!encoder?.takes(description) || description.floatingPoint)
    throw new ImagingError("unsupported", `Such pixels are not written in ${transferSyntaxUID}.`);
  let shape = description;
  let source = pixels;
  if (/_422$/.test(shape.photometricInterpretation) && shape.samplesPerPixel === 3) {
    source = upsampled(shape, source);
    shape = {
      ...shape,
      photometricInterpretation: shape.photometricInterpretation.replace("_422", ""),
      planarConfiguration: 0,
    };
  }
  if (shape.planarConfiguration === 1 && shape.samplesPerPixel > 1 && !encoder.planar) {
    source = interleave(source, shape.samplesPerPixel, shape.bitsAllocated / 8);
    shape = { ...shape, planarConfiguration: 0 };
  }
  return encoder.encode(shape, source, transferSyntaxUID);
}

/** Decodes a frame and writes it in another syntax. @throws ImagingError */
export async function transcodeFrame(
  description: FrameDescription,
  bytes: Uint8Array,
  transferSyntaxUID: string,
): Promise<EncodedFrame> {
  const {
    bytes: pixels,
    photometricInterpretation,
    planarConfiguration,
  } = await decodeFrame(description, bytes);
  const decoded = { ...description, photometricInterpretation, planarConfiguration };
  return encodeFrame(decoded, pixels, transferSyntaxUID);
}
