import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFileReader } from "./file-reader.ts";

let folder: string;
const bytes = randomBytes(200_000);
const place = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-reader-"));
  await fs.writeFile(place("large"), bytes);
  await fs.writeFile(place("small"), bytes.subarray(0, 1000));
});
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

/** A reader whose disk was slow, or was not, and how many calls it made on the spot. */
function reader(slow: boolean) {
  let calls = 0;
  const read = createFileReader({
    use: () => !slow,
    timed(call) {
      calls += 1;
      return call();
    },
  });
  return { read, calls: () => calls };
}

test.each([false, true])(
  "files are read whole, in part and into given memory; the disk is slow: %s",
  async (slow) => {
    const { read } = reader(slow);
    const same = (found: Buffer, start: number, end: number) =>
      expect(found.equals(bytes.subarray(start, end))).toBe(true);
    same(await read(place("small")), 0, 1000);
    same(await read(place("large")), 0, 200_000);
    same(await read(place("large"), { start: 70_000, end: 190_000 }), 70_000, 190_000);
    same(await read(place("small"), { start: 900, end: 5000 }), 900, 1000);
    same(await read(place("small"), { start: 400 }), 400, 1000);
    expect(await read(place("small"), { start: 2000, end: 3000 })).toHaveLength(0);
    const memory = Buffer.alloc(1 << 18);
    const lent = await read(place("large"), undefined, memory);
    expect(lent.buffer).toBe(memory.buffer);
    same(lent, 0, 200_000);
    const tooLittle = Buffer.alloc(10);
    same(await read(place("small"), undefined, tooLittle), 0, 1000);
    await expect(read(place("nothing"))).rejects.toMatchObject({ code: "ENOENT" });
  },
);

test("what is small, or goes into memory that is used again, is opened and read on the spot, what is large read by a thread, and everything where the disk is slow", async () => {
  const quick = reader(false);
  await quick.read(place("small"));
  expect(quick.calls()).toBe(2);
  await quick.read(place("large"));
  expect(quick.calls()).toBe(3);
  await quick.read(place("large"), { start: 10, end: 1000 });
  expect(quick.calls()).toBe(5);
  await quick.read(place("large"), { start: 10, end: 190_000 });
  expect(quick.calls()).toBe(5);
  await quick.read(place("large"), { start: 10, end: 190_000 }, Buffer.alloc(1 << 18));
  expect(quick.calls()).toBe(7);
  const slow = reader(true);
  await slow.read(place("small"));
  await slow.read(place("large"), undefined, Buffer.alloc(1 << 18));
  expect(slow.calls()).toBe(0);
});

test("files are closed again", async () => {
  const { read } = reader(false);
  const open = async () => (await fs.readdir("/proc/self/fd")).length;
  const before = await open();
  for (let n = 0; n < 50; n++) {
    await read(place("small"));
    await read(folder).catch(() => {});
  }
  expect(await open()).toBeLessThan(before + 10);
});
