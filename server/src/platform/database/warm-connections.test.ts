import { testDatabase } from "@isocenter/test/support/database.ts";
import { expect, inject, test } from "vitest";
import { connect, type Db, transact } from "./database.ts";
import { lastUsedFirst } from "./warm-connections.ts";

const database = testDatabase();

async function withPool(work: (db: Db) => Promise<void>): Promise<void> {
  const db = connect({
    url: null,
    socketPath: inject("postgresSocket"),
    database: database.name,
    max: 6,
  });
  try {
    await work(db);
  } finally {
    await db.end({ timeout: 5 });
  }
}

const backend = async (db: Db): Promise<number> =>
  (await db<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid;
const together = (db: Db, count: number): Promise<number[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      transact(db, async (tx) => (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid),
    ),
  );

test("what comes one after the other is asked on one connection, whatever came at once before", async () => {
  await withPool(async (db) => {
    expect(await lastUsedFirst(db)).toBe(true);
    expect(new Set(await together(db, 6)).size).toBe(6);
    const one = new Set<number>();
    for (let n = 0; n < 12; n++) one.add(await backend(db));
    expect(one.size).toBe(1);
    const at = new Set<number>();
    for (let n = 0; n < 6; n++) for (const pid of await together(db, 2)) at.add(pid);
    expect(at.size).toBe(2);
  });
});

test("more than there are connections wait for one, and a connection that is cut off is replaced", async () => {
  await withPool(async (db) => {
    // Also where something was asked before.
    await backend(db);
    expect(await lastUsedFirst(db)).toBe(true);
    const all = await together(db, 40);
    expect(all).toHaveLength(40);
    expect(new Set(all).size).toBe(6);
    const victim = await backend(db);
    await database.db`select pg_terminate_backend(${victim})`;
    await expect.poll(() => database.db`select from pg_stat_activity where pid = ${victim}`).toHaveLength(0);
    // A statement that is sent before the driver hears of it fails with the connection.
    await expect.poll(() => backend(db).catch(() => victim)).not.toBe(victim);
    expect(new Set(await together(db, 40)).size).toBe(6);
  });
});
