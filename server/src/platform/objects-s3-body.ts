import { Readable } from "node:stream";
import { storeUnavailable } from "./objects-s3-requests.ts";

/**
 * The answer's bytes as a stream that errors, never ends, where fewer came than were announced or none for too long. The time runs only
 * while somebody waits for bytes.
 */
export function bodyStream(source: Readable, length: number, idleTimeoutMs: number): Readable {
  // An error before the first read must wait for it, not end the process.
  source.on("error", () => {});
  const stream = Readable.from(wholeBody(source, length, idleTimeoutMs), {
    objectMode: false,
    highWaterMark: 64 << 10,
  });
  stream.once("close", () => source.destroy());
  return stream;
}

/** @throws Refusal `unavailable` (`store.unavailable`) */
async function* wholeBody(
  source: Readable,
  length: number,
  idleTimeoutMs: number,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
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
      yield next.value as Buffer;
    }
    if (left !== 0) throw new Error(`${left} bytes did not come`);
  } catch (error) {
    throw storeUnavailable("GetObject", error);
  } finally {
    source.destroy();
  }
}
