import * as callbacks from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { type Clock, systemClock } from "../clock.ts";
import { newObjectName } from "../ids.ts";
import { Refusal } from "../refusal.ts";
import { closeNow, createFileReader, openDescriptor } from "./file-reader.ts";
import { createFilesAhead, type FilesAhead, stillThere } from "./files-ahead.ts";
import { bearsMark, notMounted } from "./mark.ts";
import {
  checkKey,
  isEmptyRange,
  lostAndFound,
  type ObjectStore,
  type PutOptions,
  type PutResult,
} from "./objects.ts";
import { createSpot, writeAll } from "./write.ts";

/** Returns when what was written to the file or folder is on the disk (fsync(2)). */
export type Fsync = (descriptor: number) => Promise<void>;

const close = promisify(callbacks.close);
const syncToDisk: Fsync = promisify(callbacks.fsync);

/** Folders that stay open to be synced. */
const openFolders = 512;

export interface FileStore extends ObjectStore {
  /** Removes the files that were made ahead and not used; an object that comes later is put as before. */
  close(): Promise<void>;
}

/**
 * Objects as files under `root`: the key's folders, then one of 256 folders by the last two characters of its name, then the name.
 * An object is written straight to its place (no row names it before it is whole), then file and folder are synced.
 */
export function createFileStore(
  root: string,
  { fsync = syncToDisk, clock = systemClock }: { fsync?: Fsync; clock?: Clock } = {},
): FileStore {
  const syncFolder = folderSync(fsync);
  let marked = false;
  /** @throws Refusal `unavailable` (`store.unavailable`) where the folder bore a mark and does not any more */
  const requireMark = async (): Promise<void> => {
    const found = await bearsMark(root);
    if (marked && !found) throw notMounted(root);
    marked = found;
  };
  const ensureFolder = folderMaker(root, syncFolder, requireMark);
  const spot = createSpot();
  const ahead = new Map<string, FilesAhead>();
  const readFile = createFileReader(spot);
  /** @throws Refusal `not-found` (`object.not-found`), and as `orAway` and `requireMark` where the folder is away and not the object */
  const unread = (key: string) => async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") return orAway(error);
    if (marked) await requireMark();
    throw new Refusal("not-found", "object.not-found", `There is no object ${key}.`, { cause: error });
  };
  const place = (key: string): string => {
    checkKey(key);
    const name = path.posix.basename(key);
    return path.join(root, path.posix.dirname(key), name.slice(-2).padStart(2, "_"), name);
  };

  async function open(file: string, onTheSpot: boolean): Promise<number> {
    await ensureFolder(path.dirname(file));
    return onTheSpot
      ? spot.timed(() => callbacks.openSync(file, "wx", 0o640))
      : openDescriptor(file, "wx", 0o640);
  }

  const filesAhead = (prefix: string): FilesAhead =>
    createFilesAhead({
      newKey: () => `${prefix}/${newObjectName(clock)}`,
      async make(key) {
        const file = place(key);
        return { file, descriptor: await open(file, spot.use()) };
      },
      async sync(files) {
        const folders = new Set(files.map(({ file }) => path.dirname(file)));
        await Promise.all([...folders].map(syncFolder));
      },
      now: () => clock.now().getTime(),
    });

  async function put(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const file = place(key);
    const onTheSpot = spot.use();
    const made = ahead.get(path.posix.dirname(key))?.take(key);
    const descriptor = made?.descriptor ?? (await open(file, onTheSpot).catch(orAway));
    let size: number;
    try {
      size = await writeAll(descriptor, bytes, options, onTheSpot ? spot.timed : undefined);
      if (made) {
        // Its name was brought to the disk before it was ready.
        await fsync(descriptor);
        stillThere(file);
      } else {
        // The name is in the folder since the file was opened, so both may be synced at once.
        const synced = await Promise.allSettled([fsync(descriptor), syncFolder(path.dirname(file))]);
        for (const result of synced) if (result.status === "rejected") throw result.reason;
      }
    } catch (error) {
      await close(descriptor);
      await fs.rm(file, { force: true });
      throw error;
    }
    closeNow(descriptor);
    return { key, size };
  }

  return {
    nextKey(prefix) {
      let files = ahead.get(prefix);
      if (!files) {
        files = filesAhead(prefix);
        ahead.set(prefix, files);
      }
      return files.key() ?? `${prefix}/${newObjectName(clock)}`;
    },
    put,
    async close() {
      await Promise.all([...ahead.values()].map((files) => files.close()));
    },
    async get(key, range) {
      const file = place(key);
      const handle = await fs.open(file, "r").catch(unread(key));
      if (isEmptyRange(range)) {
        await handle.close();
        return Readable.from([]);
      }
      return callbacks.createReadStream("", {
        fd: handle,
        start: range?.start ?? 0,
        ...(range?.end === undefined ? {} : { end: range.end - 1 }),
        highWaterMark: 1 << 18,
      });
    },
    async read(key, range, memory) {
      return readFile(place(key), range, memory).catch(unread(key));
    },
    async size(key) {
      return (await fs.stat(place(key)).catch(unread(key))).size;
    },
    async delete(key) {
      await fs.rm(place(key), { force: true });
    },
    async signedUrl() {
      return null;
    },
    async *list(prefix, olderThan) {
      for await (const entry of listFiles(root, prefix, olderThan))
        if (!ahead.get(path.posix.dirname(entry.key))?.has(entry.key)) yield entry;
    },
    async moveToLostAndFound(key) {
      const from = place(key);
      const to = path.join(root, lostAndFound, ...key.split("/"));
      await ensureFolder(path.dirname(to));
      await fs.rename(from, to);
      // The time of the move starts the 30 days.
      const now = new Date();
      await fs.utimes(to, now, now);
      await syncFolder(path.dirname(to));
      await syncFolder(path.dirname(from));
    },
    async emptyLostAndFound(before) {
      let deleted = 0;
      for await (const file of walk(path.join(root, lostAndFound))) {
        const stats = await fs.stat(file).catch(() => null);
        if (stats === null || stats.mtime >= before) continue;
        await fs.rm(file, { force: true });
        deleted += 1;
      }
      return deleted;
    },
    async freeBytes() {
      const stats = await fs.statfs(root);
      return stats.bavail * stats.bsize;
    },
    async check() {
      await fs.mkdir(root, { recursive: true, mode: 0o750 });
      await fs.access(root, fs.constants.W_OK);
      await requireMark();
    },
  };
}

/** What says of the folder, and not of the object, that it cannot be used: rights, a disk that fails, a file system of the network that is away (errno(3)). */
const away =
  /^(EACCES|EPERM|EROFS|EIO|ENXIO|ENODEV|ENOTCONN|ESTALE|ETIMEDOUT|EHOSTDOWN|EHOSTUNREACH|ELOOP|ENOTDIR)$/;

/** @throws Refusal `unavailable` (`store.unavailable`) where the folder cannot be used, else the error */
function orAway(error: NodeJS.ErrnoException): never {
  if (!away.test(error.code ?? "")) throw error;
  throw new Refusal(
    "unavailable",
    "store.unavailable",
    `The folder of the archive's objects cannot be used at the moment (${error.code}).`,
    { cause: error },
  );
}

/** Syncs of one folder that are asked for while one runs share the next one. */
function folderSync(fsync: Fsync): (folder: string) => Promise<void> {
  const running = new Map<string, Promise<void>>();
  const queued = new Map<string, Promise<void>>();
  // Plain descriptors: they are kept as long as the store, and nothing else holds them.
  const open = new Map<string, Promise<number>>();
  const opened = (folder: string): Promise<number> => {
    const known = open.get(folder);
    if (known) return known;
    const [oldest] = open.keys();
    if (open.size >= openFolders && oldest !== undefined) {
      const descriptor = open.get(oldest);
      open.delete(oldest);
      // A sync under way on it must end first.
      void Promise.all([descriptor, running.get(oldest)]).then(
        ([one]) => (one === undefined ? undefined : close(one)),
        () => {},
      );
    }
    const descriptor = openDescriptor(folder, "r");
    descriptor.catch(() => open.delete(folder));
    open.set(folder, descriptor);
    return descriptor;
  };
  const sync = async (folder: string) => fsync(await opened(folder));
  const run = (folder: string): Promise<void> => {
    const now = sync(folder).finally(() => running.delete(folder));
    running.set(folder, now);
    return now;
  };
  return (folder) => {
    const current = running.get(folder);
    if (!current) return run(folder);
    let next = queued.get(folder);
    if (!next) {
      next = current
        .catch(() => {})
        .then(() => {
          queued.delete(folder);
          return run(folder);
        });
      queued.set(folder, next);
    }
    return next;
  };
}

/** Makes folders and syncs each new one's parent, so that a folder cannot vanish from under a synced file. */
function folderMaker(
  root: string,
  syncFolder: (folder: string) => Promise<void>,
  before: () => Promise<void>,
): (folder: string) => Promise<void> {
  const known = new Set<string>();
  return async function ensure(folder: string): Promise<void> {
    if (known.has(folder)) return;
    await before();
    if (folder !== root && folder.startsWith(root)) await ensure(path.dirname(folder));
    await fs.mkdir(folder, { recursive: true, mode: 0o750 });
    await syncFolder(path.dirname(folder));
    known.add(folder);
  };
}

/** Every file below the folder; a folder that is not there has none. */
async function* walk(top: string, passOver?: string): AsyncIterable<string> {
  const folders = [top];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await fs
      .readdir(folder, { withFileTypes: true })
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
    for (const entry of entries) {
      const full = path.join(folder, entry.name);
      if (!entry.isDirectory()) yield full;
      else if (full !== passOver) folders.push(full);
    }
  }
}

async function* listFiles(
  root: string,
  prefix: string,
  olderThan: Date,
): AsyncIterable<{ key: string; size: number; modifiedAt: Date }> {
  for await (const file of walk(path.join(root, prefix), path.join(root, lostAndFound))) {
    const stats = await fs.stat(file).catch(() => null);
    if (stats === null || stats.mtime >= olderThan) continue;
    // The folder above the name is the shard; it is not part of the key.
    const folder = path
      .relative(root, path.dirname(path.dirname(file)))
      .split(path.sep)
      .join("/");
    yield { key: path.posix.join(folder, path.basename(file)), size: stats.size, modifiedAt: stats.mtime };
  }
}
