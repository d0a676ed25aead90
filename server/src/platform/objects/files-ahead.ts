import * as callbacks from "node:fs";
import fs from "node:fs/promises";
import { closeNow } from "./file-reader.ts";

/** An empty file, open to be written, whose name is on the disk. */
export interface FileAhead {
  file: string;
  descriptor: number;
}

/** So many are made at once, as soon as fewer than half of them are left. */
const madeAtOnce = 16;
/** Objects that follow each other so closely are worth it; one by itself is not. */
const closelyMs = 1000;
/** One that nobody needed is removed after so long: far sooner than the sweep takes it for an orphan. */
export const keptMs = 30_000;
/** After one could not be made none is tried for so long; the ordinary way meets the same error, and says so. */
const pausedMs = 10_000;

export interface FilesAhead {
  /** The key of a file that is ready; null where none is. */
  key(): string | null;
  /** The file of a key that was given; it is the caller's from now on. */
  take(key: string): FileAhead | null;
  /** Whether it is a file that waits for its object. */
  has(key: string): boolean;
  /** Removes what was not used. */
  close(): Promise<void>;
}

/**
 * Files that are made before their objects come: opening many costs threads and disk hardly more than opening one, and their folder is synced once for
 * all of them. The name of an object is ours to choose, and a name that no row has means nothing.
 * @param make an empty file, whose name need not be on the disk
 * @param sync brings the names of all of them to the disk
 * @param now milliseconds of the clock that also dates files
 */
export function createFilesAhead(options: {
  newKey(): string;
  make(key: string): Promise<FileAhead>;
  sync(files: readonly FileAhead[]): Promise<void>;
  now(): number;
}): FilesAhead {
  const { newKey, make, sync, now } = options;
  const ready: (FileAhead & { key: string; madeAt: number })[] = [];
  const given = new Map<string, FileAhead>();
  let making: Promise<void> | null = null;
  let lastAt = Number.NEGATIVE_INFINITY;
  let pausedAt = Number.NEGATIVE_INFINITY;
  let removing: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function makeMore(): Promise<void> {
    const madeAt = now();
    const keys = Array.from({ length: madeAtOnce }, newKey);
    const made = await Promise.allSettled(keys.map(make));
    const files = made.flatMap((one, n) =>
      one.status === "fulfilled" ? [{ ...one.value, key: keys[n]!, madeAt }] : [],
    );
    try {
      for (const one of made) if (one.status === "rejected") throw one.reason;
      await sync(files);
      if (closed) await remove(files);
      else ready.push(...files);
      setTimeout(removeOld, keptMs + 1).unref();
    } catch {
      pausedAt = now();
      await remove(files);
    }
  }

  // A clock that was set back makes a file old as well.
  const isWithin = (ms: number, since: number) => Math.abs(now() - since) <= ms;

  function removeOld(): void {
    const young = ready.findIndex(({ madeAt }) => isWithin(keptMs, madeAt));
    const old = ready.splice(0, young === -1 ? ready.length : young);
    if (old.length > 0) removing = Promise.all([removing, remove(old)]);
  }

  return {
    key() {
      const follows = isWithin(closelyMs, lastAt);
      lastAt = now();
      removeOld();
      const first = ready.shift();
      if (
        follows &&
        ready.length < madeAtOnce / 2 &&
        making === null &&
        !closed &&
        !isWithin(pausedMs, pausedAt)
      )
        making = makeMore().finally(() => {
          making = null;
        });
      if (!first) return null;
      given.set(first.key, first);
      return first.key;
    },
    take(key) {
      const file = given.get(key) ?? null;
      given.delete(key);
      return file;
    },
    has: (key) => ready.some((one) => one.key === key) || given.has(key),
    async close() {
      closed = true;
      await making;
      await removing;
      await remove(ready.splice(0));
    },
  };
}

async function remove(files: readonly FileAhead[]): Promise<void> {
  for (const { file, descriptor } of files) {
    closeNow(descriptor);
    // What cannot be removed now is empty, and the sweep finds it.
    await fs.unlink(file).catch(() => {});
  }
}

/** Somebody else may have removed or moved a file that lay open. @throws ENOENT */
export const stillThere = (file: string): void => callbacks.accessSync(file);
