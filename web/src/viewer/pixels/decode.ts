import { getWebWorkerManager } from "@cornerstonejs/core";
import { linesInPlace, transformsComponents } from "@isocenter/presentation";
import { t } from "../../words/words.ts";
import { isUncompressed, type PixelDescription } from "./description.ts";
import { maskUnusedBits, unpackBits } from "./gray.ts";
import {
  actualJpegSyntax,
  libjpegConvertsColor,
  readJpegHeader,
  withoutColorTransform,
} from "./jpeg-header.ts";
import { decodeRle } from "./rle.ts";

export interface DecodedPixels {
  samples: ArrayLike<number> & { length: number };
  /** Samples of a colour lie plane after plane. */
  planar: boolean;
  /** The colour space of the samples, as a Photometric Interpretation. */
  photometric: string;
}

interface DecodedFrame {
  pixelData: ArrayLike<number> & { length: number };
  rows: number;
  columns: number;
  interleaveMode?: number;
}

const rle = "1.2.840.10008.1.2.5";
const bigEndian = "1.2.840.10008.1.2.2";
const deflatedFrames = "1.2.840.10008.1.2.8.1";

/** Turns the bytes of a frame into samples, most of it in a worker of the DICOM image loader. Throws in words that can be shown. */
export async function decodePixels(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  transferSyntaxUid: string,
): Promise<DecodedPixels> {
  const declared = description.photometricInterpretation;
  if (isUncompressed(transferSyntaxUid)) {
    const planar = description.planarConfiguration === 1;
    return {
      samples: await uncompressed(bytes, description, transferSyntaxUid),
      planar,
      photometric: declared,
    };
  }
  if (transferSyntaxUid === rle && description.bitsAllocated >= 8) {
    const samples = decodeRle(bytes, description);
    return { samples: signed(samples, description), planar: false, photometric: declared };
  }
  if (/\.4\.(5[0-9]|70)$/.test(transferSyntaxUid)) return jpeg(bytes, description, transferSyntaxUid);
  const mixed = mixesLines(bytes, description, transferSyntaxUid);
  const frame = await decodeInWorker(bytes, description, transferSyntaxUid);
  const isJpegLs = /\.4\.8[01]$/.test(transferSyntaxUid);
  // JPEG 2000 and JPEG XL undo their own colour transform; a picture that is declared YBR_FULL was encoded without one.
  const photometric = isJpegLs || declared === "YBR_FULL" || declared === "PALETTE COLOR" ? declared : "RGB";
  const samples = mixed ? linesInPlace(frame.pixelData, description) : frame.pixelData;
  return { samples, planar: isJpegLs && frame.interleaveMode === 0, photometric };
}

const htj2k = /^1\.2\.840\.10008\.1\.2\.4\.20[123]$/;
/** HTJ2K, whose code streams are mostly ordered from coarse to fine. */
export const isHtj2k = (transferSyntaxUid: string | undefined): boolean =>
  transferSyntaxUid !== undefined && htj2k.test(transferSyntaxUid);

/** Whether the decoder mixes the lines of the colours. Asked before the bytes go to it, which may take them away. */
const mixesLines = (bytes: Uint8Array, { samplesPerPixel }: PixelDescription, syntax: string): boolean =>
  samplesPerPixel > 1 && isHtj2k(syntax) && !transformsComponents(bytes);

/**
 * The coarse picture that the beginning of an HTJ2K frame holds, with the sides halved `halvings` times.
 * @returns the samples, and the description of the picture that they are
 * @throws where what is there does not hold it
 */
export async function decodeBeginning(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  transferSyntaxUid: string,
  halvings: number,
): Promise<DecodedPixels & { description: PixelDescription }> {
  const halved = (side: number) => Math.ceil(side / 2 ** halvings);
  const small = { ...description, rows: halved(description.rows), columns: halved(description.columns) };
  const mixed = mixesLines(bytes, description, transferSyntaxUid);
  const { pixelData } = await runDecodeTask(
    bytes,
    { ...small, decodeLevel: halvings } as PixelDescription,
    transferSyntaxUid,
  );
  const declared = description.photometricInterpretation;
  return {
    samples: mixed ? linesInPlace(pixelData, small) : pixelData,
    planar: false,
    photometric: declared === "YBR_FULL" || declared === "PALETTE COLOR" ? declared : "RGB",
    description: small,
  };
}

async function uncompressed(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  transferSyntaxUid: string,
) {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation } = description;
  const count = rows * columns * samplesPerPixel;
  const bits = count * bitsAllocated * (photometricInterpretation.includes("422") ? 2 / 3 : 1);
  if (transferSyntaxUid !== deflatedFrames && bytes.length < Math.ceil(bits / 8)) {
    throw new Error(t("The archive sent fewer pixels than the image says it has."));
  }
  if (bitsAllocated === 1 && transferSyntaxUid !== deflatedFrames) return unpackBits(bytes, count);
  if (bitsAllocated === 64) return doubles(bytes, count);
  // Cells must lie on an address that is a multiple of their size.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  if (transferSyntaxUid === bigEndian || transferSyntaxUid === deflatedFrames)
    return (await decodeInWorker(aligned, description, transferSyntaxUid)).pixelData;
  return cellsOf(maskUnusedBits(aligned, description), description);
}

/** Little-endian cells as they lie: a worker would have to be started for them, and they copied to it and back. */
function cellsOf(bytes: Uint8Array<ArrayBuffer>, description: PixelDescription): DecodedPixels["samples"] {
  const { bitsAllocated, bitsStored, pixelRepresentation } = description;
  const { buffer, byteOffset, length } = bytes;
  if (bitsAllocated === 8) return signed(bytes, description);
  if (bitsAllocated === 16) {
    if (pixelRepresentation !== 1) return new Uint16Array(buffer, byteOffset, length >> 1);
    const cells = new Int16Array(buffer, byteOffset, length >> 1);
    const shift = 32 - bitsStored;
    if (bitsStored < 16) for (let i = 0; i < cells.length; i++) cells[i] = (cells[i]! << shift) >> shift;
    return cells;
  }
  if (bitsAllocated !== 32) throw new Error(t("This picture's compression cannot be shown here."));
  if (pixelRepresentation === undefined) return new Float32Array(buffer, byteOffset, length >> 2);
  const cells = new Uint32Array(buffer, byteOffset, length >> 2);
  return pixelRepresentation === 1 ? signed(cells, description) : cells;
}

async function jpeg(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  transferSyntaxUid: string,
): Promise<DecodedPixels> {
  const declared = description.photometricInterpretation;
  const header = readJpegHeader(bytes);
  const actual = actualJpegSyntax(transferSyntaxUid, header);
  const isBaseline = actual.endsWith(".50");
  const saysNothing = header !== undefined && !header.hasJfif && header.adobeTransform === undefined;
  const isPlainRgb = isBaseline && declared === "RGB" && saysNothing;
  const frame = await decodeInWorker(isPlainRgb ? withoutColorTransform(bytes) : bytes, description, actual);
  const converted = isBaseline && header !== undefined && libjpegConvertsColor(header) && !isPlainRgb;
  return { samples: frame.pixelData, planar: false, photometric: converted ? "RGB" : declared };
}

async function decodeInWorker(
  pixelData: Uint8Array,
  description: PixelDescription,
  transferSyntax: string,
): Promise<DecodedFrame> {
  const frame = await runDecodeTask(pixelData, description, transferSyntax);
  if (frame.rows !== description.rows || frame.columns !== description.columns) {
    const inside = `${frame.columns} × ${frame.rows}`;
    throw new Error(
      t("The picture inside is {inside}, the image says {said}.", {
        inside,
        said: `${description.columns} × ${description.rows}`,
      }),
    );
  }
  return frame;
}

async function runDecodeTask(pixelData: Uint8Array, imageFrame: PixelDescription, transferSyntax: string) {
  try {
    return (await getWebWorkerManager().executeTask("dicomImageLoader", "decodeTask", {
      imageFrame,
      transferSyntax,
      pixelData,
      decodeConfig: {},
      options: { preScale: { enabled: false } },
    })) as DecodedFrame;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      /no decoder/i.test(reason)
        ? t("This picture's compression cannot be shown here.")
        : t("The picture is damaged and cannot be decoded ({reason}).", { reason: reason.slice(0, 120) }),
    );
  }
}

/** Stored bits with their sign (PS3.5 8.1.1). */
function signed(
  samples: Uint8Array | Uint16Array | Uint32Array,
  description: PixelDescription,
): DecodedPixels["samples"] {
  if (description.pixelRepresentation !== 1) return samples;
  const shift = 32 - description.bitsStored;
  return Int32Array.from(samples, (sample) => (sample << shift) >> shift);
}

function doubles(bytes: Uint8Array, count: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true));
}
