import fs from "node:fs/promises";
import path from "node:path";
import type { Platform } from "./platform.ts";
import { Refusal } from "./refusal.ts";

/** Keeps the last of the disks free: what comes in is refused before anything that is here is in danger. */
export interface DiskReserve {
  /** Before something comes in. @throws Refusal `out-of-space` (`store.disk-reserve`) */
  check(): Promise<void>;
  /** While it comes in: so many more bytes came. Null: nothing to wait for. The promise rejects as `check` does. */
  took(bytes: number): Promise<void> | null;
  /** Passes bytes on while there is room. */
  watch(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** The fullest of the disks; null where none says. */
  least(): Promise<{ disk: string; free: number } | null>;
}

/** The disks are looked at again after so long, and after so many bytes of all that comes in. */
const lookEveryMs = 1000;
const lookEveryBytes = 32 << 20;

/** Of a folder's disk; null where there is no such folder. */
async function freeBytesOf(folder: string): Promise<number | null> {
  try {
    const stats = await fs.statfs(folder);
    return stats.bavail * stats.bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Over the disks that are filled on the way in: that of objects or of their spool, that of uploads and other temporary files (DATA_DIR), that of
 * the embedded PostgreSQL. The database of DATABASE_URL has a disk of its own, which it alone can see.
 */
export function createDiskReserve(
  { config, objects, clock }: Pick<Platform, "config" | "objects" | "clock">,
  freeOf: (folder: string) => Promise<number | null> = freeBytesOf,
): DiskReserve {
  const folders = [config.dataDir, ...(config.databaseUrl === null ? [path.join(config.dataDir, "pg")] : [])];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let since = 0;
  let known: Promise<{ disk: string; free: number } | null> = Promise.resolve(null);

  async function look(): Promise<{ disk: string; free: number } | null> {
    const found = await Promise.all([
      objects.freeBytes().then((free) => ({ disk: "objects", free })),
      ...folders.map(async (folder) => ({ disk: folder, free: await freeOf(folder) })),
    ]);
    return found.reduce<{ disk: string; free: number } | null>(
      (least, { disk, free }) => (free === null || (least && least.free <= free) ? least : { disk, free }),
      null,
    );
  }

  function least(): Promise<{ disk: string; free: number } | null> {
    const now = clock.now().getTime();
    if (Math.abs(now - lookedAt) >= lookEveryMs || since >= lookEveryBytes) {
      lookedAt = now;
      since = 0;
      known = look();
      known.catch(() => {
        lookedAt = Number.NEGATIVE_INFINITY;
      });
    }
    return known;
  }

  async function check(): Promise<void> {
    const found = await least();
    if (found !== null && found.free < config.diskReserveBytes)
      throw new Refusal(
        "out-of-space",
        "store.disk-reserve",
        "The disk reserve is reached: nothing more is taken.",
      );
  }

  function took(bytes: number): Promise<void> | null {
    since += bytes;
    return since >= lookEveryBytes ? check() : null;
  }

  return {
    check,
    took,
    async *watch(chunks) {
      await check();
      for await (const chunk of chunks) {
        const looking = took(chunk.length);
        if (looking) await looking;
        yield chunk;
      }
    },
    least,
  };
}
