import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { newId, systemViewer, transact } from "../../platform/index.ts";
import { entryHash, type SealedEntry } from "./chain.ts";
import { createJournal, type Journal } from "./index.ts";
import { sealKey } from "./signing.ts";

const database = testDatabase();
const platform = testPlatform(database);
const facilityId = newId(platform.clock);
const viewer = systemViewer([facilityId]);
let journal: Journal;
beforeAll(() => {
  journal = createJournal(platform, { sealEverySeconds: 60 });
});

const record = (count: number) =>
  transact(database.db, (tx) =>
    journal.recordMany(
      tx,
      viewer,
      Array.from({ length: count }, (_, i) => ({
        type: "study.received",
        subject: { type: "study", id: `s${i}` },
        facilityId,
        data: { i },
      })),
    ),
  );

/** As somebody who holds the database would. */
async function tamper(work: (sql: typeof database.db) => Promise<unknown>): Promise<void> {
  const { db } = database;
  for (const table of ["fact", "access"]) await db.unsafe(`alter table ${table} disable trigger user`);
  await work(db);
}

const idAt = async (position: number, table = "fact"): Promise<string> =>
  (await database.db.unsafe(`select id from ${table} where position = ${position}`))[0]?.id;

/** Ten facts and ten accesses, sealed at two intervals. */
beforeEach(async () => {
  const { db } = database;
  for (const table of ["fact", "access"]) await db.unsafe(`alter table ${table} disable trigger user`);
  await db`truncate fact, access, journal_head, seal, reader_cursor`;
  for await (const { key } of platform.objects.list("seals", new Date("2999-01-01")))
    await platform.objects.delete(key);
  for (const count of [4, 6]) {
    await record(count);
    for (let i = 0; i < count; i++)
      await journal.access(viewer, { action: "study.viewed", subject: { type: "study", id: `s${i}` } });
    platform.clock.advance(61_000);
    await journal.drain();
  }
  expect(await journal.verify()).toEqual({
    intact: true,
    facts: 10,
    accesses: 10,
    seals: 2,
    unsealed: 0,
    breaches: [],
  });
});

const found = async () => {
  const { intact, breaches } = await journal.verify();
  expect(intact).toBe(breaches.length === 0);
  return breaches.map(({ chain, kind, position, entryId }) => ({ chain, kind, position, entryId }));
};

test.each([
  ["outcome", "outcome = 'refused'"],
  ["data", `data = '{"i": 99}'`],
  ["time", "recorded_at = recorded_at + interval '1 millisecond'"],
  ["actor", "actor_name = 'somebody else'"],
  ["patient", "patient_id = gen_random_uuid()"],
  ["people", "people = array[gen_random_uuid()]"],
  ["address", "address = '10.9.9.9'"],
])("a changed %s is found and the entry named", async (_name, change) => {
  await tamper((sql) => sql.unsafe(`update fact set ${change} where position = 5`));
  expect(await found()).toEqual([{ chain: "fact", kind: "changed", position: 5, entryId: await idAt(5) }]);
});

test("a changed access is found", async () => {
  await tamper((sql) => sql`update access set actor_id = 'x' where position = 10`);
  expect(await found()).toEqual([
    { chain: "access", kind: "changed", position: 10, entryId: await idAt(10, "access") },
  ]);
});

test("several changed entries are all named", async () => {
  await tamper((sql) => sql`update fact set actor_id = 'x' where position in (1, 4, 8)`);
  expect((await found()).map(({ kind, position }) => [kind, position])).toEqual([
    ["changed", 1],
    ["changed", 4],
    ["changed", 8],
  ]);
});

test("a removed entry is found by its position", async () => {
  await tamper((sql) => sql`delete from fact where position = 3`);
  expect(await found()).toEqual([{ chain: "fact", kind: "removed", position: 3, entryId: null }]);
});

test("a removed entry is found although the others were renumbered", async () => {
  await tamper(async (sql) => {
    await sql`delete from fact where position = 3`;
    for (let position = 4; position <= 10; position++)
      await sql`update fact set position = ${position - 1} where position = ${position}`;
  });
  expect((await found())[0]).toEqual({
    chain: "fact",
    kind: "removed",
    position: 3,
    entryId: null,
  });
});

test("removed last entries are found", async () => {
  await tamper((sql) => sql`delete from access where position > 8`);
  expect((await found())[0]).toMatchObject({ chain: "access", kind: "cut", position: 9 });
});

test("an added entry is found and named, in the middle and at the end", async () => {
  const id = newId(platform.clock);
  await tamper(async (sql) => {
    for (let position = 10; position >= 6; position--)
      await sql`update fact set position = ${position + 1} where position = ${position}`;
    await sql`insert into fact select ${id}::uuid, 'study.deleted', actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id,
      subject_type, subject_id, people, outcome, data, recorded_at, 6, hash from fact where position = 5`;
  });
  expect(await found()).toEqual([{ chain: "fact", kind: "added", position: 6, entryId: id }]);
});

test("an entry added at the end, with the right hash, is found and named", async () => {
  const id = newId(platform.clock);
  const [last] = await database.db<SealedEntry[]>`
    select id, type as word, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", request_id as "requestId", address,
      facility_id as "facilityId", patient_id as "patientId", subject_type as "subjectType", subject_id as "subjectId", people, outcome,
      data::text as data, recorded_at as "recordedAt", position, hash from fact where position = 10`;
  const hash = entryHash("fact", last!.hash, 11, { ...last!, id });
  await tamper(
    (
      sql,
    ) => sql`insert into fact select ${id}::uuid, type, actor_kind, actor_id, actor_name, request_id, address, facility_id, patient_id,
      subject_type, subject_id, people, outcome, data, recorded_at, 11, ${hash} from fact where position = 10`,
  );
  expect(await found()).toEqual([{ chain: "fact", kind: "added", position: 11, entryId: id }]);
});

const swap = (a: number, b: number) =>
  tamper(async (sql) => {
    await sql`update fact set position = 1000 where position = ${a}`;
    await sql`update fact set position = ${a} where position = ${b}`;
    await sql`update fact set position = ${b} where position = 1000`;
  });

test.each([
  [4, 5],
  [2, 9],
  [1, 10],
  [9, 10],
])("the reordered entries %i and %i are found and named", async (a, b) => {
  await swap(a, b);
  expect((await found()).sort((x, y) => x.position! - y.position!)).toEqual([
    { chain: "fact", kind: "reordered", position: a, entryId: await idAt(a) },
    { chain: "fact", kind: "reordered", position: b, entryId: await idAt(b) },
  ]);
});

test("contents that changed places under the hashes are found", async () => {
  await tamper(async (sql) => {
    await sql`update fact set subject_id = case subject_id when 's0' then 's1' else 's0' end,
      data = case data->>'i' when '0' then '{"i": 1}'::jsonb else '{"i": 0}'::jsonb end,
      id = id where position in (1, 2)`;
  });
  expect((await found()).map(({ position }) => position)).toEqual([1, 2]);
});

test("a chain that was made anew is found by the seals", async () => {
  await tamper(async (sql) => {
    await sql`update fact set actor_id = 'x' where position = 6`;
    await rehash(sql, 6, 10);
  });
  const all = await found();
  expect(all).toContainEqual({ chain: "fact", kind: "changed", position: 10, entryId: null });
});

async function rehash(sql: typeof database.db, from: number, to: number): Promise<void> {
  for (let position = from; position <= to; position++) {
    const [before] = await sql`select hash from fact where position = ${position - 1}`;
    const [entry] = await sql<SealedEntry[]>`
      select id, type as word, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", request_id as "requestId", address,
        facility_id as "facilityId", patient_id as "patientId", subject_type as "subjectType", subject_id as "subjectId", people, outcome,
        data::text as data, recorded_at as "recordedAt" from fact where position = ${position}`;
    await sql`update fact set hash = ${entryHash("fact", before?.hash, position, entry!)} where position = ${position}`;
  }
}

test("seals that were changed, removed or forged are found", async () => {
  await tamper((sql) => sql`update seal set sealed_at = sealed_at + interval '1 second' where number = 2`);
  expect((await found()).map(({ kind, position }) => [kind, position])).toEqual([
    ["forged-seal", 2],
    ["forged-seal", 2],
  ]);
  await tamper((sql) => sql`delete from seal where number = 1`);
  expect((await found()).map(({ kind }) => kind)).toContain("removed");
});

test("a database that was set back to an earlier state is found by the copies in the object store", async () => {
  await tamper(async (sql) => {
    const [head] = await sql`select * from journal_head`;
    await record(3);
    platform.clock.advance(61_000);
    await journal.drain();
    await sql`delete from fact where position > 10`;
    await sql`delete from seal where number > 2`;
    await sql`update journal_head set ${sql(head!, "fact_position", "fact_hash", "access_position", "access_hash", "sealed_at", "key_id", "signature")}`;
  });
  expect(await found()).toEqual([{ chain: "seal", kind: "cut", position: 3, entryId: null }]);
});

test("a copy that is missing or differs is found", async () => {
  await platform.objects.delete(sealKey(1));
  await platform.objects.delete(sealKey(2));
  expect((await found()).map(({ kind, position }) => [kind, position])).toEqual([
    ["missing-copy", 1],
    ["missing-copy", 2],
  ]);
  await database.db`update seal set copied_at = null where number = 2`;
  await journal.drain();
  await platform.objects.put(
    sealKey(1),
    (async function* () {
      yield Buffer.from("{}");
    })(),
  );
  expect((await found()).map(({ kind, position }) => [kind, position])).toEqual([["forged-seal", 1]]);
});

test("work goes on after the signed end was forged, and the journal says so for ever", async () => {
  await tamper((sql) => sql`update journal_head set fact_hash = ${Buffer.alloc(32, 7)}`);
  await record(1);
  await journal.drain();
  const after = await journal.verify();
  expect(after.unsealed).toBe(0);
  expect(after.breaches.map(({ kind }) => kind)).toContain("forged-seal");
  expect(after.breaches.some(({ kind, position }) => kind === "changed" && position === 11)).toBe(true);
});

test("a copy that a crash left half is made whole", async () => {
  const whole = await platform.objects.read(sealKey(2));
  await platform.objects.delete(sealKey(2));
  await platform.objects.put(
    sealKey(2),
    (async function* () {
      yield whole.subarray(0, 40);
    })(),
  );
  await database.db`update seal set copied_at = null where number = 2`;
  await journal.drain();
  expect((await platform.objects.read(sealKey(2))).equals(whole)).toBe(true);
  expect(await found()).toEqual([]);
});
