import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFileStore } from "./file.ts";
import { markObjects } from "./mark.ts";

const database = testDatabase();
let root: string;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-"));
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

async function* bytes() {
  yield Buffer.from("image");
}
const empty = async () => {
  await fs.rm(root, { recursive: true });
  await fs.mkdir(root);
};

test("a folder that is not mounted any more is down, and takes nothing in", async () => {
  const store = createFileStore(root);
  await markObjects(root, database.db);
  await store.check();
  await store.put("instances/aa", bytes());
  await empty();
  await expect(store.check()).rejects.toThrow("is its disk mounted?");
  await expect(store.put("instances/bb", bytes())).rejects.toThrow("is its disk mounted?");
  // What lies on it is not lost.
  for (const ask of [store.read, store.get, store.size])
    await expect(ask("instances/aa")).rejects.toMatchObject({
      kind: "unavailable",
      code: "store.unavailable",
    });
  expect(await fs.readdir(root)).toEqual([]);
});

test("a start finds an empty folder where the database names objects, and marks nothing", async () => {
  const { db } = database;
  await markObjects(root, db);
  expect(await fs.readdir(root)).toHaveLength(1);
  await empty();
  await db`insert into seal (number, fact_position, fact_hash, access_position, access_hash, sealed_at, previous, key_id, signature, copied_at)
    values (1, 1, '', 1, '', now(), '', '', '', now())`;
  await expect(markObjects(root, db)).rejects.toThrow(/holds no objects, although the database names some/);
  // What something else left there makes it no archive's.
  await fs.mkdir(path.join(root, "lost+found"));
  await expect(markObjects(root, db)).rejects.toThrow(/Is its disk mounted/);
  expect(await fs.readdir(root)).toEqual(["lost+found"]);
  // One that was filled before there were marks gets its own.
  await fs.mkdir(path.join(root, "seals"));
  await markObjects(root, db);
  expect(await fs.readdir(root)).toHaveLength(3);
});
