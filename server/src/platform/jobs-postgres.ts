import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  Logger,
  type Runner,
  run,
  runMigrations,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from "graphile-worker";
import type { Logger as Log } from "pino";
import type { Clock } from "./clock.ts";
import type { Reader } from "./database/database.ts";
import { type ConnectionSettings, connect, connectionString, type Db } from "./database/database.ts";
import type { AddJob, Jobs, JobTask } from "./jobs.ts";

const defaultAttempts = 12;
const heartbeatMs = 10_000;
const restartMs = 500;
/** A worker that was not heard of for so long is dead, and its jobs go to the others. */
const deadAfterSeconds = 60;

/**
 * How a job went is written down in a batch, because only that is waited for when the workers stop: one by one graphile-worker ends without knowing, and
 * what was done would be done again at the next start.
 */
const worker = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const lostAttempt = "the program ended during the last attempt";

const prepareLock = 4_711_004;

/** Makes the queue's own schema; safe to call at every start, also of several processes at once. */
export async function prepareJobs(settings: ConnectionSettings): Promise<void> {
  const db = connect({ ...settings, max: 1 });
  try {
    // Of two that start at once on an empty database one would fail: "if not exists" looks, and holds nothing. The lock ends with the connection.
    await db`select pg_advisory_lock(${prepareLock})`;
    await db`create table if not exists job_worker (worker_id text primary key, seen_at timestamptz not null)`;
    await runMigrations({ connectionString: connectionString(settings), maxPoolSize: 2, logger: silent });
  } finally {
    await db.end();
  }
}

const silent = new Logger(() => () => {});

/** Adds a job in the transaction of whoever has no `Jobs` at hand; done at once. */
export async function addJob(reader: Reader, name: string, payload: object): Promise<void> {
  await reader`select graphile_worker.add_job(${name}, payload := ${JSON.stringify(payload)}::text::json)`;
}

export interface JobsOptions {
  db: Db;
  connection: ConnectionSettings;
  clock: Clock;
  log: Log;
  /** No other process works on the queue: what one before was doing when it died is taken over at the start, not after a minute. */
  alone?: boolean;
  /** Jobs at once in this process. */
  concurrency?: number;
  /** Told of each job that failed for the last time. */
  onGaveUp?: (job: { name: string; id: string; attempts: number; error: unknown }) => void;
}

/**
 * Jobs on graphile-worker, each done at least once: one that a program did when it was killed may be done again, so each bears that. Its own rule frees a dead worker's jobs after four hours; here every worker has a heartbeat in `job_worker`,
 * and the jobs of one that stopped are freed after a minute, those of a living one never.
 */
export function createJobs({
  db,
  connection,
  clock,
  log,
  alone = false,
  concurrency = 4,
  onGaveUp,
}: JobsOptions): Jobs {
  const tasks = new Map<string, JobTask<never>>();
  const periodic: string[] = [];
  const workerIds = new Set<string>();
  const stopping = new AbortController();
  let runner: Runner | undefined;
  let working: Promise<void> | undefined;
  let heartbeat: Promise<void> | undefined;

  const taskList = (): TaskList =>
    Object.fromEntries(
      [...tasks.values()].map((task) => [
        task.name,
        (payload: unknown) => task.run(payload as never, stopping.signal),
      ]),
    );

  async function add(reader: Reader, name: string, payload: object, options: AddJob = {}): Promise<void> {
    const task = tasks.get(name);
    // A delay and not a time: the database's clock may differ from ours, and in tests ours stands still.
    const delayMs = options.runAt ? Math.max(0, options.runAt.getTime() - clock.now().getTime()) : 0;
    await reader`select graphile_worker.add_job(${name}, payload := ${JSON.stringify(payload)}::text::json,
      run_at := now() + ${delayMs}::float8 * interval '1 millisecond',
      max_attempts := ${task?.maxAttempts ?? defaultAttempts}, job_key := ${options.key ?? null}::text)`;
  }

  /**
   * Jobs of workers that are dead are done again. One that was at its last attempt is not, and nobody knows how that went; but one in whose place another
   * of its key was added meanwhile, which graphile-worker writes in the same way, is done with it.
   */
  async function free(reader: Reader, workers: readonly string[]): Promise<void> {
    await reader`
      delete from graphile_worker._private_jobs j using graphile_worker._private_jobs next
      where j.locked_by = any(${[...workers]}::text[]) and j.attempts >= j.max_attempts and j.key is null
        and next.task_id = j.task_id and next.key is not null and next.id > j.id and next.payload::text = j.payload::text`;
    const last = await reader<{ name: string; id: string; attempts: number }[]>`
      update graphile_worker._private_jobs j set last_error = ${lostAttempt} from graphile_worker._private_tasks t
      where t.id = j.task_id and j.locked_by = any(${[...workers]}::text[]) and j.attempts >= j.max_attempts
      returning t.identifier as name, j.id::text, j.attempts::int`;
    await reader`select graphile_worker.force_unlock_workers(${[...workers]}::text[])`;
    for (const job of last) {
      log.error({ job: job.name, id: job.id, attempts: job.attempts }, lostAttempt);
      onGaveUp?.({ ...job, error: new Error(lostAttempt) });
    }
  }

  async function takeOver(): Promise<void> {
    const held = await db<{ workerId: string }[]>`
      select distinct locked_by as "workerId" from graphile_worker._private_jobs where locked_by is not null`;
    if (held.length > 0)
      await free(
        db,
        held.map(({ workerId }) => workerId),
      );
  }

  async function beat(): Promise<void> {
    const ids = [...workerIds];
    if (ids.length > 0) {
      await db`insert into job_worker (worker_id, seen_at) select unnest(${ids}::text[]), now()
        on conflict (worker_id) do update set seen_at = excluded.seen_at`;
    }
    await db.begin(async (tx) => {
      const dead = await tx<{ workerId: string }[]>`
        select distinct locked_by as "workerId" from graphile_worker._private_jobs j
        where locked_by is not null and not exists (
          select 1 from job_worker w where w.worker_id = j.locked_by and w.seen_at > now() - ${deadAfterSeconds} * interval '1 second')
        and locked_at < now() - ${deadAfterSeconds} * interval '1 second'`;
      if (dead.length > 0) {
        await free(
          tx,
          dead.map(({ workerId }) => workerId),
        );
        log.warn({ workers: dead.length }, "took over the jobs of workers that stopped");
      }
      await tx`delete from job_worker where seen_at < now() - interval '1 day'`;
    });
  }

  async function begin(): Promise<Runner> {
    const events: WorkerEvents = new EventEmitter();
    // Jobs are locked in the name of the pool of workers.
    events.on("pool:create", ({ workerPool }) => workerIds.add(workerPool.id));
    events.on("job:failed", ({ job, error }) => {
      log.error({ job: job.task_identifier, id: job.id, attempts: job.attempts, err: error }, "job gave up");
      onGaveUp?.({ name: job.task_identifier, id: String(job.id), attempts: job.attempts, error });
    });
    return await run({
      connectionString: connectionString(connection),
      maxPoolSize: concurrency + 1,
      concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      taskList: taskList(),
      events,
      preset: { worker },
      logger: new Logger(() => (level, message) => {
        if (level === "error") log.error({ component: "jobs" }, message);
        else if (level === "warning") log.warn({ component: "jobs" }, message);
      }),
    });
  }

  /** Workers that cannot write down how a job went end, as when the database is away. Others begin when it is back, and do again what nobody knows the end of. */
  async function workForever(): Promise<void> {
    while (runner) {
      // It says why to the log; the promise may be kept all the same.
      await runner.promise.catch(() => {});
      if (stopping.signal.aborted) return;
      runner = undefined;
      log.error("the workers of jobs ended; others begin");
      while (!runner) {
        await sleep(restartMs, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        runner = await beginAgain().catch((error: unknown) => {
          log.warn({ err: error }, "the workers of jobs cannot begin yet");
          return undefined;
        });
      }
      if (stopping.signal.aborted) await runner.stop();
    }
  }

  async function beginAgain(): Promise<Runner> {
    const before = [...workerIds];
    await free(db, before);
    const next = await begin();
    for (const id of before) workerIds.delete(id);
    return next;
  }

  async function beatForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      await beat().catch((error: unknown) => log.warn({ err: error }, "job heartbeat failed"));
      await sleep(heartbeatMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    define(task) {
      if (tasks.has(task.name)) throw new Error(`the job ${task.name} is defined twice`);
      tasks.set(task.name, task as JobTask<never>);
    },
    add,
    every(name, intervalSeconds, work) {
      tasks.set(name, {
        name,
        async run() {
          await work(stopping.signal).catch((error: unknown) =>
            log.error({ err: error, job: name }, "periodic job failed"),
          );
          await add(
            db,
            name,
            {},
            { key: name, runAt: new Date(clock.now().getTime() + intervalSeconds * 1000) },
          );
        },
      });
      periodic.push(name);
    },
    async start() {
      if (alone) await takeOver();
      runner = await begin();
      working = workForever();
      for (const name of periodic) await add(db, name, {}, { key: name });
      await beat();
      heartbeat = beatForever();
    },
    async stop() {
      stopping.abort();
      await runner?.stop();
      await working;
      await heartbeat;
    },
    async drain() {
      await runOnce({
        connectionString: connectionString(connection),
        maxPoolSize: 2,
        noHandleSignals: true,
        taskList: taskList(),
        logger: silent,
        preset: { worker },
      });
    },
  };
}

/** Work that is not done, by state: what waits or is tried again, what is being done, and what gave up. */
export async function countJobs(db: Db): Promise<Record<"waiting" | "running" | "gave-up", number>> {
  const [row] = await db<{ waiting: number; running: number; gaveUp: number }[]>`
    select count(*) filter (where locked_at is null and attempts < max_attempts) as waiting,
      count(*) filter (where locked_at is not null) as running,
      count(*) filter (where locked_at is null and attempts >= max_attempts) as "gaveUp"
    from graphile_worker._private_jobs`;
  return { waiting: row!.waiting, running: row!.running, "gave-up": row!.gaveUp };
}
