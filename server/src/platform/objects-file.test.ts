import { fstatSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { chunks, objectStoreContract } from "./objects.contract.ts";
import type { ObjectStore } from "./objects.ts";
import { createFileStore } from "./objects-file.ts";

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
