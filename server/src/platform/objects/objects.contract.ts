import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { ObjectStore } from "./objects.ts";

/** Bytes as they come in: in pieces. */
export async function* chunks(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

export async function keysOf(
  store: ObjectStore,
  prefix: string,
  before = new Date(Date.now() + 60_000),
): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of store.list(prefix, before)) found.push(entry.key);
  return found.sort();
}

/**
 * What every object store keeps to. Each test wants an empty store.
 * @param current the store of the test that runs
 */
export function objectStoreContract(current: () => ObjectStore): void {
  const keys = (prefix: string, before?: Date) => keysOf(current(), prefix, before);
  test("what is put comes back, whole and by range", async () => {
    const store = current();
    expect(await store.put("instances/abc", chunks("hello ", "world"))).toEqual({
      key: "instances/abc",
      size: 11,
    });
    expect(await text(await store.get("instances/abc"))).toBe("hello world");
    expect(await text(await store.get("instances/abc", { start: 6 }))).toBe("world");
    expect(await text(await store.get("instances/abc", { start: 3, end: 3 }))).toBe("");
    expect((await store.read("instances/abc", { start: 2, end: 5 })).toString()).toBe("llo");
    expect((await store.read("instances/abc", { start: 9, end: 99 })).toString()).toBe("ld");
    for (const memory of [Buffer.alloc(1), Buffer.alloc(20, "-")])
      expect((await store.read("instances/abc", { start: 2, end: 5 }, memory)).toString()).toBe("llo");
    expect(await store.size("instances/abc")).toBe(11);
  });

  test("an object is never written twice and a broken stream leaves nothing", async () => {
    const store = current();
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

  test("deleting and what is not there", async () => {
    const store = current();
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
    const store = current();
    await expect(store.put(key, chunks("x"))).rejects.toThrow("not an object key");
    await expect(store.read(key)).rejects.toThrow("not an object key");
  });

  test("lists by age, and puts aside instead of deleting", async () => {
    const store = current();
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
    const store = current();
    await Promise.all(
      Array.from({ length: 64 }, (_, n) => store.put(`instances/object-${n}-aa`, chunks(String(n)))),
    );
    expect((await keys("instances")).length).toBe(64);
  });

  test("large and empty objects come back bit for bit", async () => {
    const store = current();
    const large = Buffer.alloc((12 << 20) + 12_345).map((_, n) => (n * 7 + (n >> 11)) & 0xff);
    async function* pieces() {
      for (let at = 0; at < large.length; at += 77_777) yield large.subarray(at, at + 77_777);
    }
    expect(await store.put("instances/large", pieces())).toEqual({
      key: "instances/large",
      size: large.length,
    });
    expect(await store.put("instances/empty", chunks())).toEqual({ key: "instances/empty", size: 0 });
    expect((await store.read("instances/large")).equals(large)).toBe(true);
    const parts: Buffer[] = [];
    for await (const part of await store.get("instances/large", { start: 3, end: 9_000_001 }))
      parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(large.subarray(3, 9_000_001))).toBe(true);
    expect((await store.read("instances/empty")).length).toBe(0);
    expect((await store.read("instances/large", { start: large.length })).length).toBe(0);
    expect(
      (await store.read("instances/large", { start: large.length + 5, end: large.length + 9 })).length,
    ).toBe(0);
    expect(await text(await store.get("instances/large", { start: large.length + 5 }))).toBe("");
    await expect(store.get("instances/none", { start: 3, end: 3 })).rejects.toMatchObject({
      kind: "not-found",
    });
  });

  test("a reader that goes away leaves the store well", async () => {
    const store = current();
    await store.put("instances/abc", chunks(Buffer.alloc(6 << 20)));
    for (let n = 0; n < 20; n += 1) {
      const stream = await store.get("instances/abc");
      for await (const _ of stream) break;
      expect(stream.destroyed).toBe(true);
    }
    expect(await store.size("instances/abc")).toBe(6 << 20);
  });

  test("it says how much room there is, and that it is well", async () => {
    const store = current();
    await store.check();
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });
}
