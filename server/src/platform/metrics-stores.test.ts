import { Readable } from "node:stream";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { transact } from "./database/database.ts";
import { measureDatabase, measuredStore } from "./metrics-stores.ts";
import type { ObjectStore } from "./objects/objects.ts";
import { Refusal } from "./refusal.ts";

const database = testDatabase();
/** The counted calls of a histogram by its labels. */
const counts = async (registry: Registry, name: string): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await registry.metrics())
      .split("\n")
      .map((line) => new RegExp(`^${name}_count\\{(.*)\\} (\\d+)$`).exec(line))
      .flatMap((match) => (match ? [[match[1]!.replaceAll('"', ""), Number(match[2])]] : [])),
  );

test("calls of the store are counted by operation and outcome, and answer as they did", async () => {
  const registry = new Registry();
  const missing = new Refusal("not-found", "object.not-found", "There is no such object.");
  const store = measuredStore(
    {
      read: async (key: string) => {
        if (key === "nothing") throw missing;
        if (key === "broken") throw new Error("the disk");
        return Buffer.from(key);
      },
      get: async () => Readable.from([]),
      freeBytes: async () => 7,
    } as Partial<ObjectStore> as ObjectStore,
    registry,
  );
  expect((await store.read("a")).toString()).toBe("a");
  await store.read("b");
  await store.get("a");
  await expect(store.read("nothing")).rejects.toBe(missing);
  await expect(store.read("broken")).rejects.toThrow("the disk");
  expect(await store.freeBytes()).toBe(7);
  expect(await counts(registry, "isocenter_object_store_seconds")).toEqual({
    "operation=read,outcome=ok": 2,
    "operation=get,outcome=ok": 1,
    "operation=read,outcome=missing": 1,
    "operation=read,outcome=failed": 1,
  });
});

test("transactions are counted by how they end, and the database is asked when Prometheus asks", async () => {
  const registry = new Registry();
  measureDatabase(database.db, registry);
  await transact(database.db, async (tx) => void (await tx`select 1`));
  await expect(transact(database.db, async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(transact(database.db, async (tx) => void (await tx`select 1 / 0`))).rejects.toThrow();
  expect(await counts(registry, "isocenter_database_transaction_seconds")).toEqual({
    "outcome=committed": 1,
    "outcome=rolled-back": 2,
  });
  const [, answer] = /^isocenter_database_answer_seconds (\S+)$/m.exec(await registry.metrics())!;
  expect(Number(answer)).toBeGreaterThan(0);
});
