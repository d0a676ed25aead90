import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { expect, onTestFinished, test } from "vitest";
import { createFileStore } from "../platform/index.ts";
import { olderSealCopies } from "./older-seal-copies.ts";

const database = testDatabase();

test("copies that are older than the seals of their number are told, and no others", async () => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-seal-copies-"));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  const store = createFileStore(folder);
  const key = (number: number) => `seals/${String(number).padStart(12, "0")}`;
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour));
  const { db } = database;
  const nothing = Buffer.alloc(32);
  for (const number of [1, 2, 3]) {
    await db`insert into seal (number, fact_position, fact_hash, access_position, access_hash, sealed_at, previous, key_id, signature)
      values (${number}, ${number}, ${nothing}, 0, ${nothing}, ${at(number).toISOString()}, ${nothing}, 'key', ${nothing})`;
  }
  // 2 was made anew since, 3 has not been copied yet, and 4 is of a time that is gone.
  for (const [number, hour] of [
    [1, 1],
    [2, 1],
    [4, 4],
  ] as const) {
    await store.put(
      key(number),
      (async function* () {
        yield Buffer.from("{}\n");
      })(),
    );
    const name = key(number).slice(-12);
    await fs.utimes(path.join(folder, "seals", name.slice(-2), name), at(hour), at(hour));
  }
  expect([...(await olderSealCopies(db, store))]).toEqual([key(2)]);
});
