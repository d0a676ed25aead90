import { fstatSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ObjectStore } from "./objects.ts";
import { createFileStore } from "./objects-file.ts";

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-"));
  store = createFileStore(root);
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}
const keys = async (prefix: string, before = new Date(Date.now() + 60_000)) => {
  const found: string[] = [];
  for await (const entry of store.list(prefix, before)) found.push(entry.key);
  return found.sort();
};

test("what is put comes back, whole and by range", async () => {
  expect(await store.put("instances/abc", chunks("hello ", "world"))).toEqual({
    key: "instances/abc",
    size: 11,
  });
  expect(await text(await store.get("instances/abc"))).toBe("hello world");
  expect(await text(await store.get("instances/abc", { start: 6 }))).toBe("world");
  expect(await text(await store.get("instances/abc", { start: 3, end: 3 }))).toBe("");
  expect((await store.read("instances/abc", { start: 2, end: 5 })).toString()).toBe("llo");
  expect((await store.read("instances/abc", { start: 9, end: 99 })).toString()).toBe("ld");
  expect(await store.size("instances/abc")).toBe(11);
});

test("an object is never written twice and a broken stream leaves nothing", async () => {
  await store.put("instances/abc", chunks("first"));
  await expect(store.put("instances/abc", chunks("second"))).rejects.toThrow("EEXIST");
  expect((await store.read("instances/abc")).toString()).toBe("first");
  async function* broken() {
    yield Buffer.alloc(3 << 20);
    throw new Error("cut");
  }
  await expect(store.put("instances/def", broken())).rejects.toThrow("cut");
  const abort = new AbortController();
  async function* aborted() {
    yield Buffer.from("a");
    abort.abort();
    yield Buffer.from("b");
  }
  await expect(store.put("instances/ghi", aborted(), { signal: abort.signal })).rejects.toThrow("abort");
  expect(await keys("instances")).toEqual(["instances/abc"]);
});

test("file and folder are synced before put answers", async () => {
  const calls: string[] = [];
  const recording = createFileStore(root, async (descriptor) => {
    calls.push(fstatSync(descriptor).isDirectory() ? "folder" : `file of ${fstatSync(descriptor).size}`);
  });
  await recording.put("instances/abc", chunks("x".repeat(300_000), "y".repeat(300_000), "z"));
  calls.push("answered");
  expect(calls.slice(-3).sort()).toEqual(["answered", "file of 600001", "folder"]);
  expect(calls.at(-1)).toBe("answered");
});

test("deleting and what is not there", async () => {
  await store.delete("instances/none");
  await expect(store.read("instances/none")).rejects.toMatchObject({
    kind: "not-found",
    code: "object.not-found",
  });
  await expect(store.get("instances/none")).rejects.toMatchObject({ kind: "not-found" });
  await expect(store.size("instances/none")).rejects.toMatchObject({ kind: "not-found" });
  await store.put("instances/abc", chunks("x"));
  await store.delete("instances/abc");
  expect(await keys("")).toEqual([]);
});

test.each([
  "../etc/passwd",
  "/abs",
  "a//b",
  "a/../b",
  "",
  "a/..",
  "a\\b",
  "ä",
  ".hidden",
  "a/b/c/d/e/f/g/h/i",
])("the key %j is refused", async (key) => {
  await expect(store.put(key, chunks("x"))).rejects.toThrow("not an object key");
  await expect(store.read(key)).rejects.toThrow("not an object key");
});

test("lists by age, and puts aside instead of deleting", async () => {
  await store.put("instances/abc", chunks("x"));
  await store.put("seals/1", chunks("y"));
  expect(await keys("instances", new Date(Date.now() - 60_000))).toEqual([]);
  expect(await keys("")).toEqual(["instances/abc", "seals/1"]);
  await store.moveToLostAndFound("instances/abc");
  expect(await keys("")).toEqual(["seals/1"]);
  expect(await store.emptyLostAndFound(new Date(Date.now() - 60_000))).toBe(0);
  expect(await store.emptyLostAndFound(new Date(Date.now() + 60_000))).toBe(1);
});

test("many puts at once into one folder", async () => {
  await Promise.all(
    Array.from({ length: 64 }, (_, n) => store.put(`instances/object-${n}-aa`, chunks(String(n)))),
  );
  expect((await keys("instances")).length).toBe(64);
});
