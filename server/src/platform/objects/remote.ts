import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import { newObjectName } from "../ids.ts";
import { Refusal } from "../refusal.ts";
import { bodyStream } from "./body.ts";
import { type ByteRange, checkKey, isEmptyRange, lostAndFound, type ObjectStore } from "./objects.ts";
import type { Attempting, StorePatience, StoreRequests, Watch } from "./requests.ts";
import type { ObjectSpool } from "./spool.ts";

/** A body under way, and what it must turn out to be. */
export interface RemoteBody {
  body: Readable;
  length: number;
  /** Of the whole object, where the store tells. */
  md5?: Uint8Array | undefined;
}

/** What differs between the stores that are reached by HTTP. */
export interface RemoteObjects {
  /** The request that gets an object, as the store calls it. */
  getting: string;
  clock: Clock;
  patience: StorePatience;
  spool: ObjectSpool;
  /** Objects are set aside here before they are sent; its disk is the one whose space counts. */
  spoolFolder: string;
  ask: AskObject;
  /** @throws Refusal `not-found` (`object.not-found`) */
  size(key: string): Promise<number>;
  /** One request; null where the object ends before the range. */
  download(key: string, range: ByteRange | undefined, signal: AbortSignal): Promise<RemoteBody | null>;
  list(prefix: string, olderThan: Date): AsyncIterable<{ key: string; size: number; modifiedAt: Date }>;
  /** No error where there is none. */
  remove(key: string): Promise<void>;
  unavailable(what: string, error: unknown): Refusal;
}

/**
 * Asks about one object, again where that may help.
 * @throws Refusal `not-found` (`object.not-found`), and what the attempt throws
 */
export type AskObject = <T>(
  what: string,
  key: string,
  run: (watch: Watch) => Promise<T>,
  passOn?: Attempting["passOn"],
) => Promise<T>;

export function askObject(
  attempt: StoreRequests["attempt"],
  patience: StorePatience,
  isMissing: (error: unknown) => boolean,
): AskObject {
  return async (what, key, run, passOn) => {
    checkKey(key);
    try {
      return await attempt(
        what,
        { patience, passOn: (error, number) => isMissing(error) || passOn?.(error, number) === true },
        run,
      );
    } catch (error) {
      if (isMissing(error)) throw new Refusal("not-found", "object.not-found", `There is no object ${key}.`);
      throw error;
    }
  };
}

/** How long the question after the store's health may take. */
const checkTimeoutMs = 4000;

/** For the question after the store's health: one attempt, and a short one. */
export const askedOnce = (patience: StorePatience): StorePatience => ({
  ...patience,
  attempts: 1,
  idleTimeoutMs: Math.min(patience.idleTimeoutMs, checkTimeoutMs),
});

/** The name that a browser saves a download under. */
export const attachment = (filename: string): string =>
  `attachment; filename="${filename.replace(/[^\w.-]/g, "_")}"`;

/** What is the same for every store that is reached by HTTP. */
export function remoteObjects(
  remote: RemoteObjects,
): Pick<
  ObjectStore,
  "nextKey" | "size" | "get" | "read" | "delete" | "list" | "emptyLostAndFound" | "freeBytes"
> {
  const { getting, clock, patience, spool, spoolFolder, ask, size, download, list, remove } = remote;
  return {
    nextKey: (prefix) => `${prefix}/${newObjectName(clock)}`,
    size,
    async get(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Readable.from([]);
      }
      const found = await ask(getting, key, ({ signal }) => download(key, range, signal));
      if (!found) return Readable.from([]);
      return bodyStream(found.body, {
        length: found.length,
        ...(found.md5 === undefined ? {} : { md5: found.md5 }),
        idleTimeoutMs: patience.idleTimeoutMs,
        unavailable: (error) => remote.unavailable(getting, error),
      });
    },
    async read(key, range) {
      if (isEmptyRange(range)) {
        await size(key);
        return Buffer.alloc(0);
      }
      return ask(getting, key, async ({ signal, moved }) => {
        const found = await download(key, range, signal);
        return found ? readBody(found, moved) : Buffer.alloc(0);
      });
    },
    async delete(key) {
      checkKey(key);
      await remove(key);
    },
    async *list(prefix, olderThan) {
      for await (const entry of list(prefix, olderThan))
        if (!entry.key.startsWith(`${lostAndFound}/`)) yield entry;
    },
    async emptyLostAndFound(before) {
      let deleted = 0;
      for await (const { key } of list(lostAndFound, before)) {
        await remove(key);
        deleted += 1;
      }
      return deleted;
    },
    async freeBytes() {
      await spool.prepare();
      const stats = await fs.statfs(spoolFolder);
      return stats.bavail * stats.bsize;
    },
  };
}

async function readBody({ body, length, md5 }: RemoteBody, moved: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  body.on("error", () => {});
  for await (const chunk of body) {
    moved();
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== length) throw new Error("fewer bytes came than were announced");
  if (md5 && !createHash("md5").update(bytes).digest().equals(md5))
    throw new Error("the bytes were damaged on their way");
  return bytes;
}
