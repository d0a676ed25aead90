import { randomUUID } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { crc32 } from "node:zlib";
import { type Clock, createFileReader } from "../../platform/index.ts";

/**
 * A cache of files that may be deleted at any time. Each file holds its length and checksum, so that one which a crash left incomplete is
 * missed and not shown.
 */
export interface FileCache {
  get(key: string): Promise<Uint8Array | null>;
  /** Does not fail: what cannot be written is not cached. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Bytes it holds, as far as this process knows. */
  size(): number;
  /** When the files of earlier runs are known; until then they are found, but not counted. */
  readonly ready: Promise<void>;
}

export interface FileCacheOptions {
  folder: string;
  maxBytes: number;
  clock: Clock;
  /** Told of what is worth a line in the log. */
  onTrouble?: (error: unknown) => void;
}

const magic = 0x49534f50;
const headerBytes = 12;
/** How often the file of a picture that is asked for often is marked as used. */
const touchAfterMs = 3_600_000;
/** A file that is still being written is younger than this. */
const leftoverAfterMs = 3_600_000;
/** What this process remembers of the files is bounded as well. */
const maxFiles = 100_000;
const keyPattern = /^[0-9a-f]{64}$/;

interface Entry {
  size: number;
  /** The time in the file, by which the next start knows the order. */
  touchedAtMs: number;
}

function seal(bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(bytes.length, 4);
  header.writeUInt32BE(crc32(bytes), 8);
  return Buffer.concat([header, bytes]);
}

function unseal(file: Buffer): Uint8Array | null {
  if (file.length < headerBytes || file.readUInt32BE(0) !== magic) return null;
  const bytes = file.subarray(headerBytes);
  if (file.readUInt32BE(4) !== bytes.length || file.readUInt32BE(8) !== crc32(bytes)) return null;
  return bytes;
}

/** Every file of the cache with its size and time of last use; leftovers of a write that a crash broke off are removed. */
async function scan(
  folder: string,
  nowMs: number,
): Promise<{ key: string; size: number; usedAtMs: number }[]> {
  const found: { key: string; size: number; usedAtMs: number }[] = [];
  for (const shelf of await fs.readdir(folder, { withFileTypes: true })) {
    if (!shelf.isDirectory() || !/^[0-9a-f]{2}$/.test(shelf.name)) continue;
    for (const name of await fs.readdir(path.join(folder, shelf.name))) {
      const file = path.join(folder, shelf.name, name);
      const stat = await fs.stat(file).catch(() => null);
      if (!stat) continue;
      if (keyPattern.test(name)) found.push({ key: name, size: stat.size, usedAtMs: stat.mtimeMs });
      else if (nowMs - stat.mtimeMs > leftoverAfterMs) await fs.rm(file, { force: true });
    }
  }
  return found.sort((a, b) => a.usedAtMs - b.usedAtMs);
}

/** Opens the cache; the folder is made where it is not there. Keys are SHA-256 in hexadecimal. */
export async function openFileCache(options: FileCacheOptions): Promise<FileCache> {
  const { folder, maxBytes, clock, onTrouble = () => {} } = options;
  await fs.mkdir(folder, { recursive: true });
  const readFile = createFileReader();
  // The least recently used comes first.
  const entries = new Map<string, Entry>();
  let total = 0;
  const ready = takeInventory().catch(onTrouble);

  /** Puts the files of earlier runs before those that were used meanwhile. */
  async function takeInventory(): Promise<void> {
    const found = await scan(folder, clock.now().getTime());
    const recent = [...entries];
    const known = new Set(entries.keys());
    entries.clear();
    for (const { key, size, usedAtMs } of found) {
      if (known.has(key)) continue;
      entries.set(key, { size, touchedAtMs: usedAtMs });
      total += size;
    }
    for (const [key, entry] of recent) entries.set(key, entry);
    await shrink();
  }

  function pathOf(key: string): string {
    if (!keyPattern.test(key)) throw new Error("a key of the picture cache is a SHA-256 in hexadecimal");
    return path.join(folder, key.slice(0, 2), key);
  }

  function forget(key: string): void {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  function remember(key: string, size: number, touchedAtMs: number): void {
    forget(key);
    entries.set(key, { size, touchedAtMs });
    total += size;
  }

  async function shrink(): Promise<void> {
    while (total > maxBytes || entries.size > maxFiles) {
      const oldest = entries.keys().next().value;
      if (oldest === undefined) return;
      forget(oldest);
      await fs.rm(pathOf(oldest), { force: true }).catch(onTrouble);
    }
  }

  async function touch(key: string, size: number): Promise<void> {
    const now = clock.now();
    const before = entries.get(key)?.touchedAtMs ?? 0;
    const due = now.getTime() - before > touchAfterMs;
    remember(key, size, due ? now.getTime() : before);
    if (due) await fs.utimes(pathOf(key), now, now).catch(onTrouble);
  }

  return {
    size: () => total,
    ready,
    async get(key) {
      const file = await readFile(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") onTrouble(error);
        return null;
      });
      const bytes = file && unseal(file);
      if (!file || !bytes) {
        forget(key);
        if (file) await fs.rm(pathOf(key), { force: true }).catch(onTrouble);
        return null;
      }
      await touch(key, file.length);
      return bytes;
    },
    async put(key, bytes) {
      const file = seal(bytes);
      if (file.length > maxBytes) return;
      const target = pathOf(key);
      const temporary = `${target}.${randomUUID()}`;
      try {
        await fs.mkdir(path.dirname(target), { recursive: true });
        await fs.writeFile(temporary, file);
        await fs.rename(temporary, target);
      } catch (error) {
        onTrouble(error);
        await fs.rm(temporary, { force: true }).catch(onTrouble);
        return;
      }
      remember(key, file.length, clock.now().getTime());
      await shrink();
    },
  };
}
