import { TransferSyntaxes, transferSyntax } from "@isocenter/dicom";
import { decodableTransferSyntaxes, encodableTransferSyntaxes } from "@isocenter/imaging";
import type { StoredInstance } from "../../archive/index.ts";

const {
  ExplicitVRLittleEndian,
  ImplicitVRLittleEndian,
  DeflatedExplicitVRLittleEndian,
  ExplicitVRBigEndian,
  EncapsulatedUncompressedExplicitVRLittleEndian,
} = TransferSyntaxes;

/** The largest length that an element can have (PS3.5 7.1.1), even. */
export const maxElementBytes = 0xff_ff_ff_fe;
const pixelData = 0x7fe00010;

/**
 * Syntaxes whose code streams are legal in others as they stand: a lossless JPEG of the first predictor is one of any predictor, a reversible JPEG 2000 is
 * a JPEG 2000 (PS3.5 A.4).
 */
const carriedBy: Readonly<Record<string, readonly string[]>> = {
  [TransferSyntaxes.JPEGBaseline8Bit]: [TransferSyntaxes.JPEGExtended12Bit],
  [TransferSyntaxes.JPEGLosslessSV1]: [TransferSyntaxes.JPEGLossless],
  [TransferSyntaxes.JPEGLSLossless]: [TransferSyntaxes.JPEGLSNearLossless],
  [TransferSyntaxes.JPEG2000Lossless]: [TransferSyntaxes.JPEG2000],
  [TransferSyntaxes.HTJ2KLosslessRPCL]: [TransferSyntaxes.HTJ2KLossless, TransferSyntaxes.HTJ2K],
  [TransferSyntaxes.HTJ2KLossless]: [TransferSyntaxes.HTJ2K],
  [TransferSyntaxes.JPEGXLLossless]: [TransferSyntaxes.JPEGXL],
  [TransferSyntaxes.JPEGXLJPEGRecompression]: [TransferSyntaxes.JPEGXL],
};

/** The syntaxes in which the object's own fragments may stand. */
export const relabelled = (transferSyntaxUID: string): readonly string[] =>
  carriedBy[transferSyntaxUID] ?? [];

const byCode = (transferSyntaxUID: string): boolean => {
  const syntax = transferSyntax(transferSyntaxUID);
  return syntax === undefined || /^(JPIP|SMPTE)/.test(syntax.keyword);
};

/** Bytes of all frames without compression, as far as the attributes tell. */
function nativeBytes(instance: StoredInstance): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, numberOfFrames } = instance;
  return ((rows ?? 0) * (columns ?? 0) * (samplesPerPixel ?? 1) * (bitsAllocated ?? 8) * numberOfFrames) / 8;
}

/** What the frames can be encoded in, all without loss, the most welcome first. */
function encodings(instance: StoredInstance): readonly string[] {
  const { pixels, numberOfFrames, rows, columns, bitsAllocated, samplesPerPixel } = instance;
  if (pixels?.tag !== pixelData || numberOfFrames === 0 || !rows || !columns) return [];
  // More pictures than Number of Frames says: compressed, what is beyond would be lost without a word.
  if (!pixels.encapsulated && pixels.length >= nativeBytes(instance) * (1 + 1 / numberOfFrames)) return [];
  return encodableTransferSyntaxes({
    rows,
    columns,
    bitsAllocated: bitsAllocated ?? 8,
    samplesPerPixel: samplesPerPixel ?? 1,
  });
}

/**
 * Every transfer syntax that the instance can be given in: as it is kept, then those that need no decoding, then without compression, then compressed
 * without loss. Empty but for the first where its pixels cannot be decoded here.
 */
export function syntaxesFor(instance: StoredInstance): readonly string[] {
  const kept = instance.transferSyntaxUID;
  const syntax = transferSyntax(kept);
  if (!syntax || byCode(kept)) return [kept];
  const native = [ExplicitVRLittleEndian, ImplicitVRLittleEndian];
  const rare = [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian];
  if (!instance.pixels) return [...new Set([kept, ...native, ...rare])];
  const decodable = decodableTransferSyntaxes.includes(kept) && !syntax.video && instance.numberOfFrames > 0;
  if (instance.pixels.encapsulated && !decodable) return [kept, ...relabelled(kept)];
  const fits = nativeBytes(instance) <= maxElementBytes;
  return [
    ...new Set<string>([
      kept,
      ...(instance.pixels.encapsulated ? relabelled(kept) : []),
      ...(fits ? native : []),
      ...(decodable ? encodings(instance) : []),
      ...(fits ? rare : []),
    ]),
  ];
}

/**
 * The transfer syntax to give an instance in: the one it is kept in where that is accepted, else the best that loses nothing of it; null where none fits. What
 * is lossy already comes decoded, never compressed with loss once more.
 */
export const chooseSyntax = (instance: StoredInstance, accepted: ReadonlySet<string>): string | null =>
  syntaxesFor(instance).find((uid) => accepted.has(uid)) ?? null;

/** Whether Pixel Data is native in the syntax. */
export const isNative = (transferSyntaxUID: string): boolean =>
  transferSyntax(transferSyntaxUID)?.encapsulated === false &&
  transferSyntaxUID !== EncapsulatedUncompressedExplicitVRLittleEndian;
