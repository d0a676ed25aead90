import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { afterEach, expect, test, vi } from "vitest";
import { newId, systemViewer, transact } from "../../platform/index.ts";
import { createJournal, type Journal, type SealedFact } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const facilityId = newId(platform.clock);
const viewer = systemViewer([facilityId]);
const open: Journal[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((journal) => journal.stop()));
});

const fact = (type: string, id = newId(platform.clock)) => ({
  type,
  subject: { type: "study", id },
  facilityId,
});
const record = (journal: Journal, type: string) =>
  transact(database.db, (tx) => journal.record(tx, viewer, fact(type)));

test("a transaction that commits late gets the later position, so readers skip nothing", async () => {
  const journal = createJournal(platform);
  const seen: string[] = [];
  journal.registerReader({
    name: "late",
    types: ["late.first", "late.second"],
    async handle(_tx, facts) {
      seen.push(...facts.map((each) => each.type));
    },
  });
  const gate = Promise.withResolvers<void>();
  const inserted = Promise.withResolvers<void>();
  const slow = transact(database.db, async (tx) => {
    await journal.record(tx, viewer, fact("late.first"));
    inserted.resolve();
    await gate.promise;
  });
  await inserted.promise;
  await record(journal, "late.second");
  await journal.drain();
  expect(seen).toEqual(["late.second"]);
  gate.resolve();
  await slow;
  await journal.drain();
  expect(seen).toEqual(["late.second", "late.first"]);
  const rows = await database.db`select type from fact where type like 'late.%' order by position`;
  expect(rows.map((row) => row.type)).toEqual(seen);
});

test("a transaction that is rolled back leaves no fact", async () => {
  const journal = createJournal(platform);
  await transact(database.db, async (tx) => {
    await journal.record(tx, viewer, fact("undone.fact"));
    throw new Error("no");
  }).catch(() => {});
  const [row] = await database.db`select count(*)::int as n from fact where type = 'undone.fact'`;
  expect(row?.n).toBe(0);
});

test("a fact carries who, where, what, which patient and when", async () => {
  const journal = createJournal(platform);
  const patientId = newId(platform.clock);
  const person = newId(platform.clock);
  const followed: SealedFact[] = [];
  await journal.drain();
  const unfollow = journal.follow((facts) => followed.push(...facts));
  await transact(database.db, (tx) =>
    journal.recordMany(tx, { ...viewer, requestId: "request-1", address: "10.0.0.9" }, [
      {
        type: "whole.fact",
        subject: { type: "study", id: "s1" },
        facilityId,
        patientId,
        people: [person],
        outcome: "refused",
        data: { count: 2 },
      },
      fact("plain.fact", "s2"),
    ]),
  );
  await journal.drain();
  unfollow();
  expect(followed).toMatchObject([
    {
      type: "whole.fact",
      actor: { kind: "system", id: "system", name: "Isocenter" },
      requestId: "request-1",
      facilityId,
      patientId,
      people: [person],
      outcome: "refused",
      data: { count: 2 },
      subject: { type: "study", id: "s1" },
      recordedAt: platform.clock.now(),
    },
    { type: "plain.fact", people: [], outcome: "success", data: {}, patientId: null },
  ]);
  expect(followed[1]!.position).toBe(followed[0]!.position + 1);
  expect(await journal.factsAfter(followed[0]!.position - 1, 1)).toEqual([followed[0]]);
  expect(await journal.position()).toBe(followed[1]!.position);
});

test("a reader's writes and its cursor stand or fall together; one that fails does not stop others", async () => {
  await database.db`create table seen_fact (id text)`;
  const journal = createJournal(platform);
  let broken = true;
  const steady: string[] = [];
  journal.registerReader({
    name: "breaking",
    types: ["pair.one", "pair.two"],
    async handle(tx, facts) {
      for (const each of facts) await tx`insert into seen_fact values (${each.type})`;
      if (broken) throw new Error("not now");
    },
  });
  journal.registerReader({
    name: "steady",
    types: ["pair.one", "pair.two"],
    handle: async (_tx, facts) => void steady.push(...facts.map((each) => each.type)),
  });
  await record(journal, "pair.one");
  await record(journal, "pair.two");
  await expect(journal.drain()).rejects.toThrow(AggregateError);
  expect(steady).toEqual(["pair.one", "pair.two"]);
  expect(await database.db`select * from seen_fact`).toHaveLength(0);
  broken = false;
  await journal.drain();
  await journal.drain();
  expect((await database.db`select id from seen_fact`).map((row) => row.id)).toEqual([
    "pair.one",
    "pair.two",
  ]);
});

test("a reader may record facts, and begins now or at the beginning", async () => {
  const journal = createJournal(platform);
  await record(journal, "chain.start");
  await journal.drain();
  const again = createJournal(platform);
  const fromNow: string[] = [];
  again.registerReader({
    name: "chain-maker",
    types: ["chain.start"],
    handle: (tx, facts) =>
      again.recordMany(
        tx,
        viewer,
        facts.map(() => fact("chain.next")),
      ),
  });
  again.registerReader({
    name: "chain-follower",
    types: ["chain.start", "chain.next"],
    startAt: "now",
    handle: async (_tx, facts) => void fromNow.push(...facts.map((each) => each.type)),
  });
  await again.drain();
  expect(fromNow).toEqual(["chain.next"]);
});

test("running: what is recorded is sealed and read without being asked, in another process as well", async () => {
  const writer = createJournal(platform);
  const other = createJournal(platform);
  open.push(writer, other);
  const heard: string[] = [];
  const read = vi.fn();
  other.registerReader({ name: "elsewhere", types: ["live.fact"], handle: async () => read() });
  await writer.start();
  await other.start();
  other.follow((facts) => heard.push(...facts.map((each) => each.type)));
  await record(writer, "live.fact");
  await expect.poll(() => [heard, read.mock.calls.length]).toEqual([["live.fact"], 1]);
});

test("running: a reader that fails tries again by itself", async () => {
  const journal = createJournal(platform);
  open.push(journal);
  let calls = 0;
  const done: string[][] = [];
  journal.registerReader({
    name: "stumbling",
    types: ["stumble.fact"],
    async handle(_tx, facts) {
      calls += 1;
      if (calls === 1) throw new Error("the first time");
      done.push(facts.map((each) => each.type));
    },
  });
  await journal.start();
  await transact(database.db, (tx) =>
    journal.recordMany(tx, viewer, [fact("stumble.fact"), fact("stumble.fact")]),
  );
  await expect.poll(() => done).toEqual([["stumble.fact"], ["stumble.fact"]]);
});

test("accesses are written within a second, counted once where that is asked, and at the stop", async () => {
  const journal = createJournal(platform);
  await journal.start();
  const frame = { action: "frame.viewed", subject: { type: "study", id: "s9" }, onceInSeconds: 300 };
  for (let i = 0; i < 5; i++) await journal.access(viewer, frame);
  const count = async () =>
    (await database.db`select count(*)::int as n from access where action = 'frame.viewed'`)[0]?.n;
  await expect.poll(() => count()).toBe(1);
  platform.clock.advance(301_000);
  await journal.access(viewer, frame);
  await journal.stop();
  expect(await count()).toBe(2);
  const [unsealed] = await database.db`select count(*)::int as n from access where position is null`;
  expect(unsealed?.n).toBe(0);
});

test("when the buffer is full the next access waits until it is written", async () => {
  const journal = createJournal(platform, { accessCapacity: 3 });
  const look = () => journal.access(viewer, { action: "full.viewed", subject: { type: "study", id: "s" } });
  await look();
  await look();
  await look();
  await look();
  const [written] = await database.db`select count(*)::int as n from access where action = 'full.viewed'`;
  expect(written?.n).toBe(3);
  await journal.drain();
});

test("a reader registered twice or too late is a mistake that shows at once", async () => {
  const journal = createJournal(platform);
  open.push(journal);
  const reader = { name: "twice", types: [], handle: async () => {} };
  journal.registerReader(reader);
  expect(() => journal.registerReader(reader)).toThrow(/twice/);
  await journal.start();
  expect(() => journal.registerReader({ ...reader, name: "late" })).toThrow(/after the start/);
});

test("data that is too long is refused", async () => {
  const journal = createJournal(platform);
  const long = { ...fact("long.fact"), data: { text: "x".repeat(20_000) } };
  await expect(transact(database.db, (tx) => journal.record(tx, viewer, long))).rejects.toThrow(/too long/);
});

test("what is sealed is not changed or removed by mistake", async () => {
  const journal = createJournal(platform);
  await record(journal, "kept.fact");
  await journal.drain();
  await expect(database.db`update fact set outcome = 'failed' where type = 'kept.fact'`).rejects.toThrow(
    /sealed/,
  );
  await expect(database.db`delete from fact where type = 'kept.fact'`).rejects.toThrow(/sealed/);
  await expect(database.db`truncate fact`).rejects.toThrow(/sealed/);
});

test("sealers of several processes make one chain, also while others write", async () => {
  const journals = Array.from({ length: 4 }, () => createJournal(platform));
  await Promise.all(
    journals.flatMap((journal) => [
      (async () => {
        for (let i = 0; i < 30; i++) await record(journal, "crowd.fact");
      })(),
      (async () => {
        for (let i = 0; i < 15; i++) await journal.drain();
      })(),
    ]),
  );
  await journals[0]!.drain();
  const verification = await journals[1]!.verify();
  expect(verification).toMatchObject({ intact: true, unsealed: 0, breaches: [] });
  const [row] =
    await database.db`select count(*)::int as n from fact where type = 'crowd.fact' and position is not null`;
  expect(row?.n).toBe(120);
});
