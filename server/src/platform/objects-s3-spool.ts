import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { writeAll } from "./objects-write.ts";

/** A stretch of the object that is sent in one request, with the hash that its signature names. */
export interface SpooledPart {
  start: number;
  end: number;
  /** Hexadecimal. */
  sha256: string;
}

/** An object set aside whole, so that it can be sent with its length and sent again. */
export interface SpooledObject {
  size: number;
  /** At least one, in order, all but the last of the spool's part size. */
  parts: readonly SpooledPart[];
  /** The bytes of a part. `moved` is told each time that some were taken. */
  open(part: SpooledPart, moved: () => void): Readable | Buffer;
  close(): Promise<void>;
}

export interface SpoolOptions {
  partBytes: number;
  /** An object up to this size is kept in memory; a longer one goes to the disk. */
  memoryBytes: number;
}

const readBytes = 256 << 10;

/**
 * Sets objects aside in a folder. A file loses its name as soon as it is open, so that none outlives its object, its error or this process.
 */
export function createSpool(folder: string, { partBytes, memoryBytes }: SpoolOptions) {
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
    parts: readonly SpooledPart[],
  ): Promise<SpooledObject> {
    const handle = await namelessFile();
    try {
      async function* all() {
        yield* held;
        yield* rest;
      }
      const size = await writeAll(handle, all());
      return {
        size,
        parts,
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
      const parts: SpooledPart[] = [];
      const source = hashed(bytes, partBytes, parts, signal);
      const held: Uint8Array[] = [];
      let heldBytes = 0;
      try {
        while (heldBytes <= memoryBytes) {
          const next = await source.next();
          if (next.done) return inMemory(Buffer.concat(held), parts);
          held.push(next.value);
          heldBytes += next.value.length;
        }
        return await toFile(held, source, parts);
      } finally {
        await source.return(undefined);
      }
    },
  };
}

export type ObjectSpool = ReturnType<typeof createSpool>;

const inMemory = (bytes: Buffer, parts: readonly SpooledPart[]): SpooledObject => ({
  size: bytes.length,
  parts,
  open: ({ start, end }) => bytes.subarray(start, end),
  close: async () => {},
});

/** Passes the chunks on and hashes them part by part. */
async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  partBytes: number,
  parts: SpooledPart[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let hash = createHash("sha256");
  let start = 0;
  let end = 0;
  const finishPart = () => {
    parts.push({ start, end, sha256: hash.digest("hex") });
    hash = createHash("sha256");
    start = end;
  };
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    for (let offset = 0; offset < chunk.length; ) {
      if (end - start === partBytes) finishPart();
      const piece = chunk.subarray(offset, offset + partBytes - (end - start));
      hash.update(piece);
      offset += piece.length;
      end += piece.length;
    }
    yield chunk;
  }
  signal?.throwIfAborted();
  finishPart();
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
