import {
  type DataSet,
  DicomError,
  fileMeta,
  number,
  readPart10,
  Tags,
  TransferSyntaxes,
  transferSyntax,
  withElements,
  writeDataSet,
  writePart10,
} from "@isocenter/dicom";
import { decodableTransferSyntaxes } from "@isocenter/imaging";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import type { DecodedPixels, Rendering } from "../../modules/rendering/index.ts";
import { Refusal, type Viewer } from "../../platform/index.ts";

const explicitLittleEndian = TransferSyntaxes.ExplicitVRLittleEndian;

/** Objects over this size are not taken into memory to be written anew. */
const maxObjectBytes = 256 * 1024 * 1024;
/** The largest length that Pixel Data can have (PS3.5 7.1.1), even. */
const maxPixelBytes = 0xff_ff_ff_fe;
/** Conversions at once in this process; each holds one object. */
const maxConversions = 2;
const maxConversionsWaiting = 64;

export interface ConvertedObject {
  /** In bytes. */
  size: number;
  body: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Writes archived objects anew in Explicit VR Little Endian, decoding what is compressed. */
export interface Transcoder {
  /** Whether it can be tried; what stands in the object may still hinder it. */
  canConvert(instance: StoredInstance): boolean;
  /** @throws Refusal `not-acceptable` (`transcode.*`), `unavailable` (`transcode.busy`) */
  convert(viewer: Viewer, instance: StoredInstance): Promise<ConvertedObject>;
}

export interface TranscoderDeps {
  archive: Pick<Archive, "openObject">;
  rendering: Pick<Rendering, "decodeFrame">;
}

const cannot = (code: string, detail: string, cause?: unknown): Refusal =>
  new Refusal(
    "not-acceptable",
    `transcode.${code}`,
    `${detail} Ask for transfer-syntax=* to get it as it is stored.`,
    {
      cause,
    },
  );

function canConvert(instance: StoredInstance): boolean {
  const syntax = transferSyntax(instance.transferSyntaxUID);
  if (!syntax || instance.size > maxObjectBytes) return false;
  return !syntax.encapsulated || instance.pixels === null || decodableTransferSyntaxes.includes(syntax.uid);
}

/** What the object itself hinders is not acceptable; anything else is what it is. */
const refusalOf = (error: unknown): unknown =>
  error instanceof DicomError ? cannot("failed", "The instance cannot be converted.", error) : error;

/** A gate for so many at once; those after wait, and when too many wait, they are refused. */
function gate(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= maxConversions) {
      if (waiting.length >= maxConversionsWaiting)
        throw new Refusal("unavailable", "transcode.busy", "Too many objects wait to be converted.", {
          retryAfter: 5,
        });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

const part = (dataSet: DataSet, keep: (tag: number) => boolean): Uint8Array =>
  writeDataSet(
    { ...dataSet, elements: new Map([...dataSet.elements].filter(([tag]) => keep(tag))) },
    explicitLittleEndian,
  );

function pixelDataHeader(vr: "OB" | "OW", length: number): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt16LE(0x7fe0, 0);
  header.writeUInt16LE(0x0010, 2);
  header.write(vr, 4, "latin1");
  header.writeUInt32LE(length, 8);
  return header;
}

export function createTranscoder({ archive, rendering }: TranscoderDeps): Transcoder {
  const gated = gate();

  async function wholeObject(instance: StoredInstance): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await archive.openObject(instance)) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  }

  async function decode(
    viewer: Viewer,
    instance: StoredInstance,
    dataSet: DataSet,
  ): Promise<ConvertedObject> {
    const frame = (at: number): Promise<DecodedPixels> => rendering.decodeFrame(viewer, instance, at);
    const bitsAllocated = number(dataSet, Tags.BitsAllocated) ?? 8;
    const first = await frame(1);
    const frameLength = first.bytes.length;
    const pixelLength = frameLength * instance.numberOfFrames;
    const padded = pixelLength + (pixelLength % 2);
    if (padded > maxPixelBytes)
      throw cannot("too-large", "The decoded pixels are larger than an element can be.");
    if (
      bitsAllocated === 1 &&
      ((instance.rows ?? 0) * (instance.columns ?? 0)) % 8 !== 0 &&
      instance.numberOfFrames > 1
    )
      throw cannot("unsupported", "Frames of single bits that share bytes are not joined.");
    const changed = withElements(dataSet, {
      PhotometricInterpretation: first.photometricInterpretation,
      ...((number(dataSet, Tags.SamplesPerPixel) ?? 1) > 1
        ? { PlanarConfiguration: first.planarConfiguration }
        : {}),
    });
    const head = Buffer.concat([
      fileMeta({
        sopClassUID: instance.SOPClassUID,
        sopInstanceUID: instance.SOPInstanceUID,
        transferSyntaxUID: explicitLittleEndian,
      }),
      // Without the offset tables of compressed frames (PS3.3 C.7.6.3.1.8), which stand just before.
      part(changed, (tag) => tag < Tags.ExtendedOffsetTable),
      pixelDataHeader(bitsAllocated > 8 ? "OW" : "OB", padded),
    ]);
    const tail = part(changed, (tag) => tag > Tags.PixelData);
    async function* body(): AsyncGenerator<Uint8Array> {
      yield head;
      yield first.bytes;
      for (let next = 2; next <= instance.numberOfFrames; next += 1) {
        const { bytes } = await frame(next);
        if (bytes.length !== frameLength) throw cannot("corrupt", "The frames are not of one size.");
        yield bytes;
      }
      if (padded > pixelLength) yield new Uint8Array(1);
      yield tail;
    }
    return { size: head.length + padded + tail.length, body: body() };
  }

  return {
    canConvert,
    convert: (viewer, instance) =>
      gated(async () => {
        if (!canConvert(instance)) throw cannot("unsupported", "The instance cannot be converted.");
        try {
          const { dataSet } = readPart10(await wholeObject(instance));
          const encapsulated = transferSyntax(instance.transferSyntaxUID)?.encapsulated ?? false;
          if (encapsulated && instance.pixels !== null) return await decode(viewer, instance, dataSet);
          const bytes = writePart10({ dataSet, transferSyntaxUID: explicitLittleEndian });
          return { size: bytes.length, body: bytes };
        } catch (error) {
          throw refusalOf(error);
        }
      }),
  };
}
