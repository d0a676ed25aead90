import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Refusal } from "../refusal.ts";

export interface BodyOptions {
  /** How many bytes were announced. */
  length: number;
  /** What the store says of all these bytes, if it does. */
  md5?: Uint8Array | undefined;
  idleTimeoutMs: number;
  /** What the reader gets to see of an error. */
  unavailable(error: unknown): Refusal;
}

/**
 * The answer's bytes as a stream that errors, never ends, where other bytes came than were announced or none for too long. The time runs only
 * while somebody waits for bytes.
 */
export function bodyStream(source: Readable, options: BodyOptions): Readable {
  // An error before the first read must wait for it, not end the process.
  source.on("error", () => {});
  const stream = Readable.from(wholeBody(source, options), {
    objectMode: false,
    highWaterMark: 64 << 10,
  });
  stream.once("close", () => source.destroy());
  return stream;
}

/** @throws Refusal `unavailable` (`store.unavailable`) */
async function* wholeBody(
  source: Readable,
  { length, md5, idleTimeoutMs, unavailable }: BodyOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  const hash = md5 === undefined ? null : createHash("md5");
  let left = length;
  try {
    for (;;) {
      const timer = setTimeout(
        () => source.destroy(new Error(`stood still for ${idleTimeoutMs} ms`)),
        idleTimeoutMs,
      );
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) break;
      left -= (next.value as Buffer).length;
      hash?.update(next.value as Buffer);
      yield next.value as Buffer;
    }
    if (left !== 0) throw new Error(`${left} bytes did not come`);
    if (hash && md5 && !hash.digest().equals(md5)) throw new Error("the bytes were damaged on their way");
  } catch (error) {
    throw unavailable(error);
  } finally {
    source.destroy();
  }
}
