import { Refusal } from "../../../platform/index.ts";

export interface GroupCommitOptions<Item, Result> {
  /** Writes all or nothing, in one transaction; told of the same items again after an error, so it must stand that. One result per item. */
  commit(items: readonly Item[]): Promise<readonly Result[]>;
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

/** SQLSTATEs and driver codes after which the same transaction may succeed; where a connection was lost, its outcome is not known. */
function mayRetry(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return false;
  return (
    code === "40001" || // serialization failure
    code === "40P01" || // deadlock
    code === "55P03" || // lock not available
    code === "53300" || // too many connections
    code.startsWith("08") || // connection exceptions
    code.startsWith("57P") || // the server shuts down, crashed, or starts
    /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|ENOENT$)/.test(code)
  );
}

/** disk_full (PostgreSQL, appendix A): no fault of any item. */
const isDiskFull = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "53100";

/** Whatever is tried alone would fail in the same way. */
const isOfAll = (error: unknown): boolean =>
  error instanceof Refusal && (error.kind === "unavailable" || error.kind === "out-of-space");

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * One transaction for all that wait at the moment: while one runs, the next batch gathers. A batch that fails for a reason of its own is
 * halved until the culprit stands alone, and only that one fails; a lost connection or a deadlock is tried again.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
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
      if (batch.length === 1 || isOfAll(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = batch.length >> 1;
      await settle(batch.slice(0, middle));
      await settle(batch.slice(middle));
    }
  }

  async function run(): Promise<void> {
    // What arrives in the same turn of the event loop belongs to the first batch.
    await Promise.resolve();
    while (waiting.length > 0) await settle(waiting.splice(0, options.maxBatch));
    running = null;
  }

  return {
    add(item) {
      if (waiting.length >= options.maxWaiting)
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
      while (running) await running;
    },
  };
}
