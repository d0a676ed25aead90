import { Refusal } from "../../../platform/index.ts";

export interface GroupCommitOptions<Item, Result> {
  /** Writes all or nothing, in one transaction; told of the same items again after an error, so it must stand that. One result per item. */
  commit(items: readonly Item[]): Promise<readonly Result[]>;
  /** What an item may have to wait for by itself, because somebody else holds it locked. */
  keyOf(item: Item): string;
  /** Waits before a retry. */
  wait(ms: number): Promise<void>;
  /** At most this many in one transaction. */
  maxBatch: number;
  /** At most this many waiting; more are refused as busy. */
  maxWaiting: number;
  /** Told of every error of a batch. */
  onError?(error: unknown, batchSize: number): void;
}

export interface GroupCommit<Item, Result> {
  /** Resolves after the commit. @throws what refused the item; Refusal `unavailable` when the database does not answer */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

const maxAttempts = 6;
/** So often is what is locked tried, each time for as long as `commit` waits for a lock. Many senders give up after 30 s without an answer. */
const maxLockedAttempts = 10;
/** So many keys wait for their locks beside the queue, each with a connection of the pool's twenty. */
const maxLockedKeys = 6;

/** SQLSTATEs and driver codes after which the same transaction may succeed; where a connection was lost, its outcome is not known. */
function mayRetry(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return false;
  return (
    code === "40001" || // serialization failure
    code === "40P01" || // deadlock
    code === "53300" || // too many connections
    code.startsWith("08") || // connection exceptions
    code.startsWith("57P") || // the server shuts down, crashed, or starts
    /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|ENOENT$)/.test(code)
  );
}

/** lock_not_available: somebody else has held a lock for as long as the transaction waits for one. */
const isLocked = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "55P03";

/** disk_full (PostgreSQL, appendix A): no fault of any item. */
const isDiskFull = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "53100";

/** Whatever is tried alone would fail in the same way. */
const isOfAll = (error: unknown): boolean =>
  error instanceof Refusal && (error.kind === "unavailable" || error.kind === "out-of-space");

const lockedRefusal = (cause?: unknown): Refusal =>
  new Refusal("unavailable", "archive.study-locked", "The study is being changed; send its images again.", {
    cause,
    retryAfter: 30,
  });

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * One transaction for all that wait at the moment: while one runs, the next batch gathers. A batch that fails for a reason of its own is
 * halved until the culprit stands alone, and only that one fails; a lost connection or a deadlock is tried again. What is locked by somebody else waits
 * beside the queue with all of its key, until it can be written or is refused; the others go on.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  const locked = new Map<string, Waiting<Item, Result>[]>();
  const lanes = new Set<Promise<void>>();
  let running: Promise<void> | null = null;

  async function attempt(batch: readonly Waiting<Item, Result>[]): Promise<readonly Result[]> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await options.commit(batch.map(({ item }) => item));
      } catch (error) {
        options.onError?.(error, batch.length);
        if (isDiskFull(error))
          throw new Refusal("out-of-space", "database.full", "The database's disk is full.", {
            cause: error,
          });
        if (!mayRetry(error)) throw error;
        if (attempts >= maxAttempts)
          throw new Refusal("unavailable", "archive.database-unavailable", "The database does not answer.", {
            cause: error,
            retryAfter: 10,
          });
        await options.wait(25 * 2 ** attempts);
      }
    }
  }

  async function settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await attempt(batch);
      batch.forEach(({ resolve }, index) => {
        resolve(results[index]!);
      });
    } catch (error) {
      if (isLocked(error)) return await settleApart(batch);
      if (batch.length === 1 || isOfAll(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await settle(batch.slice(0, middle));
      await settle(batch.slice(middle));
    }
  }

  /** Each key by itself, and beside the queue what alone is locked. */
  async function settleApart(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const byKey = Map.groupBy(batch, ({ item }) => options.keyOf(item));
    if (byKey.size > 1) {
      for (const one of byKey.values()) await settle(one);
      return;
    }
    const [key] = byKey.keys();
    if (locked.size >= maxLockedKeys) {
      for (const { reject } of batch) reject(lockedRefusal());
      return;
    }
    const lane = waitForLock(key!, [...batch]).finally(() => lanes.delete(lane));
    lanes.add(lane);
  }

  async function waitForLock(key: string, held: Waiting<Item, Result>[]): Promise<void> {
    locked.set(key, held);
    for (let attempts = 1; ; attempts++) {
      const batch = held.slice(0, options.maxBatch);
      try {
        const results = await options.commit(batch.map(({ item }) => item));
        for (const [index, { resolve }] of held.splice(0, batch.length).entries()) resolve(results[index]!);
        break;
      } catch (error) {
        options.onError?.(error, batch.length);
        // Of any other error the queue finds the culprit.
        if (!isLocked(error)) break;
        if (attempts < maxLockedAttempts) continue;
        for (const { reject } of held.splice(0)) reject(lockedRefusal(error));
        break;
      }
    }
    locked.delete(key);
    waiting.unshift(...held);
    if (waiting.length > 0) running ??= run();
  }

  /** The next batch, without what waits for its lock already. */
  function next(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    for (const one of waiting.splice(0, options.maxBatch))
      (locked.get(options.keyOf(one.item)) ?? batch).push(one);
    return batch;
  }

  async function run(): Promise<void> {
    // What arrives in the same turn of the event loop belongs to the first batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = next();
      if (batch.length > 0) await settle(batch);
    }
    running = null;
  }

  const waitingInAll = (): number =>
    [...locked.values()].reduce((total, held) => total + held.length, waiting.length);

  return {
    add(item) {
      if (waitingInAll() >= options.maxWaiting)
        return Promise.reject(
          new Refusal("unavailable", "archive.busy", "Too many images wait to be archived.", {
            retryAfter: 5,
          }),
        );
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      });
    },
    async idle() {
      while (running || lanes.size > 0) await Promise.all([running, ...lanes]);
    },
  };
}
