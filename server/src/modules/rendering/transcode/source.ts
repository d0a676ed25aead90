import { pipeline } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { createStreamParser, type DataSet, transferSyntax } from "@isocenter/dicom";
import type { Archive, StoredInstance } from "../../archive/index.ts";

export type ObjectReader = Pick<Archive, "openObject" | "openDataSet" | "readFrame">;

/** An archived object without its pixels in memory: its elements, long values `deferred`, and a way to read those. */
export interface Source {
  instance: StoredInstance;
  meta: DataSet | null;
  /** Every element but the pixels'. */
  dataSet: DataSet;
  /** Bytes at an offset of an element of `dataSet`. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
  /** The value of the pixels' element as it is kept. */
  readPixels(): AsyncIterable<Uint8Array>;
}

const isDeflated = (instance: StoredInstance): boolean =>
  transferSyntax(instance.transferSyntaxUID)?.deflated === true;

async function parse(streams: readonly (() => Promise<AsyncIterable<unknown>>)[]) {
  const parser = createStreamParser();
  for (const open of streams) for await (const chunk of await open()) parser.push(chunk as Uint8Array);
  return parser.end();
}

/** The bytes from ... to of a stream that begins at 0. */
async function* cut(chunks: AsyncIterable<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of chunks) {
    const start = Math.max(0, from - at);
    const end = Math.min(chunk.length, to - at);
    if (end > start) yield chunk.subarray(start, end);
    at += chunk.length;
    if (at >= to) return;
  }
}

/** Places in a deflated data set count as if it stood there inflated. */
async function openDeflated(archive: ObjectReader, instance: StoredInstance): Promise<Source> {
  const { meta, dataSet } = await parse([() => archive.openObject(instance)]);
  const { pixels, dataSetOffset } = instance;
  async function* read(offset: number, length: number): AsyncGenerator<Uint8Array> {
    const inflate = createInflateRaw();
    pipeline(await archive.openDataSet(instance), inflate, () => {});
    try {
      yield* cut(inflate, offset - dataSetOffset, offset - dataSetOffset + length);
    } finally {
      inflate.destroy();
    }
  }
  if (pixels) dataSet.elements.delete(pixels.tag);
  return { instance, meta, dataSet, read, readPixels: () => read(pixels!.offset, pixels!.length) };
}

/** Reads what stands around the pixels; of the pixels themselves nothing. @throws DicomError */
export async function openSource(archive: ObjectReader, instance: StoredInstance): Promise<Source> {
  if (isDeflated(instance)) return openDeflated(archive, instance);
  const { pixels, headerLength, trailerOffset } = instance;
  // What stands behind the pixels is read as if it stood in their place.
  const { meta, dataSet } = await parse([
    () => archive.openObject(instance, { start: 0, end: pixels ? headerLength : instance.size }),
    ...(pixels && trailerOffset !== null
      ? [() => archive.openObject(instance, { start: trailerOffset, end: instance.size })]
      : []),
  ]);
  const moved = trailerOffset === null ? 0 : trailerOffset - headerLength;
  async function* read(offset: number, length: number): AsyncGenerator<Uint8Array> {
    const start = pixels && offset >= headerLength ? offset + moved : offset;
    yield* await archive.openObject(instance, { start, end: start + length });
  }
  async function* readPixels(): AsyncGenerator<Uint8Array> {
    const { offset, length } = pixels!;
    yield* await archive.openObject(instance, { start: offset, end: offset + length });
  }
  return { instance, meta, dataSet, read, readPixels };
}

/** A short value, or several fragments, in one. */
export async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all.length === 1 ? all[0]! : Buffer.concat(all);
}
