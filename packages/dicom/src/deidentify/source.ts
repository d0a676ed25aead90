import { Deflate } from "fflate";
import { defaultLimits } from "../limits.ts";
import type { ParsedObject } from "../model.ts";
import { DataSetInflater } from "../parser/inflate.ts";
import type { LayoutPart } from "../write/layout.ts";
import type { Blackout } from "./blackout.ts";

const pieceBytes = 64 * 1024;

export interface CopyJob {
  readonly parts: readonly LayoutPart[];
  readonly parsed: ParsedObject;
  /** The object from its first byte. */
  readonly source: () => Promise<AsyncIterable<Uint8Array>>;
  readonly blackout: Blackout | null;
}

/** The bytes of a data set that is laid out over a source, deflated where the source was. */
export async function* copied(job: CopyJob): AsyncGenerator<Uint8Array> {
  if (!job.parsed.deflated) {
    yield* joined(job);
    return;
  }
  const ready: Uint8Array[] = [];
  let length = 0;
  const deflate = new Deflate({ level: 6 }, (bytes) => {
    length += bytes.length;
    if (bytes.length > 0) ready.push(bytes);
  });
  // What is deflated together decides what comes out: always the same pieces, however the source came
  for await (const chunk of inPieces(joined(job))) {
    deflate.push(chunk);
    yield* ready.splice(0);
  }
  deflate.push(new Uint8Array(0), true);
  yield* ready.splice(0);
  // An odd stream is followed by a zero (PS3.5 A.5)
  if (length % 2 === 1) yield new Uint8Array(1);
}

async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(pieceBytes);
  let used = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + pieceBytes - used);
      piece.set(part, used);
      used += part.length;
      at += part.length;
      if (used < pieceBytes) continue;
      yield piece;
      piece = new Uint8Array(pieceBytes);
      used = 0;
    }
  }
  if (used > 0) yield piece.subarray(0, used);
}

async function* joined({ parts, parsed, source, blackout }: CopyJob): AsyncGenerator<Uint8Array> {
  if (parts.every((part) => part instanceof Uint8Array)) {
    yield* parts;
    return;
  }
  const reader = createReader(
    parsed.deflated ? inflated(await source(), parsed.dataSetOffset) : await source(),
  );
  let at = parsed.deflated ? parsed.dataSetOffset : 0;
  try {
    for (const part of parts) {
      if (part instanceof Uint8Array) {
        yield part;
        continue;
      }
      if (part.offset < at) throw new Error("a data set was laid out in another order than its source");
      for await (const _ of reader.take(part.offset - at));
      const isPixels = blackout !== null && part.offset === parsed.pixelData?.offset;
      let within = 0;
      for await (const chunk of reader.take(part.length)) {
        yield isPixels ? blackout.apply(chunk, within) : chunk;
        within += chunk.length;
      }
      at = part.offset + part.length;
    }
  } finally {
    await reader.close();
  }
}

/** Takes runs of bytes from chunks one after another. */
function createReader(chunks: AsyncIterable<Uint8Array>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest = new Uint8Array(0) as Uint8Array;
  return {
    async *take(length: number): AsyncGenerator<Uint8Array> {
      let wanted = length;
      while (wanted > 0) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done) throw new Error("the source is shorter than when it was read first");
          rest = next.value;
        }
        const part = rest.subarray(0, wanted);
        rest = rest.subarray(part.length);
        wanted -= part.length;
        if (part.length > 0) yield part;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** What a deflated data set holds; offsets in it count from where it begins in the file. */
async function* inflated(source: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const inflater = new DataSetInflater(defaultLimits, offset, (bytes) => ready.push(bytes.slice()));
  let at = 0;
  for await (const chunk of source) {
    const from = Math.max(0, offset - at);
    at += chunk.length;
    if (from < chunk.length) inflater.push(chunk.subarray(from));
    yield* ready.splice(0);
  }
  inflater.end();
  yield* ready.splice(0);
}
