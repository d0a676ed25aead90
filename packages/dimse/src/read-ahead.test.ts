import { expect, test } from "vitest";
import { createReadAhead } from "./read-ahead.ts";

function source(count: number) {
  const seen = { read: 0, closed: false };
  async function* chunks() {
    try {
      for (let i = 0; i < count; i++) {
        seen.read += 1;
        yield Buffer.alloc(400_000, i);
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, chunks };
}

test("about a megabyte is read ahead, and no more until somebody reads; then all of it comes, in order", async () => {
  const { seen, chunks } = source(6);
  const ahead = createReadAhead(chunks);
  ahead.start();
  await expect.poll(() => seen.read).toBe(3);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen.read).toBe(3);
  const first: number[] = [];
  for await (const chunk of ahead) first.push(chunk[0]!);
  expect([first, seen.closed]).toEqual([[0, 1, 2, 3, 4, 5], true]);
});

test("what is not wanted any more is closed, also when it is opened only after that", async () => {
  const begun = source(6);
  const reading = createReadAhead(begun.chunks);
  await reading.begun();
  reading.close();
  await expect.poll(() => begun.seen.closed).toBe(true);

  const late = source(6);
  const gate = Promise.withResolvers<void>();
  const opening = createReadAhead(async () => {
    await gate.promise;
    return late.chunks();
  });
  opening.start();
  opening.close();
  gate.resolve();
  await expect.poll(() => late.seen.closed).toBe(true);
  expect(late.seen.read).toBe(1);

  const never = source(6);
  createReadAhead(never.chunks).close();
  expect(never.seen.read).toBe(0);
});

test("a source that fails says so to who reads, once", async () => {
  const ahead = createReadAhead(() => {
    throw new Error("gone");
  });
  ahead.start();
  await expect(ahead.begun()).rejects.toThrow("gone");
});
