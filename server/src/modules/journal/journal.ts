import { afterCommit, type Clock, type Platform } from "../../platform/index.ts";
import { createAccessBuffer } from "./access-buffer.ts";
import { insertFacts } from "./entries.ts";
import { createFollowers } from "./follow.ts";
import { createJournalMetrics } from "./metrics.ts";
import { createReaderRunner, type ReaderRunner, readersBehind, readFacts } from "./readers.ts";
import { createSealer } from "./sealer.ts";
import { createSigner } from "./signing.ts";
import type { Journal } from "./types.ts";
import { verifyJournal } from "./verify.ts";

/** PostgreSQL's channel on which the sealer says how far it came. */
const channel = "journal_sealed";
/** What is committed within this time is sealed together. */
const gatherMs = 15;
/** Finds what nobody called for: transactions of other kinds, and calls that a crash lost. */
const slowTimerMs = 1000;

export interface JournalOptions {
  sealEverySeconds?: number;
  /** Accesses that may wait to be written. */
  accessCapacity?: number;
  /**
   * For a past that is lived by a clock of its own: what is recorded is read by the readers of such a journal alone, and sealed by the time that it is.
   */
  rehearsal?: { sealingClock: Clock };
}

/**
 * The journal of this process. Writers only insert: they neither lock nor notify, because PostgreSQL's NOTIFY would make their commits
 * queue. The process that committed wakes its sealer afterwards; all sealers share one lock, so one seals at a time, and
 * the one that sealed tells the others.
 */
export function createJournal(platform: Platform, options: JournalOptions = {}): Journal {
  const { db, clock, log, objects } = platform;
  const rehearsed = options.rehearsal !== undefined;
  const signer = createSigner(platform.config);
  const sealer = createSealer({
    db,
    clock: options.rehearsal?.sealingClock ?? clock,
    log,
    objects,
    signer,
    sealEverySeconds: options.sealEverySeconds ?? 300,
  });
  const followers = createFollowers(db, log);
  const metrics = createJournalMetrics(platform.metrics.registry, db);
  const readers: ReaderRunner[] = [];
  const accesses = createAccessBuffer({
    db,
    clock,
    log,
    written: wake,
    ...(options.accessCapacity === undefined ? {} : { capacity: options.accessCapacity }),
  });
  let started = false;
  let readingHere = true;
  let stopListening: (() => Promise<void>) | null = null;
  let slowTimer: NodeJS.Timeout | null = null;
  let gathering: NodeJS.Timeout | null = null;
  let sealing: Promise<void> | null = null;
  /** Something was committed after the sealer that is under way had looked. */
  let sealAgain = false;
  let announced = 0;

  /** Something was committed: seal soon. */
  function wake(): void {
    if (!started) return;
    gathering ??= setTimeout(() => {
      gathering = null;
      void sealNow();
    }, gatherMs).unref();
  }

  function advance(position: number): void {
    followers.advance(position);
    if (readingHere) for (const reader of readers) reader.wake();
  }

  async function seal(): Promise<void> {
    const position = await sealer.run();
    if (position <= announced) return;
    announced = position;
    advance(position);
    // A statement of its own: within the sealer's transaction it would hold up every other commit that notifies.
    await db.notify(channel, String(position));
  }

  async function sealUntilQuiet(): Promise<void> {
    do {
      sealAgain = false;
      await seal();
    } while (sealAgain && started);
  }

  function sealNow(): Promise<void> {
    sealAgain = true;
    sealing ??= sealUntilQuiet()
      .catch((error: unknown) => log.error({ err: error }, "sealing the journal failed; it is tried again"))
      .finally(() => {
        sealing = null;
      });
    return sealing;
  }

  return {
    async record(tx, viewer, fact) {
      const [entry] = await insertFacts(tx, clock, viewer, [fact], rehearsed);
      afterCommit(tx, wake);
      return entry!;
    },
    async recordMany(tx, viewer, facts) {
      if (facts.length === 0) return;
      await insertFacts(tx, clock, viewer, facts, rehearsed);
      afterCommit(tx, wake);
    },
    access: (viewer, access) => accesses.add(viewer, access),
    registerReader(reader) {
      if (started) throw new Error(`the reader ${reader.name} is registered after the start`);
      if (readers.some((known) => known.name === reader.name))
        throw new Error(`the reader ${reader.name} is registered twice`);
      readers.push(
        createReaderRunner(reader, { db, clock, log, rehearsal: rehearsed, failing: metrics.readerFailing }),
      );
    },
    follow: (listener) => followers.add(listener),
    factsAfter: (position, limit) => readFacts(db, position, limit),
    async position() {
      const [head] = await db<{ position: number }[]>`select fact_position as position from journal_head`;
      return head?.position ?? 0;
    },
    async start({ reading = true } = {}) {
      started = true;
      readingHere = reading;
      const heard = (payload: string): void => {
        const position = Number(payload);
        if (!Number.isSafeInteger(position)) return;
        announced = Math.max(announced, position);
        advance(position);
      };
      const listening = await db.listen(channel, heard, () => void sealNow());
      stopListening = () => listening.unlisten();
      advance(await this.position());
      slowTimer = setInterval(() => void sealNow(), slowTimerMs).unref();
      await sealNow();
    },
    async stop() {
      started = false;
      if (slowTimer) clearInterval(slowTimer);
      if (gathering) clearTimeout(gathering);
      await stopListening?.();
      await Promise.all(readers.map((reader) => reader.stop()));
      await accesses.flush();
      await sealing;
      await sealNow();
      await followers.settled();
    },
    async drain() {
      await accesses.flush();
      const failures: unknown[] = [];
      // What readers do makes facts of its own; the rounds are bounded so that two readers cannot feed each other for ever.
      for (let round = 0; round < 20; round++) {
        await sealing;
        const before = await this.position();
        followers.advance(before);
        const position = await sealer.run();
        followers.advance(position);
        await followers.settled();
        if (round > 0 && position === before) break;
        failures.length = 0;
        for (const reader of await readersBehind(db, readers, rehearsed)) {
          await reader.drain().catch((error: unknown) => failures.push(error));
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, "readers of facts failed");
    },
    verify: () => verifyJournal({ db, objects, signer }),
  };
}
