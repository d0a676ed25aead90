import type { Readable } from "node:stream";

export interface ByteRange {
  /** First byte. */
  start: number;
  /** First byte after the range; left out: to the end. */
  end?: number;
}

export interface PutOptions {
  signal?: AbortSignal;
  /** Told of each chunk that the store has taken over: its memory may be used for something else. */
  taken?: (chunk: Uint8Array) => void;
}

export interface PutResult {
  key: string;
  size: number;
}

const keyPattern = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\/){0,7}[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

/** What is put aside lives under this word; nothing else does, and `list` passes it over. */
export const lostAndFound = "lost-and-found";

/** @throws Error where the key is none of ours */
export function checkKey(key: string): void {
  if (!keyPattern.test(key) || key.includes(".."))
    throw new Error(`not an object key: ${JSON.stringify(key)}`);
}

/** Nothing is asked for. */
export const isEmptyRange = (range: ByteRange | undefined): boolean =>
  range?.end !== undefined && range.end <= range.start;

/**
 * Where the bytes live. Keys are slash-separated words of `[A-Za-z0-9._-]`, made by us and never from what a client wrote. `put` answers
 * only when the object is durable: for the file system, file and folder synced; for S3 and Azure, when the store has confirmed it.
 */
export interface ObjectStore {
  /** The key of an object that is put next: the prefix and a name of our own. Asked for once for each object. */
  nextKey(prefix: string): string;
  /** Writes the object once, whole, under its final key; on any error nothing is left behind. */
  put(key: string, bytes: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<PutResult>;
  /** @throws Refusal `not-found` (code `object.not-found`) where no object has the key */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /**
   * The bytes of a range at once; for small things such as one frame.
   * @param memory what the range is at most as long as; the answer may be a part of it
   */
  read(key: string, range?: ByteRange, memory?: Buffer): Promise<Buffer>;
  size(key: string): Promise<number>;
  /** No error where there is none. */
  delete(key: string): Promise<void>;
  /** A URL that the store itself answers, or null where the store cannot and the URL must go through us. */
  signedUrl(
    key: string,
    options: { expiresInSeconds: number; filename: string; contentType: string },
  ): Promise<string | null>;
  /** Every key that is older than the given time, for the orphan sweep. */
  list(prefix: string, olderThan: Date): AsyncIterable<{ key: string; size: number; modifiedAt: Date }>;
  /** Puts an object that no row names aside for 30 days instead of deleting it. */
  moveToLostAndFound(key: string): Promise<void>;
  /** Deletes what was put aside before the given time. @returns how many objects */
  emptyLostAndFound(before: Date): Promise<number>;
  /** Bytes still free, or null where the store does not say. */
  freeBytes(): Promise<number | null>;
  /** @throws where the store does not answer */
  check(): Promise<void>;
}
