import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createDiskReserve, type Platform } from "../../platform/index.ts";
import type { SpooledFile } from "./types.ts";

export type FileKind = "dicom" | "zip" | "png" | "jpeg" | "empty";

/** Bytes that tell the kind: preamble and prefix of a Part 10 file (PS3.10 7.1). */
const headBytes = 132;
/** What a crash left behind is removed after this time. */
const staleAfterMs = 24 * 3600 * 1000;

/** What the first bytes say, whatever the name; what is nothing else may be DICOM without its preamble. */
export function kindOf(head: Uint8Array): FileKind {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.length === 0) return "empty";
  if (bytes.toString("latin1", 128, 132) === "DICM") return "dicom";
  const starts = (text: string) => bytes.toString("latin1", 0, text.length) === text;
  if (starts("PK\x03\x04") || starts("PK\x05\x06")) return "zip";
  if (starts("\x89PNG\r\n\x1a\n")) return "png";
  return starts("\xff\xd8\xff") ? "jpeg" : "dicom";
}

export interface Peeked {
  kind: FileKind;
  /** The whole, the first bytes included. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Reads as much as tells the kind. */
export async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    length += next.value.length;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* held;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { kind: kindOf(Buffer.concat(held).subarray(0, headBytes)), chunks: chunks() };
}

/** Sets files aside below the data folder, within the disk reserve; the request's own bound is the files'. */
export function createSpool(platform: Pick<Platform, "config" | "objects" | "clock">) {
  const folder = path.join(platform.config.dataDir, "spool");
  const reserve = createDiskReserve(platform);
  let prepared: Promise<void> | null = null;

  async function prepare(): Promise<void> {
    await fs.mkdir(folder, { recursive: true, mode: 0o750 });
    const before = platform.clock.now().getTime() - staleAfterMs;
    for (const name of await fs.readdir(folder)) {
      const file = path.join(folder, name);
      const stats = await fs.stat(file).catch(() => null);
      if (stats !== null && stats.mtimeMs < before) await fs.rm(file, { force: true });
    }
  }

  return {
    /** @throws Refusal `out-of-space` (`store.disk-reserve`) */
    async put(chunks: AsyncIterable<Uint8Array>): Promise<SpooledFile> {
      prepared ??= prepare();
      await prepared;
      const file = path.join(folder, randomUUID());
      const remove = () => fs.rm(file, { force: true });
      try {
        await pipeline(reserve.watch(chunks), createWriteStream(file, { flags: "wx", mode: 0o640 }));
        return { path: file, size: (await fs.stat(file)).size, remove };
      } catch (error) {
        await remove();
        throw error;
      }
    },
  };
}
export type Spool = ReturnType<typeof createSpool>;
