import { createRequire } from "node:module";
import { ImagingError } from "../errors.ts";

const require = createRequire(import.meta.url);

export interface FrameInformation {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
}

/** A decoder of the Cornerstone WebAssembly builds: write to the encoded buffer, decode, read the decoded buffer, delete. */
export interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): ArrayLike<number>;
  decode(): void;
  /** JPEG 2000 and HTJ2K only: with the sides halved so many times. */
  decodeSubResolution?(reduction: number, layer: number): void;
  getFrameInfo(): FrameInformation;
  /** JPEG-LS only: 0 by plane, 1 by line, 2 by sample. */
  getInterleaveMode?(): number;
  /** JPEG-LS only: by how much a sample may differ from what was encoded. */
  getNearLossless?(): number;
  delete(): void;
}

interface WasmModule {
  HEAPU8?: Uint8Array;
  [name: string]: unknown;
}

type ModuleFactory = (options: object) => Promise<WasmModule>;

/** The counterpart: write to the decoded buffer, encode, read the encoded buffer, delete. */
export interface WasmEncoder {
  getDecodedBuffer(information: FrameInformation & { isUsingColorTransform: boolean }): Uint8Array;
  getEncodedBuffer(): ArrayLike<number>;
  encode(): void;
  /** JPEG-LS: 0 loses nothing. */
  setNearLossless?(tolerance: number): void;
  /** JPEG-LS: as `getInterleaveMode`. */
  setInterleaveMode?(mode: number): void;
  /** JPEG 2000, HTJ2K: the reversible transform, or one of such a step. */
  setQuality?(lossless: boolean, quantizationStep: number): void;
  setDecompositions?(count: number): void;
  setProgressionOrder?(order: number): void;
  /** HTJ2K: with a table of the tile parts' lengths. */
  setTLMMarker?(there: boolean): void;
  delete(): void;
}

const factories = {
  jpegLs: ["@cornerstonejs/codec-charls/decodewasmjs", "JpegLSDecoder"],
  jpeg2000: ["@cornerstonejs/codec-openjpeg/decodewasmjs", "J2KDecoder"],
  htj2k: ["@cornerstonejs/codec-openjph", "HTJ2KDecoder"],
  jpeg: ["@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs", "JPEGDecoder"],
  jpegLsEncoder: ["@cornerstonejs/codec-charls/wasmjs", "JpegLSEncoder"],
  jpeg2000Encoder: ["@cornerstonejs/codec-openjpeg/wasmjs", "J2KEncoder"],
  htj2kEncoder: ["@cornerstonejs/codec-openjph", "HTJ2KEncoder"],
} as const;

type WasmModuleName = keyof typeof factories;
export type WasmEncoderName = Extract<WasmModuleName, `${string}Encoder`>;
export type WasmCodec = Exclude<WasmModuleName, WasmEncoderName>;

/** WebAssembly memory never shrinks: an instance that has grown over this is given up after the frame that needed it. */
const maxRetainedBytes = 192 * 1024 * 1024;

const loaded = new Map<WasmModuleName, Promise<WasmModule>>();

function load(codec: WasmModuleName): Promise<WasmModule> {
  const known = loaded.get(codec);
  if (known) return known;
  const silent = () => {};
  const factory = require(factories[codec][0]) as ModuleFactory;
  const made = factory({ print: silent, printErr: silent });
  loaded.set(codec, made);
  made.catch(() => loaded.delete(codec));
  return made;
}

/**
 * Decodes one code stream in the codec's WebAssembly instance, which is loaded with the first frame that needs it. An instance in
 * which a decoder failed is not used again: its memory may be damaged.
 * @throws ImagingError `corrupt` where the codec refuses the code stream
 */
export async function decodeWithWasm(
  codec: WasmCodec,
  bytes: Uint8Array,
  reduction = 0,
): Promise<{
  information: FrameInformation;
  decoded: Uint8Array;
  interleaveMode: number | null;
  nearLossless: number;
}> {
  const module = await load(codec);
  const Decoder = module[factories[codec][1]] as new () => WasmDecoder;
  try {
    const decoder = new Decoder();
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    if (reduction > 0 && decoder.decodeSubResolution) decoder.decodeSubResolution(reduction, 0);
    else decoder.decode();
    const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo();
    // A copy: the buffer is a view of the codec's memory, in some builds a clamped one.
    const decoded = new Uint8Array(decoder.getDecodedBuffer());
    const interleaveMode = decoder.getInterleaveMode?.() ?? null;
    const nearLossless = decoder.getNearLossless?.() ?? 0;
    decoder.delete();
    if ((module.HEAPU8?.length ?? 0) > maxRetainedBytes) loaded.delete(codec);
    return {
      information: { width, height, bitsPerSample, componentCount, isSigned },
      decoded,
      interleaveMode,
      nearLossless,
    };
  } catch (error) {
    loaded.delete(codec);
    throw new ImagingError("corrupt", `The ${codec} decoder refused the code stream.`, error);
  }
}

/**
 * Encodes one frame.
 * @param prepare sets the encoder to what it must not lose
 * @param pixels little-endian samples of one byte up to 8 bits, else of two
 * @throws ImagingError `unsupported` where the codec does not take them
 */
export async function encodeWithWasm(
  codec: WasmEncoderName,
  information: FrameInformation & { isUsingColorTransform: boolean },
  pixels: Uint8Array,
  prepare: (encoder: WasmEncoder) => void,
): Promise<Uint8Array> {
  const module = await load(codec);
  const Encoder = module[factories[codec][1]] as new () => WasmEncoder;
  try {
    const encoder = new Encoder();
    encoder.getDecodedBuffer(information).set(pixels);
    prepare(encoder);
    encoder.encode();
    const encoded = new Uint8Array(encoder.getEncodedBuffer());
    encoder.delete();
    if ((module.HEAPU8?.length ?? 0) > maxRetainedBytes) loaded.delete(codec);
    return encoded;
  } catch (error) {
    loaded.delete(codec);
    throw new ImagingError("unsupported", `The ${codec} does not take the frame.`, error);
  }
}

export interface NativeContext {
  getWidth(): number;
  getHeight(): number;
  getBitsAllocated(): number;
  getSamplesPerPixel(): number;
  getDecodedBuffer(): Uint8Array;
  getEncodedBuffer(): Uint8Array;
}

interface NativeCodecsModule {
  log: { setLevel(level: string): void };
  Context: new (attributes: object) => NativeContext;
  NativeCodecs: {
    initializeAsync(): Promise<void>;
    isInitialized(): boolean;
    release(): void;
    wasmApi?: { wasmMemory: { buffer: ArrayBuffer } };
    decodeJpeg(context: NativeContext, parameters: { convertColorspaceToRgb: boolean }): NativeContext;
    decodeJpegXl(context: NativeContext): NativeContext;
    encodeJpeg(context: NativeContext, parameters: { lossy: boolean; predictor: number }): NativeContext;
  };
}

export interface NativeFrame {
  width: number;
  height: number;
  bitsAllocated: number;
  bitsStored: number;
  samplesPerPixel: number;
  pixelRepresentation: number;
  planarConfiguration: number;
  photometricInterpretation: string;
}

/**
 * The native build begins with more memory than is retained, of which a small frame touches little: it is given up after frames larger than this, or where
 * it has grown. Loading it takes longer than most frames.
 */
const largeFrameBytes = 32 * 1024 * 1024;
let nativeInitialBytes = 0;

const nativeMemory = ({ wasmApi }: NativeCodecsModule["NativeCodecs"]): number =>
  wasmApi?.wasmMemory.buffer.byteLength ?? 0;

async function withNative<T>(
  { width, height, samplesPerPixel, bitsAllocated }: NativeFrame,
  run: (codecs: NativeCodecsModule["NativeCodecs"], Context: NativeCodecsModule["Context"]) => T,
): Promise<T> {
  const { NativeCodecs, Context, log } = require("dcmjs-codecs") as NativeCodecsModule;
  while (!NativeCodecs.isInitialized()) {
    log.setLevel("silent");
    await NativeCodecs.initializeAsync();
    nativeInitialBytes = nativeMemory(NativeCodecs);
  }
  try {
    const result = run(NativeCodecs, Context);
    const frameBytes = (width * height * samplesPerPixel * bitsAllocated) / 8;
    if (
      frameBytes > largeFrameBytes ||
      nativeMemory(NativeCodecs) > Math.max(maxRetainedBytes, nativeInitialBytes)
    )
      NativeCodecs.release();
    return result;
  } catch (error) {
    NativeCodecs.release();
    throw error;
  }
}

/**
 * Decodes one code stream with the codecs of `dcmjs-codecs`.
 * @throws ImagingError `corrupt` where the codec refuses the code stream
 */
export function decodeWithNative(
  operation: { codec: "jpeg"; convertToRgb: boolean } | { codec: "jpeg-xl" },
  frame: NativeFrame & { encodedBuffer: Uint8Array },
): Promise<NativeContext> {
  return withNative(frame, (codecs, Context) =>
    operation.codec === "jpeg"
      ? codecs.decodeJpeg(new Context(frame), { convertColorspaceToRgb: operation.convertToRgb })
      : codecs.decodeJpegXl(new Context(frame)),
  ).catch((error: unknown) => {
    throw new ImagingError("corrupt", `The ${operation.codec} decoder refused the code stream.`, error);
  });
}

/**
 * Encodes one frame as lossless JPEG of the first predictor with the codecs of `dcmjs-codecs`.
 * @throws ImagingError `unsupported` where the codec does not take it
 */
export function encodeWithNative(frame: NativeFrame & { decodedBuffer: Uint8Array }): Promise<Uint8Array> {
  return withNative(frame, (codecs, Context) =>
    Uint8Array.from(codecs.encodeJpeg(new Context(frame), { lossy: false, predictor: 1 }).getEncodedBuffer()),
  ).catch((error: unknown) => {
    throw new ImagingError("unsupported", "The jpeg encoder does not take the frame.", error);
  });
}
