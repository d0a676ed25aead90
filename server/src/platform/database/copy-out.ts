import type { Readable } from "node:stream";
import type { Tx } from "./database.ts";

/**
 * What `copy … to stdout` answers, as it comes; PostgreSQL waits while nobody reads. Whoever stops early pays for the rest, which is read and let go,
 * because the connection brings nothing else before it.
 */
export async function* copyOut(tx: Tx, statement: string): AsyncGenerator<Buffer> {
  const stream: Readable = await tx.unsafe(statement).readable();
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } finally {
    for await (const _rest of stream);
    // The library lets the connection rest when the stream is full and wakes it when more is asked of the stream. A stream that was told its end while it was
    // full is never asked again, and the next statement would wait for its answer for ever.
    stream._read(0);
  }
}
