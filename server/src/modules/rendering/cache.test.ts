import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { manualClock } from "../../platform/index.ts";
import { openFileCache } from "./cache.ts";

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), "isocenter-cache-"));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

const clock = manualClock();
const key = (name: string) => createHash("sha256").update(name).digest("hex");
const bytes = (size: number, value = 7) => Buffer.alloc(size, value);
const open = async (maxBytes = 1_000_000) => {
  const cache = await openFileCache({ folder, maxBytes, clock });
  await cache.ready;
  return cache;
};
const fileOf = (name: string) => path.join(folder, key(name).slice(0, 2), key(name));

test("gives back what was put, also after a new start", async () => {
  const cache = await open();
  expect(await cache.get(key("a"))).toBeNull();
  await cache.put(key("a"), bytes(10));
  expect(await cache.get(key("a"))).toEqual(bytes(10));
  expect(await (await open()).get(key("a"))).toEqual(bytes(10));
});

test("keeps to its bytes: what was not used for longest goes first", async () => {
  const cache = await open(3 * 112);
  for (const name of ["a", "b", "c"]) await cache.put(key(name), bytes(100));
  await cache.get(key("a"));
  await cache.put(key("d"), bytes(100));
  expect(await cache.get(key("b"))).toBeNull();
  for (const name of ["a", "c", "d"]) expect(await cache.get(key(name)), name).not.toBeNull();
  expect(cache.size()).toBe(3 * 112);
});

test("the order of use outlives a new start", async () => {
  const cache = await open();
  for (const name of ["a", "b", "c"]) {
    await cache.put(key(name), bytes(100));
    await fs.utimes(fileOf(name), clock.now(), clock.now());
    clock.advance(7_200_000);
  }
  await cache.get(key("a"));
  const small = await open(112);
  expect(await small.get(key("a"))).not.toBeNull();
  expect(await small.get(key("c"))).toBeNull();
});

test("a file that a crash left incomplete, or that rotted, is missed and removed", async () => {
  const cache = await open();
  await cache.put(key("cut"), bytes(100));
  await cache.put(key("rotten"), bytes(100));
  await fs.truncate(fileOf("cut"), 50);
  const rotten = await fs.readFile(fileOf("rotten"));
  rotten[60] = 0;
  await fs.writeFile(fileOf("rotten"), rotten);
  expect(await cache.get(key("cut"))).toBeNull();
  expect(await cache.get(key("rotten"))).toBeNull();
  await expect(fs.stat(fileOf("cut"))).rejects.toThrow();
  expect(cache.size()).toBe(0);
});

test("leftovers of a write that broke off are removed at the start", async () => {
  const cache = await open();
  await cache.put(key("a"), bytes(10));
  const leftover = `${fileOf("a")}.0000`;
  await fs.writeFile(leftover, "half");
  await fs.utimes(leftover, clock.now(), clock.now());
  await open();
  await expect(fs.stat(leftover), "still being written").resolves.toBeDefined();
  clock.advance(7_200_000);
  await open();
  await expect(fs.stat(leftover)).rejects.toThrow();
});

test("what is used while the files of earlier runs are counted stays the newest", async () => {
  const before = await open();
  for (const name of ["a", "b"]) await before.put(key(name), bytes(100));
  const cache = await openFileCache({ folder, maxBytes: 2 * 112, clock });
  await cache.get(key("a"));
  await cache.put(key("c"), bytes(100));
  await cache.ready;
  await cache.put(key("c"), bytes(100));
  expect(cache.size()).toBe(2 * 112);
  expect(await cache.get(key("b"))).toBeNull();
  expect(await cache.get(key("c"))).not.toBeNull();
});

test("what is larger than the whole cache is not kept, and a folder that is gone is no error", async () => {
  const cache = await open(50);
  await cache.put(key("large"), bytes(100));
  expect(cache.size()).toBe(0);
  await fs.rm(folder, { recursive: true });
  await cache.put(key("a"), bytes(10));
  expect(await cache.get(key("a"))).toEqual(bytes(10));
});
