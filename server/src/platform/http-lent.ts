import { Readable, type Writable } from "node:stream";

/** Bytes on their way out; `back` is called when the system has taken them, and their memory may be used for something else. */
export interface Lent {
  bytes: Uint8Array;
  back?: () => void;
}

/**
 * Memory that is taken again: left to the garbage collector, every hundred images that are sent cost a walk over the whole heap. What is not
 * given back is lost to it, and nothing else.
 */
export function createSpareMemory({ bytes, most }: { bytes: number; most: number }) {
  const spare: Buffer[] = [];
  return {
    take: (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(bytes),
    /** Nobody else has it any more, and this is the only time that it is given. */
    give(memory: Buffer): void {
      if (spare.length < most) spare.push(memory);
    },
  };
}

/**
 * A body of lent chunks. Piped, it writes them itself, because only who writes learns when the system has taken them; read in any other way it is as every
 * stream, and its memory is not given back.
 */
export class LentBody extends Readable {
  readonly #chunks: AsyncIterator<Lent>;
  #piped = false;

  constructor(chunks: AsyncIterable<Lent>) {
    super({ highWaterMark: 1 << 18 });
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  override _read(): void {
    if (this.#piped) return;
    this.#chunks.next().then(
      ({ done, value }) => void this.push(done ? null : value.bytes),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    // The source's end is not waited for: it may be in the middle of a chunk.
    Promise.resolve(this.#chunks.return?.()).catch(() => {});
    callback(error);
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#piped = true;
    this.#writeTo(destination as unknown as Writable, options?.end ?? true).catch((error: unknown) =>
      this.destroy(error as Error),
    );
    return destination;
  }

  async #writeTo(destination: Writable, end: boolean): Promise<void> {
    while (!this.destroyed) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      const { bytes, back } = value;
      const room = destination.write(bytes, (error) => {
        if (!error) back?.();
      });
      if (!room && !destination.destroyed) await this.#drained(destination);
    }
    if (this.destroyed) return;
    this.push(null);
    this.resume();
    if (end) destination.end();
  }

  /** Also when either of the two is over. */
  #drained(destination: Writable): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        destination.off("drain", done).off("close", done);
        this.off("close", done);
        resolve();
      };
      destination.on("drain", done).on("close", done);
      this.on("close", done);
    });
  }
}
