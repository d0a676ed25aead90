import { DimseError } from "./errors.ts";
import { hold, release } from "./received.ts";

/**
 * The bytes of a data set on their way from the socket to one consumer: what is queued is bounded, because the socket is paused
 * (`onFull`) above the mark and resumed (`onDrained`) below half of it.
 */
export interface ChunkQueue extends AsyncIterable<Uint8Array> {
  /** Empty chunks are dropped. Held for the consumer, who may `release` each when it is done with it. */
  push(chunk: Uint8Array): void;
  end(): void;
  /** The consumer gets this error, in place of what it has not read yet. */
  fail(error: Error): void;
  /** Nobody reads on: what is queued and what still comes is dropped. */
  discard(): void;
  /** Resolves when `end` was called, rejects when `fail` was. */
  readonly ended: Promise<void>;
  /** Bytes that came through `push`. */
  readonly received: number;
}

/** What a chunk costs beside its bytes: a peer that sends crumbs must not fill the memory with their wrapping. */
const chunkOverhead = 128;
/** So many chunks that were taken may stay before the queue is cut: cutting after each would cost as much as it holds. */
const takenKept = 32;

/**
 * A queue from the connection to whoever reads the data set.
 * @param highWaterMark in bytes, with what each chunk costs beside its own: `onFull` is called above it, `onDrained` when it is below again
 */
export function createChunkQueue(
  highWaterMark: number,
  onFull: () => void,
  onDrained: () => void,
): ChunkQueue {
  let chunks: Uint8Array[] = [];
  let head = 0;
  let weight = 0;
  let full = false;
  let received = 0;
  let state: "open" | "ended" | "failed" = "open";
  let failure: Error | undefined;
  let discarding = false;
  let taken = false;
  let waiting: { resolve(result: IteratorResult<Uint8Array>): void; reject(error: Error): void } | undefined;
  const ending = Promise.withResolvers<void>();
  ending.promise.catch(() => {});

  function lighten(): void {
    if (full && weight <= highWaterMark / 2) {
      full = false;
      onDrained();
    }
  }

  function drop(): void {
    for (const chunk of chunks.slice(head)) release(chunk);
    chunks = [];
    head = 0;
    weight = 0;
    lighten();
  }

  function shift(): Uint8Array {
    const chunk = chunks[head]!;
    head += 1;
    // A consumer that is always behind never empties the queue: what it has taken must not stay in it.
    if (head === chunks.length || head >= takenKept) {
      chunks = chunks.slice(head);
      head = 0;
    }
    weight -= chunk.length + chunkOverhead;
    lighten();
    return chunk;
  }

  const done = { done: true, value: undefined } as const;

  function next(): Promise<IteratorResult<Uint8Array>> {
    if (state === "failed") return Promise.reject(failure);
    if (discarding) return Promise.resolve(done);
    if (head < chunks.length) return Promise.resolve({ done: false, value: shift() });
    if (state === "ended") return Promise.resolve(done);
    if (waiting)
      return Promise.reject(
        new DimseError("invalid", "a data set has one reader, which waits for each chunk"),
      );
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  }

  function settle(): void {
    const waiter = waiting;
    waiting = undefined;
    if (!waiter) return;
    if (state === "failed") waiter.reject(failure!);
    else waiter.resolve(done);
  }

  return {
    push(chunk) {
      if (state !== "open") return;
      received += chunk.length;
      if (discarding || chunk.length === 0) return;
      hold(chunk);
      if (waiting) {
        const waiter = waiting;
        waiting = undefined;
        waiter.resolve({ done: false, value: chunk });
        return;
      }
      chunks.push(chunk);
      weight += chunk.length + chunkOverhead;
      if (!full && weight > highWaterMark) {
        full = true;
        onFull();
      }
    },
    end() {
      if (state !== "open") return;
      state = "ended";
      ending.resolve();
      if (waiting) settle();
    },
    fail(error) {
      if (state === "failed") return;
      if (state === "open") ending.reject(error);
      state = "failed";
      failure = error;
      drop();
      settle();
    },
    discard() {
      discarding = true;
      drop();
      settle();
    },
    get ended() {
      return ending.promise;
    },
    get received() {
      return received;
    },
    [Symbol.asyncIterator]() {
      if (taken) throw new DimseError("invalid", "a data set can be read once");
      taken = true;
      return {
        next,
        return: () => {
          discarding = true;
          drop();
          return Promise.resolve(done);
        },
      };
    },
  };
}

/** All chunks in one buffer. @throws DimseError `too-large` beyond the limit; the rest is then dropped */
export async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) throw new DimseError("too-large", `more than ${maxBytes} bytes`);
    parts.push(chunk);
  }
  return parts.length === 1 ? Buffer.from(parts[0]!) : Buffer.concat(parts, total);
}
