import { testDatabase } from "@isocenter/test/support/database.ts";
import pino from "pino";
import { beforeAll, expect, inject, test } from "vitest";
import { manualClock } from "./clock.ts";
import { createJobs, type JobsOptions, prepareJobs } from "./jobs-postgres.ts";

const database = testDatabase();
let options: JobsOptions;
beforeAll(() => {
  options = {
    db: database.db,
    connection: { url: null, socketPath: inject("postgresSocket"), database: database.name },
    clock: manualClock(),
    log: pino({ level: "silent" }),
  };
});

/** Until somebody waits for a row of the queue. */
const waitingForALock = () =>
  expect
    .poll(async () => {
      const [row] = await database.db<{ waiting: boolean }[]>`
        select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`;
      return row?.waiting;
    })
    .toBe(true);

test("a job added in a transaction that fails is never run", async () => {
  const jobs = createJobs(options);
  const seen: unknown[] = [];
  jobs.define({ name: "test.note", run: async (payload) => void seen.push(payload) });
  await expect(
    database.db.begin(async (tx) => {
      await jobs.add(tx, "test.note", { n: 1 });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await jobs.add(database.db, "test.note", { n: 2 });
  await jobs.drain();
  expect(seen).toEqual([{ n: 2 }]);
});

test("a key keeps one waiting job, with the newest payload and time", async () => {
  const jobs = createJobs(options);
  const seen: unknown[] = [];
  jobs.define({ name: "test.keyed", run: async (payload) => void seen.push(payload) });
  await jobs.add(database.db, "test.keyed", { n: 1 }, { key: "k" });
  await jobs.add(database.db, "test.keyed", { n: 2 }, { key: "k" });
  await jobs.add(
    database.db,
    "test.keyed",
    { n: 3 },
    { key: "later", runAt: new Date(options.clock.now().getTime() + 60_000) },
  );
  await jobs.drain();
  expect(seen).toEqual([{ n: 2 }]);
});

test("a drain ends when how each job went is written down", async () => {
  const jobs = createJobs(options);
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const order: string[] = [];
  let holding: Promise<unknown> | undefined;
  jobs.define({
    name: "test.locked",
    maxAttempts: 1,
    async run() {
      // Whoever writes down how it went has to wait.
      holding = database.db.begin(async (tx) => {
        await tx`select from graphile_worker._private_jobs where locked_at is not null for update`;
        locked.resolve();
        await release.promise;
      });
      await locked.promise;
      throw new Error("broken");
    },
  });
  await jobs.add(database.db, "test.locked", {});
  const drained = jobs.drain().then(() => order.push("drained"));
  await waitingForALock();
  order.push("released");
  release.resolve();
  await Promise.all([drained, holding]);
  expect(order).toEqual(["released", "drained"]);
});

test("a running worker takes a job at once, a failing job gives up after its attempts and says so", async () => {
  const gaveUp = Promise.withResolvers<{ name: string; attempts: number }>();
  const done = Promise.withResolvers<unknown>();
  const jobs = createJobs({ ...options, onGaveUp: gaveUp.resolve });
  jobs.define({ name: "test.good", run: async (payload) => done.resolve(payload) });
  jobs.define({
    name: "test.bad",
    maxAttempts: 1,
    run: async () => {
      throw new Error("broken");
    },
  });
  await jobs.start();
  await jobs.add(database.db, "test.good", { n: 1 });
  await jobs.add(database.db, "test.bad", {});
  expect(await done.promise).toEqual({ n: 1 });
  expect(await gaveUp.promise).toMatchObject({ name: "test.bad", attempts: 1 });
  await jobs.stop();
});

test("a stop waits until how each job went is written down, so that none is done again", async () => {
  const jobs = createJobs(options);
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const order: string[] = [];
  let holding: Promise<unknown> | undefined;
  jobs.define({
    name: "test.stopped",
    async run() {
      holding = database.db.begin(async (tx) => {
        await tx`select from graphile_worker._private_jobs where payload->>'of' = 'stopped' for update`;
        locked.resolve();
        await release.promise;
      });
      await locked.promise;
    },
  });
  await jobs.start();
  await jobs.add(database.db, "test.stopped", { of: "stopped" });
  await locked.promise;
  const stopped = jobs.stop().then(() => order.push("stopped"));
  await waitingForALock();
  order.push("released");
  release.resolve();
  await Promise.all([stopped, holding]);
  expect(order).toEqual(["released", "stopped"]);
  expect(
    await database.db`select from graphile_worker._private_jobs where payload->>'of' = 'stopped'`,
  ).toHaveLength(0);
});

test("a job whose program died during its last attempt is not done again, and raises an alarm", async () => {
  const gaveUp: unknown[] = [];
  const jobs = createJobs({ ...options, alone: true, onGaveUp: (job) => void gaveUp.push(job) });
  const done: unknown[] = [];
  jobs.define({ name: "test.died", maxAttempts: 2, run: async (payload) => void done.push(payload) });
  for (const attempts of [1, 2]) {
    await jobs.add(database.db, "test.died", { attempts });
    await database.db`update graphile_worker._private_jobs set attempts = ${attempts}, locked_by = 'killed', locked_at = now()
      where payload->>'attempts' = ${String(attempts)}`;
  }
  await jobs.start();
  await expect.poll(() => done).toEqual([{ attempts: 1 }]);
  await jobs.stop();
  expect(gaveUp).toMatchObject([{ name: "test.died", attempts: 2 }]);
  const left = await database.db`
    select locked_by, last_error from graphile_worker._private_jobs where payload->>'attempts' is not null`;
  expect(left).toEqual([{ locked_by: null, last_error: "the program ended during the last attempt" }]);
});

test("a job that died when another of its key had taken its place is gone, and nobody is alarmed", async () => {
  const gaveUp: unknown[] = [];
  const jobs = createJobs({ ...options, alone: true, onGaveUp: (job) => void gaveUp.push(job) });
  const done: unknown[] = [];
  jobs.define({ name: "test.again", run: async (payload) => void done.push(payload) });
  await jobs.add(database.db, "test.again", { of: "again" }, { key: "again" });
  await database.db`update graphile_worker._private_jobs set attempts = 1, locked_by = 'killed', locked_at = now() where payload->>'of' = 'again'`;
  await jobs.add(database.db, "test.again", { of: "again" }, { key: "again" });
  await jobs.start();
  await expect.poll(() => done).toEqual([{ of: "again" }]);
  await jobs.stop();
  expect(gaveUp).toEqual([]);
  expect(
    await database.db`select from graphile_worker._private_jobs where payload->>'of' = 'again'`,
  ).toHaveLength(0);
});

test("workers that cannot write down how a job went are followed by others, which do it again", async () => {
  await database.db.unsafe(`
    create function unwritable() returns trigger language plpgsql as $$ begin raise exception 'away'; end $$;
    create trigger unwritable before delete on graphile_worker._private_jobs for each row when (old.payload->>'of' = 'unwritten') execute function unwritable()`);
  const jobs = createJobs(options);
  let runs = 0;
  jobs.define({
    name: "test.unwritten",
    async run() {
      runs += 1;
      if (runs === 2) await database.db`drop trigger unwritable on graphile_worker._private_jobs`;
    },
  });
  await jobs.start();
  await jobs.add(database.db, "test.unwritten", { of: "unwritten" });
  const left = () =>
    database.db`select from graphile_worker._private_jobs where payload->>'of' = 'unwritten'`;
  await expect.poll(async () => [runs, (await left()).length]).toEqual([2, 0]);
  await jobs.stop();
});

test("the jobs of a worker without a heartbeat are taken over, those of a living one are not", async () => {
  const done = Promise.withResolvers<unknown>();
  const jobs = createJobs(options);
  jobs.define({ name: "test.stale", run: async (payload) => done.resolve(payload) });
  await jobs.add(database.db, "test.stale", { of: "dead" });
  await jobs.add(database.db, "test.stale", { of: "living" }, { key: "living" });
  const lock = (worker: string, whose: string) =>
    database.db`update graphile_worker._private_jobs set locked_by = ${worker}, locked_at = now() - interval '10 minutes'
      where payload->>'of' = ${whose}`;
  await lock("worker-dead", "dead");
  await lock("worker-living", "living");
  await database.db`insert into job_worker values ('worker-dead', now() - interval '5 minutes'), ('worker-living', now())`;
  await jobs.start();
  expect(await done.promise).toEqual({ of: "dead" });
  await jobs.stop();
  const [left] =
    await database.db`select locked_by from graphile_worker._private_jobs where payload->>'of' = 'living'`;
  expect(left).toEqual({ locked_by: "worker-living" });
});

test("a job that takes long is not taken from the worker that runs it", async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  let runs = 0;
  const define = () => {
    const jobs = createJobs(options);
    jobs.define({
      name: "test.long",
      run: async () => {
        runs += 1;
        begun.resolve();
        await end.promise;
      },
    });
    return jobs;
  };
  const jobs = define();
  await jobs.start();
  await jobs.add(database.db, "test.long", { of: "long" });
  await begun.promise;
  await database.db`update graphile_worker._private_jobs set locked_at = now() - interval '10 minutes' where payload->>'of' = 'long'`;
  const other = define();
  await other.start();
  const [row] =
    await database.db`select locked_by is not null as held from graphile_worker._private_jobs where payload->>'of' = 'long'`;
  expect(row).toEqual({ held: true });
  end.resolve();
  await other.stop();
  await jobs.stop();
  expect(runs).toBe(1);
});

test("periodic work runs, survives its own error and is planned again", async () => {
  const jobs = createJobs(options);
  let runs = 0;
  const ran = Promise.withResolvers<void>();
  jobs.every("test.periodic", 3600, async () => {
    runs += 1;
    ran.resolve();
    throw new Error("once");
  });
  await jobs.start();
  await ran.promise;
  await jobs.stop();
  const waiting =
    await database.db`select run_at > now() + interval '50 minutes' as later from graphile_worker.jobs where key = 'test.periodic'`;
  expect([runs, waiting.map((row) => row.later)]).toEqual([1, [true]]);
});

test("several programs may start at once on an empty database", async () => {
  await database.db`drop schema graphile_worker cascade`;
  await database.db`drop table job_worker`;
  await Promise.all(Array.from({ length: 6 }, () => prepareJobs(options.connection)));
  const [row] = await database.db`
    select to_regclass('job_worker') is not null as workers, to_regclass('graphile_worker._private_jobs') is not null as jobs`;
  expect(row).toEqual({ workers: true, jobs: true });
});
