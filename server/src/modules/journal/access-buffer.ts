import type { Logger } from "pino";
import { type Clock, type Db, outsideScope, Refusal, transact, type Viewer } from "../../platform/index.ts";
import { type AccessRow, accessRow, insertAccesses } from "./entries.ts";
import type { Access } from "./types.ts";

export interface AccessBufferOptions {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Called after each batch that was written. */
  written: () => void;
  /** Entries that may wait. */
  capacity?: number;
  /** How long the first of a batch waits for company. */
  delayMs?: number;
  /** How long a caller waits for room. */
  roomTimeoutMs?: number;
}

export interface AccessBuffer {
  add(viewer: Viewer, access: Access): Promise<void>;
  /** Writes everything that is there now. @throws where the database does not take it */
  flush(): Promise<void>;
}

const batchSize = 1000;
const retryMs = 1000;
const rememberedRepeats = 50_000;

/** Remembers what was counted lately; the oldest is forgotten when there is too much. */
function createRepeats(clock: Clock): (key: string, seconds: number) => boolean {
  const until = new Map<string, number>();
  return (key, seconds) => {
    const now = clock.now().getTime();
    const known = until.get(key);
    if (known !== undefined && known > now) return true;
    until.delete(key);
    until.set(key, now + seconds * 1000);
    if (until.size > rememberedRepeats) until.delete(until.keys().next().value ?? "");
    return false;
  };
}

/** Gathers accesses and writes them in batches. Bounded: whoever comes when it is full waits for room. */
export function createAccessBuffer(options: AccessBufferOptions): AccessBuffer {
  const { db, clock, log, written, capacity = 10_000, delayMs = 400, roomTimeoutMs = 10_000 } = options;
  let waiting: AccessRow[] = [];
  let inFlight = 0;
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let room = Promise.withResolvers<void>();
  const isRepeat = createRepeats(clock);

  function schedule(ms: number): void {
    if (timer && ms === 0) {
      clearTimeout(timer);
      timer = null;
    }
    timer ??= setTimeout(() => {
      timer = null;
      flush().catch((error: unknown) => {
        log.error({ err: error, waiting: waiting.length }, "accesses could not be written; tried again");
        schedule(retryMs);
      });
    }, ms).unref();
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const rows = waiting.splice(0, batchSize);
      inFlight = rows.length;
      try {
        await transact(db, async (tx) => {
          // Of all that is written only accesses may be lost with the last moment before a crash.
          await tx`set local synchronous_commit = off`;
          await insertAccesses(tx, rows);
        });
      } catch (error) {
        waiting = [...rows, ...waiting];
        throw error;
      } finally {
        inFlight = 0;
      }
      room.resolve();
      room = Promise.withResolvers<void>();
      written();
    }
  }

  function flush(): Promise<void> {
    // Whoever's request filled the batch: what others looked at is no part of its work.
    writing ??= outsideScope(writeAll).finally(() => {
      writing = null;
    });
    return writing;
  }

  async function waitForRoom(): Promise<void> {
    const deadline = AbortSignal.timeout(roomTimeoutMs);
    const late = new Promise<never>((_, reject) =>
      deadline.addEventListener("abort", () =>
        reject(
          new Refusal("unavailable", "journal.unavailable", "What is looked at cannot be recorded now.", {
            retryAfter: 5,
          }),
        ),
      ),
    );
    late.catch(() => {});
    while (waiting.length + inFlight >= capacity) await Promise.race([room.promise, late]);
  }

  return {
    async add(viewer, access) {
      if (access.onceInSeconds !== undefined) {
        const { subject, outcome = "success" } = access;
        const key = `${viewer.kind} ${viewer.id} ${access.action} ${outcome} ${subject.type} ${subject.id}`;
        if (isRepeat(key, access.onceInSeconds)) return;
      }
      const row = accessRow(clock, viewer, access);
      if (waiting.length + inFlight >= capacity) {
        flush().catch(() => schedule(retryMs));
        await waitForRoom();
      }
      waiting.push(row);
      schedule(waiting.length >= batchSize ? 0 : delayMs);
    },
    async flush() {
      await flush();
      // A batch that was under way when this was called may have begun before the newest entries came.
      if (waiting.length > 0) await flush();
    },
  };
}
