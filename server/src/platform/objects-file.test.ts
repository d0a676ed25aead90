import { fstatSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chunks, objectStoreContract } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";
import { createFileStore } from "./objects-file.ts";
import { createSpot } from "./objects-write.ts";

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
  const recording = createFileStore(root, async (descriptor) => {
    calls.push(fstatSync(descriptor).isDirectory() ? "folder" : `file of ${fstatSync(descriptor).size}`);
  });
  await recording.put("instances/abc", chunks("x".repeat(300_000), "y".repeat(300_000), "z"));
  calls.push("answered");
  expect(calls.slice(-3).sort()).toEqual(["answered", "file of 600001", "folder"]);
  expect(calls.at(-1)).toBe("answered");
});

test("a small object is whole when its file is synced, and one that cannot be synced is gone", async () => {
  const sizes: number[] = [];
  const failing = createFileStore(root, async (descriptor) => {
    if (fstatSync(descriptor).isDirectory()) return;
    sizes.push(fstatSync(descriptor).size);
    throw Object.assign(new Error("the disk failed"), { code: "EIO" });
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
