import {
  afterCommit,
  type Clock,
  createMetrics,
  type Jobs,
  type JobTask,
  type Platform,
  type Tx,
} from "../platform/index.ts";

interface Held {
  name: string;
  payload: object;
  key: string | null;
  at: number;
  attempts: number;
}

const mostAttempts = 4;
const retryMs = 60_000;
/** What is due waits so long for what else will be, so that they are done together. */
const companyMs = 120_000;
/** Of what is periodic, what the days of a department bring; what cleans and sweeps is left to the time that it really is. */
const daily: readonly string[] = ["billing.overdue", "analytics.acknowledged"];

/** Work that shows nothing of when it was done: left to the end, when the department is there to be looked at. */
const canWait: readonly string[] = [
  "rendering.make-thumbnails",
  "archive.prepare-metadata",
  "reports.archive-papers",
];

export interface OwnTime {
  /** The same database and store by a clock of its own, with jobs that wait by it in memory. */
  platform: Platform;
  clock: Clock;
  /** Lets time pass until then: what waits for a moment on the way is done at that moment. Time never goes back. */
  advanceTo(at: Date): Promise<void>;
  /** The same without doing what waits: it is done a little late, with what comes next. */
  moveTo(at: Date): void;
  /** Does what waits by now, until nothing does. */
  settle(): Promise<void>;
  /** What waits for later goes to the jobs of the time that it really is. */
  handOver(): Promise<void>;
}

/** @param drainFacts seals what was recorded, and has it read */
export function createOwnTime(real: Platform, start: Date, drainFacts: () => Promise<void>): OwnTime {
  let now = start.getTime();
  let held: Held[] = [];
  const tasks = new Map<string, JobTask<never>>();
  const periodic = new Map<string, (signal: AbortSignal) => Promise<void>>();
  const signal = new AbortController().signal;
  let nextDaily = now;

  function hold(job: Held): void {
    if (job.key !== null) held = held.filter((one) => one.key !== job.key);
    held.push(job);
  }

  const jobs: Jobs = {
    define: (task) => void tasks.set(task.name, task as JobTask<never>),
    async add(reader, name, payload, { runAt, key } = {}) {
      const job = { name, payload, key: key ?? null, at: runAt?.getTime() ?? now, attempts: 0 };
      if (canWait.includes(name)) job.at = Number.POSITIVE_INFINITY;
      // What is rolled back was never asked for.
      if (!afterCommit(reader as Tx, () => hold(job))) hold(job);
    },
    every: (name, _seconds, run) => void periodic.set(name, run),
    start: async () => {},
    stop: async () => {},
    drain: async () => {},
  };
  const clock: Clock = { now: () => new Date(now) };
  const platform: Platform = { ...real, clock, jobs, metrics: createMetrics() };

  const nextAt = () => held.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);

  async function runDue(): Promise<boolean> {
    const due = held.filter(({ at }) => at <= now);
    held = held.filter(({ at }) => at > now);
    for (const job of due) {
      try {
        await tasks.get(job.name)?.run(job.payload as never, signal);
      } catch (error) {
        real.log.warn({ err: error, job: job.name }, "a job of the demonstration failed");
        if (job.attempts + 1 < mostAttempts) hold({ ...job, attempts: job.attempts + 1, at: now + retryMs });
      }
    }
    return due.length > 0;
  }

  async function settle(): Promise<void> {
    for (let round = 0; round < 10; round++) {
      await drainFacts();
      if (!(await runDue())) return;
    }
  }

  return {
    platform,
    clock,
    settle,
    moveTo(at) {
      now = Math.max(now, at.getTime());
    },
    async advanceTo(at) {
      const end = at.getTime();
      for (;;) {
        const next = Math.max(now, Math.min(nextAt() + companyMs, nextDaily, end));
        now = next;
        if (next >= nextDaily) {
          nextDaily = next + 24 * 3_600_000;
          for (const name of daily) await periodic.get(name)?.(signal);
        }
        await settle();
        if (next >= end && nextAt() > now) return;
      }
    },
    async handOver() {
      for (const { name, payload, key, at } of held)
        await real.jobs.add(real.db, name, payload, {
          ...(Number.isFinite(at) ? { runAt: new Date(at) } : {}),
          ...(key === null ? {} : { key }),
        });
      held = [];
    },
  };
}
