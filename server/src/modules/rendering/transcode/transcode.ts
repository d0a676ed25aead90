import { Readable } from "node:stream";
import { createDeflateRaw } from "node:zlib";
import {
  type DataSet,
  DicomError,
  fileMeta,
  type Hole,
  outlineDataSet,
  Tags,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import { ImagingError, type ImagingPool } from "@isocenter/imaging";
import { createGate, Refusal } from "../../../platform/index.ts";
import type { StoredInstance } from "../../archive/index.ts";
import { refusalOf as imagingRefusalOf } from "../refusals.ts";
import { evened, turned } from "./bytes.ts";
import { isNative, relabelled, syntaxesFor } from "./choose.ts";
import { decodeIcons } from "./icons.ts";
import { type NewPixels, pixelsFor } from "./pixels.ts";
import { type ObjectReader, openSource, type Source } from "./source.ts";

/** Objects that are made ready at once; being sent is not bounded here, it holds a few frames. */
const maxPreparing = 4;
const maxWaiting = 256;
const chunkBytes = 1 << 18;

export interface Transcoder {
  openAs(instance: StoredInstance, transferSyntaxUID: string): Promise<Readable>;
  openDataSetAs(instance: StoredInstance, transferSyntaxUID: string): Promise<Readable>;
}

export interface TranscoderOptions {
  archive: ObjectReader;
  pool: Pick<ImagingPool, "decode" | "transcode">;
}

const cannot = (code: string, detail: string, cause?: unknown): Refusal =>
  new Refusal("not-acceptable", `transcode.${code}`, detail, { cause });

/** What the object itself hinders is not acceptable; anything else is what it is. */
function refusalOf(error: unknown): unknown {
  if (error instanceof DicomError) return cannot("failed", "The instance cannot be converted.", error);
  return error instanceof ImagingError ? imagingRefusalOf(error) : error;
}

/** The bytes of an outline, its holes filled: the pixels' with the new ones, every other with what the object has there. */
async function* written(
  outline: readonly (Uint8Array | Hole)[],
  source: Source,
  pixels: NewPixels | null,
): AsyncGenerator<Uint8Array> {
  for (const piece of outline) {
    if (piece instanceof Uint8Array) yield piece;
    else if (piece.element === pixels?.element) yield* pixels.open();
    else {
      const { element, wordBytes, pad } = piece;
      const value = source.read(element.offset, element.length);
      yield* element.fragments ? value : turned(evened(value, pad), wordBytes);
    }
  }
}

async function* deflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw();
  const input = Readable.from(chunks, { objectMode: false });
  input.on("error", (error) => deflate.destroy(error));
  input.pipe(deflate);
  try {
    // An odd stream is followed by a zero (PS3.5 A.5).
    yield* evened(deflate, 0);
  } finally {
    input.destroy();
    deflate.destroy();
  }
}

/** Group lengths are retired, and those of groups that change would be wrong. */
function withoutGroupLengths(set: DataSet): void {
  for (const tag of set.elements.keys()) if ((tag & 0xffff) === 0 && tag !== 0) set.elements.delete(tag);
}

/** A stream of the chunks; an error is the error of the stream. */
const streamOf = (chunks: AsyncIterable<Uint8Array>): Readable =>
  Readable.from(chunks, { objectMode: false, highWaterMark: chunkBytes });

async function* mapped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw refusalOf(error);
  }
}

async function* joined(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** Writes archived objects anew in other transfer syntaxes as they are read: memory holds the header and a few frames. */
export function createTranscoder({ archive, pool }: TranscoderOptions): Transcoder {
  const gated = createGate({
    atOnce: maxPreparing,
    maxWaiting,
    refusal: () =>
      new Refusal("unavailable", "transcode.busy", "Too many objects wait to be converted.", {
        retryAfter: 5,
      }),
  });

  function check(instance: StoredInstance, target: string): void {
    if (!transferSyntax(target)) throw cannot("unsupported", "The transfer syntax is not known.");
    if (!syntaxesFor(instance).includes(target))
      throw cannot(
        "unsupported",
        `The instance is kept in ${instance.transferSyntaxUID} and cannot be converted to ${target}.`,
      );
  }

  /** The data set alone. The first frame is made before the answer, so that what cannot be converted is refused and not broken off. */
  async function convert(
    instance: StoredInstance,
    target: string,
  ): Promise<{ source: Source; chunks: AsyncIterable<Uint8Array> }> {
    const source = await openSource(archive, instance);
    let { dataSet } = source;
    const wasNative = !instance.pixels?.encapsulated;
    if (!wasNative) await decodeIcons(pool, source);
    let pixels: NewPixels | null = null;
    if (instance.pixels) {
      pixels = await pixelsFor({ archive, pool, source, target });
      dataSet = pixels.dataSet;
      dataSet.elements.set(instance.pixels.tag, pixels.element);
      if (!(wasNative && isNative(target))) withoutGroupLengths(dataSet);
    }
    dataSet.elements = new Map([...dataSet.elements].sort((a, b) => a[0] - b[0]));
    const chunks = written(outlineDataSet(dataSet, target), source, pixels);
    return { source, chunks: transferSyntax(target)!.deflated ? deflated(chunks) : chunks };
  }

  const head = (instance: StoredInstance, target: string, meta: DataSet | null): Uint8Array => {
    const from = meta && text(meta, Tags.SourceApplicationEntityTitle);
    return fileMeta({
      sopClassUID: instance.SOPClassUID,
      sopInstanceUID: instance.SOPInstanceUID,
      transferSyntaxUID: target,
      ...(from ? { sourceApplicationEntityTitle: from } : {}),
    });
  };

  async function open(instance: StoredInstance, target: string, asFile: boolean): Promise<Readable> {
    check(instance, target);
    try {
      if (relabelled(instance.transferSyntaxUID).includes(target) && instance.pixels?.encapsulated) {
        const dataSet = await archive.openDataSet(instance);
        return asFile ? streamOf(joined(head(instance, target, null), dataSet)) : dataSet;
      }
      const { source, chunks } = await gated(() => convert(instance, target));
      const whole = asFile ? joined(head(instance, target, source.meta), chunks) : chunks;
      return streamOf(mapped(whole));
    } catch (error) {
      throw refusalOf(error);
    }
  }

  return {
    openAs: async (instance, target) =>
      target === instance.transferSyntaxUID ? archive.openObject(instance) : open(instance, target, true),
    openDataSetAs: async (instance, target) =>
      target === instance.transferSyntaxUID ? archive.openDataSet(instance) : open(instance, target, false),
  };
}
