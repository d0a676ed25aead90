import { getWebWorkerManager } from "@cornerstonejs/core";
import { isUncompressed, type PixelDescription } from "./description.ts";
import { maskUnusedBits, unpackBits } from "./gray.ts";

export interface DecodedPixels {
  samples: ArrayLike<number> & { length: number };
  /** Samples of a colour lie plane after plane. */
  planar: boolean;
}

interface DecodedFrame {
  pixelData: ArrayLike<number> & { length: number };
  rows: number;
  columns: number;
  interleaveMode?: number;
}

const bigEndian = "1.2.840.10008.1.2.2";

/** Turns the bytes of a frame into samples, in a worker of the DICOM image loader. Throws in words that can be shown. */
export async function decodePixels(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
  transferSyntaxUid: string,
): Promise<DecodedPixels> {
  const { rows, columns, samplesPerPixel } = description;
  const count = rows * columns * samplesPerPixel;
  if (isUncompressed(transferSyntaxUid)) {
    const subsampled = description.photometricInterpretation.includes("422");
    const bits = count * description.bitsAllocated * (subsampled ? 2 / 3 : 1);
    if (transferSyntaxUid !== "1.2.840.10008.1.2.8.1" && bytes.length < Math.ceil(bits / 8)) {
      throw new Error("The archive sent fewer pixels than the image says it has.");
    }
    if (description.bitsAllocated === 1) return { samples: unpackBits(bytes, count), planar: false };
    if (description.bitsAllocated === 64) return { samples: doubles(bytes, count), planar: false };
  }
  const little = isUncompressed(transferSyntaxUid) && transferSyntaxUid !== bigEndian;
  const frame = await decodeInWorker(
    little ? maskUnusedBits(bytes, description) : bytes,
    description,
    transferSyntaxUid,
  );
  const isJpegLs = /\.4\.8[01]$/.test(transferSyntaxUid);
  const planar = isJpegLs
    ? frame.interleaveMode === 0
    : (isUncompressed(transferSyntaxUid) || transferSyntaxUid === "1.2.840.10008.1.2.5") &&
      description.planarConfiguration === 1;
  if (frame.rows !== rows || frame.columns !== columns) {
    throw new Error(
      `The picture inside is ${frame.columns} × ${frame.rows}, the image says ${columns} × ${rows}.`,
    );
  }
  return { samples: frame.pixelData, planar };
}

async function decodeInWorker(
  pixelData: Uint8Array,
  description: PixelDescription,
  transferSyntax: string,
): Promise<DecodedFrame> {
  try {
    return (await getWebWorkerManager().executeTask("dicomImageLoader", "decodeTask", {
      imageFrame: description,
      transferSyntax,
      pixelData,
      decodeConfig: {},
      options: { preScale: { enabled: false } },
    })) as DecodedFrame;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      /no decoder/i.test(reason)
        ? "This picture's compression cannot be shown here."
        : `The picture is damaged and cannot be decoded (${reason.slice(0, 120)}).`,
    );
  }
}

function doubles(bytes: Uint8Array, count: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true));
}
