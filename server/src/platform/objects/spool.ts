import { createHash, type Hash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { writeAll } from "./write.ts";

/** A stretch of the object that is sent in one request, with the hash that the store compares. */
export interface SpooledPart {
  start: number;
  end: number;
  hash: Buffer;
}

/** An object set aside whole, so that it can be sent with its length and sent again. */
export interface SpooledObject {
  size: number;
  /** At least one, in order, all but the last of the spool's part size. */
  parts: readonly SpooledPart[];
  /** Of all bytes. */
  hash: Buffer;
  /** The bytes of a part. `moved` is told each time that some were taken. */
  open(part: SpooledPart, moved: () => void): Readable | Buffer;
  close(): Promise<void>;
}

export interface SpoolOptions {
  partBytes: number;
  /** An object up to this size is kept in memory; a longer one goes to the disk. */
  memoryBytes: number;
  hash: "sha256" | "md5";
}

const readBytes = 256 << 10;

/**
 * Sets objects aside in a folder. A file loses its name as soon as it is open, so that none outlives its object, its error or this process.
 */
export function createSpool(folder: string, { partBytes, memoryBytes, hash }: SpoolOptions) {
  let prepared: Promise<void> | null = null;

  /** What a process left that died between opening a file and taking its name away. */
  async function prepare(): Promise<void> {
    await fs.mkdir(folder, { recursive: true, mode: 0o750 });
    for (const name of await fs.readdir(folder)) await fs.rm(path.join(folder, name), { force: true });
  }

  async function namelessFile(): Promise<fs.FileHandle> {
    const file = path.join(folder, randomUUID());
    const handle = await fs.open(file, "wx+", 0o600);
    try {
      await fs.rm(file, { force: true });
    } catch (error) {
      await handle.close();
      throw error;
    }
    return handle;
  }

  async function toFile(
    held: readonly Uint8Array[],
    rest: AsyncIterable<Uint8Array>,
    known: Hashed,
  ): Promise<SpooledObject> {
    const handle = await namelessFile();
    try {
      async function* all() {
        yield* held;
        yield* rest;
      }
      const size = await writeAll(handle.fd, all());
      return {
        size,
        ...known,
        open: (part, moved) =>
          Readable.from(readPart(handle, part, moved), { objectMode: false, highWaterMark: readBytes }),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  return {
    prepare: () => (prepared ??= prepare()),

    /** @throws what the source throws, and the signal's reason; nothing is left then */
    async take(bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<SpooledObject> {
      await this.prepare();
      const known: Hashed = { parts: [], hash: Buffer.alloc(0) };
      const source = hashing(bytes, { algorithm: hash, partBytes }, known, signal);
      const held: Uint8Array[] = [];
      let heldBytes = 0;
      try {
        while (heldBytes <= memoryBytes) {
          const next = await source.next();
          if (next.done) return inMemory(Buffer.concat(held), known);
          held.push(next.value);
          heldBytes += next.value.length;
        }
        return await toFile(held, source, known);
      } finally {
        await source.return(undefined);
      }
    },
  };
}

export type ObjectSpool = ReturnType<typeof createSpool>;

const inMemory = (bytes: Buffer, known: Hashed): SpooledObject => ({
  size: bytes.length,
  ...known,
  open: ({ start, end }) => bytes.subarray(start, end),
  close: async () => {},
});

/** What is known of the bytes once all have passed. */
interface Hashed {
  parts: SpooledPart[];
  /** Of all bytes. */
  hash: Buffer;
}

/** Passes the chunks on and hashes them, part by part and whole. */
async function* hashing(
  bytes: AsyncIterable<Uint8Array>,
  { algorithm, partBytes }: { algorithm: SpoolOptions["hash"]; partBytes: number },
  known: Hashed,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const whole = createHash(algorithm);
  // The first part is hashed with the whole: most objects have no other.
  let part: Hash | null = null;
  let start = 0;
  let end = 0;
  const finishPart = () => {
    known.parts.push({ start, end, hash: (part ?? whole.copy()).digest() });
    part = createHash(algorithm);
    start = end;
  };
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    for (let offset = 0; offset < chunk.length; ) {
      if (end - start === partBytes) finishPart();
      const piece = chunk.subarray(offset, offset + partBytes - (end - start));
      whole.update(piece);
      (part as Hash | null)?.update(piece);
      offset += piece.length;
      end += piece.length;
    }
    yield chunk;
  }
  signal?.throwIfAborted();
  finishPart();
  known.hash = whole.digest();
}

async function* readPart(handle: fs.FileHandle, { start, end }: SpooledPart, moved: () => void) {
  for (let at = start; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, end - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new Error("the spooled file is shorter than what was written to it");
    at += bytesRead;
    moved();
    yield buffer.subarray(0, bytesRead);
  }
}
