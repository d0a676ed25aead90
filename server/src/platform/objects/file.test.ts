import { fstatSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFileStore } from "./file.ts";
import { chunks, keysOf, objectStoreContract } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";
import { createSpot } from "./write.ts";

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), "isocenter-objects-"));
  store = createFileStore(root);
});
afterEach(() => fs.rm(root, { recursive: true, force: true }));

objectStoreContract(() => store);

test("file and folder are synced before put answers", async () => {
  const calls: string[] = [];
  const recording = createFileStore(root, {
    fsync: async (descriptor) => {
      calls.push(fstatSync(descriptor).isDirectory() ? "folder" : `file of ${fstatSync(descriptor).size}`);
    },
  });
  await recording.put("instances/abc", chunks("x".repeat(300_000), "y".repeat(300_000), "z"));
  calls.push("answered");
  expect(calls.slice(-3).sort()).toEqual(["answered", "file of 600001", "folder"]);
  expect(calls.at(-1)).toBe("answered");
});

test("of objects that follow each other the folder is synced before they come, and each file after its last byte", async () => {
  const calls: string[] = [];
  const recording = createFileStore(root, {
    async fsync(descriptor) {
      const stats = fstatSync(descriptor);
      calls.push(stats.isDirectory() ? "folder" : `file of ${stats.size}`);
    },
  });
  let key = "";
  const put = async () => {
    key = recording.nextKey("instances");
    calls.length = 0;
    await recording.put(key, chunks("xyz"));
    return calls.join();
  };
  await vi.waitFor(async () => expect(await put()).toBe("file of 3"));
  expect((await store.read(key)).toString()).toBe("xyz");
  const [first] = await keysOf(recording, "instances");
  expect((await keysOf(store, "instances")).length).toBeGreaterThan(
    (await keysOf(recording, "instances")).length,
  );
  expect(await recording.size(first!)).toBe(3);
  await recording.close();
  expect(await keysOf(store, "instances")).toEqual(await keysOf(recording, "instances"));
});

test("an object whose file was taken away meanwhile is not said to be there", async () => {
  const { nextKey, put, close } = createFileStore(root);
  await vi.waitFor(async () => {
    const key = nextKey("instances");
    const name = path.basename(key);
    await fs.unlink(path.join(root, "instances", name.slice(-2), name));
    await expect(put(key, chunks("xyz"))).rejects.toMatchObject({ code: "ENOENT" });
  });
  await close();
});

test("a folder that cannot be used is no fault of the program, and no object is said to be lost", async () => {
  await store.put("instances/abc", chunks("xyz"));
  const folder = path.join(root, "instances");
  await fs.rm(folder, { recursive: true });
  // As one without rights, which does not keep out whoever may everything.
  await fs.symlink("instances", folder);
  for (const ask of [
    () => store.read("instances/abc"),
    () => store.get("instances/abc"),
    () => store.size("instances/abc"),
    () => createFileStore(root).put("instances/abd", chunks("xyz")),
  ])
    await expect(ask()).rejects.toMatchObject({ kind: "unavailable", code: "store.unavailable" });
});

test("a small object is whole when its file is synced, and one that cannot be synced is gone", async () => {
  const sizes: number[] = [];
  const failing = createFileStore(root, {
    fsync: async (descriptor) => {
      if (fstatSync(descriptor).isDirectory()) return;
      sizes.push(fstatSync(descriptor).size);
      throw Object.assign(new Error("the disk failed"), { code: "EIO" });
    },
  });
  await expect(failing.put("instances/abc", chunks("xy", "z"))).rejects.toMatchObject({ code: "EIO" });
  expect(sizes).toEqual([3]);
  await expect(store.read("instances/abc")).rejects.toMatchObject({ code: "object.not-found" });
});

test("where a call on the spot was slow, or failed slowly, the next ones go to threads for a second", () => {
  let now = 0;
  const spot = createSpot(() => now);
  const lasting = (ms: number) => () => {
    now += ms;
    return ms;
  };
  expect(spot.timed(lasting(10))).toBe(10);
  expect(spot.use()).toBe(true);
  spot.timed(lasting(11));
  expect(spot.use()).toBe(false);
  now += 1000;
  expect(spot.use()).toBe(true);
  expect(() =>
    spot.timed(() => {
      now += 50;
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(spot.use()).toBe(false);
});
