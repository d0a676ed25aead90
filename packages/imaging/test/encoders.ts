import { createRequire } from "node:module";
import type { FrameDescription } from "../src/index.ts";

const require = createRequire(import.meta.url);

interface Encoder {
  getDecodedBuffer(information: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  delete(): void;
  setQuality?(lossless: boolean, quantizationStep: number): void;
  setNearLossless?(error: number): void;
  setInterleaveMode?(mode: number): void;
}

const encoders = {
  jpegLs: ["@cornerstonejs/codec-charls/wasmjs", "JpegLSEncoder"],
  jpeg2000: ["@cornerstonejs/codec-openjpeg/wasmjs", "J2KEncoder"],
  htj2k: ["@cornerstonejs/codec-openjph", "HTJ2KEncoder"],
} as const;

/**
 * Encodes a frame without loss, for tests, or with it.
 * @param lossy JPEG-LS by how much a sample may differ, JPEG 2000 and HTJ2K the step of the irreversible wavelets
 */
export async function encodeLossless(
  codec: keyof typeof encoders,
  description: FrameDescription,
  pixels: Uint8Array,
  interleaveMode = 2,
  lossy = 0,
): Promise<Uint8Array> {
  const [path, name] = encoders[codec];
  const module = await require(path)({ print: () => {}, printErr: () => {} });
  const encoder: Encoder = new module[name]();
  const buffer = encoder.getDecodedBuffer({
    width: description.columns,
    height: description.rows,
    bitsPerSample: description.bitsStored,
    componentCount: description.samplesPerPixel,
    isSigned: description.pixelRepresentation === 1,
    isUsingColorTransform: description.photometricInterpretation === "YBR_RCT",
  });
  const isColour = description.samplesPerPixel === 3;
  buffer.set(
    codec === "htj2k" && isColour && description.photometricInterpretation !== "YBR_RCT"
      ? componentAfterComponent(description, pixels)
      : pixels,
  );
  encoder.setQuality?.(lossy === 0, lossy);
  encoder.setNearLossless?.(lossy);
  if (codec === "jpegLs" && description.samplesPerPixel > 1) encoder.setInterleaveMode?.(interleaveMode);
  encoder.encode();
  const encoded = new Uint8Array(encoder.getEncodedBuffer());
  encoder.delete();
  return encoded;
}

/**
 * Colour of one byte in the order in which the build of HTJ2K takes lines that it does not transform: it writes those of one component after those
 * of the other, and takes one of each in turn. OpenJPEG reads what comes of it as the picture that it is.
 */
function componentAfterComponent({ rows, columns }: FrameDescription, pixels: Uint8Array): Uint8Array {
  const arranged = new Uint8Array(pixels.length);
  for (let line = 0; line < rows * 3; line++)
    for (let column = 0; column < columns; column++)
      arranged[(Math.floor(line / 3) * columns + column) * 3 + (line % 3)] =
        pixels[((line % rows) * columns + column) * 3 + Math.floor(line / rows)]!;
  return arranged;
}

/** Encodes a frame with the codecs of dcmjs-codecs, for tests. */
export async function encodeNative(
  method: "encodeRle" | "encodeJpeg" | "encodeJpegXl",
  description: FrameDescription,
  pixels: Uint8Array,
  parameters: object = {},
): Promise<Uint8Array> {
  const { NativeCodecs, Context, log } = require("dcmjs-codecs");
  log.setLevel("silent");
  if (!NativeCodecs.isInitialized()) await NativeCodecs.initializeAsync();
  const context = new Context({
    width: description.columns,
    height: description.rows,
    bitsAllocated: description.bitsAllocated,
    bitsStored: description.bitsStored,
    samplesPerPixel: description.samplesPerPixel,
    pixelRepresentation: description.pixelRepresentation,
    planarConfiguration: description.planarConfiguration,
    photometricInterpretation: description.photometricInterpretation,
    decodedBuffer: pixels,
  });
  return NativeCodecs[method](context, parameters).getEncodedBuffer();
}

/** A grey frame's description; 12 bits of 16 unless told otherwise. */
export function greyFrame(more: Partial<FrameDescription> = {}): FrameDescription {
  const bitsAllocated = more.bitsAllocated ?? 16;
  const bitsStored = more.bitsStored ?? (bitsAllocated === 16 ? 12 : bitsAllocated);
  return {
    rows: 37,
    columns: 53,
    samplesPerPixel: 1,
    photometricInterpretation: "MONOCHROME2",
    planarConfiguration: 0,
    bitsAllocated,
    bitsStored,
    highBit: bitsStored - 1,
    pixelRepresentation: 0,
    transferSyntaxUID: "1.2.840.10008.1.2.1",
    ...more,
  };
}

export function colourFrame(more: Partial<FrameDescription> = {}): FrameDescription {
  return greyFrame({ bitsAllocated: 8, samplesPerPixel: 3, photometricInterpretation: "RGB", ...more });
}

/** A smooth picture with some texture, the same every time. */
export function picture(description: FrameDescription): Uint8Array {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored, pixelRepresentation } = description;
  const samples = rows * columns * samplesPerPixel;
  const maximum = 2 ** bitsStored;
  const bytes = new Uint8Array((samples * bitsAllocated) / 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples; i++) {
    const pixel = Math.floor(i / samplesPerPixel);
    const slope = (pixel % columns) / columns + Math.floor(pixel / columns) / rows;
    const texture = ((pixel * 2654435761) >>> 24) / 256;
    const value = Math.floor(((slope * 0.45 + texture * 0.1 + (i % samplesPerPixel) * 0.01) % 1) * maximum);
    const stored = pixelRepresentation === 1 ? value - maximum / 2 : value;
    if (bitsAllocated === 8) view.setUint8(i, stored & 0xff);
    else if (bitsAllocated === 16) view.setUint16(2 * i, stored & 0xffff, true);
    else view.setUint32(4 * i, stored, true);
  }
  return bytes;
}
