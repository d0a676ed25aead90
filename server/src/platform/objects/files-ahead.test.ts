import { openSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { manualClock } from "../clock.ts";
import { createFilesAhead, keptMs } from "./files-ahead.ts";

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-ahead-"));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await fs.rm(folder, { recursive: true, force: true });
});

function filesAhead() {
  const clock = manualClock();
  let made = 0;
  const disk = { fails: false, tried: 0, synced: 0 };
  const files = createFilesAhead({
    newKey: () => `object-${made++}`,
    async make(key) {
      disk.tried += 1;
      if (disk.fails) throw new Error("the disk is full");
      const file = path.join(folder, key);
      return { file, descriptor: openSync(file, "wx") };
    },
    async sync(all) {
      expect((await fs.readdir(folder)).length).toBeGreaterThanOrEqual(all.length);
      disk.synced += 1;
    },
    now: () => clock.now().getTime(),
  });
  return { files, clock, disk };
}

const names = async () => (await fs.readdir(folder)).sort();

test("files are made when objects follow each other, and each is given once", async () => {
  const { files, clock, disk } = filesAhead();
  expect(files.key()).toBeNull();
  clock.advance(2000);
  expect(files.key()).toBeNull();
  expect(await names()).toEqual([]);
  clock.advance(10);
  expect(files.key()).toBeNull();
  await vi.waitFor(() => expect(files.key()).not.toBeNull());
  expect(disk.synced).toBe(1);
  const key = files.key()!;
  expect(files.has(key)).toBe(true);
  expect(files.take(key)?.file).toBe(path.join(folder, key));
  expect(files.take(key)).toBeNull();
  expect(files.has(key)).toBe(false);
  expect(files.take("object-999")).toBeNull();
  const others = Array.from({ length: 8 }, () => files.key()!);
  expect(new Set([...others, key]).size).toBe(9);
  await files.close();
});

test("what nobody needed is removed, by its age and when the store closes", async () => {
  const { files, clock } = filesAhead();
  files.key();
  files.key();
  let key: string | null = null;
  await vi.waitFor(() => {
    key = files.key();
    expect(key).not.toBeNull();
  });
  const before = (await names()).length;
  expect(before).toBeGreaterThan(1);
  clock.advance(keptMs + 1);
  vi.advanceTimersByTime(keptMs + 1);
  // The one that was given is its object's.
  await vi.waitFor(async () => expect(await names()).toEqual([key]));
  // A clock that was set back is no reason to keep them either.
  files.key();
  files.key();
  await vi.waitFor(() => expect(files.key()).not.toBeNull());
  clock.advance(-2 * keptMs);
  expect(files.key()).toBeNull();
  await files.close();
  const left = await names();
  expect(left).toHaveLength(2);
});

test("where none can be made nothing is left, and none is tried for a while", async () => {
  const { files, clock, disk } = filesAhead();
  disk.fails = true;
  files.key();
  files.key();
  expect(disk.tried).toBeGreaterThan(0);
  await setImmediate();
  disk.fails = false;
  clock.advance(9000);
  files.key();
  expect(files.key()).toBeNull();
  expect(await names()).toEqual([]);
  clock.advance(2000);
  files.key();
  files.key();
  await vi.waitFor(() => expect(files.key()).not.toBeNull());
  await files.close();
});
