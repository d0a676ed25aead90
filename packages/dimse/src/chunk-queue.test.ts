import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect, createChunkQueue } from "./chunk-queue.ts";
import { DimseError } from "./errors.ts";

const queueOf = (highWaterMark = 1000) => {
  const calls: string[] = [];
  const queue = createChunkQueue(
    highWaterMark,
    () => calls.push("full"),
    () => calls.push("drained"),
  );
  return { queue, calls };
};

test("what goes in comes out, in order, however pushes and reads alternate", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 300 }), async (steps) => {
      const { queue } = queueOf(2000);
      const reader = queue[Symbol.asyncIterator]();
      const sent: number[] = [];
      const got: number[] = [];
      const reads: Promise<void>[] = [];
      let open = false;
      for (const step of steps) {
        if (step > 0) {
          sent.push(sent.length % 256);
          queue.push(Uint8Array.of(sent.at(-1)!));
        } else if (!open) {
          open = true;
          reads.push(
            reader.next().then((result) => {
              open = false;
              if (!result.done) got.push(result.value[0]!);
            }),
          );
        }
        await null;
      }
      queue.end();
      await Promise.all(reads);
      for (let result = await reader.next(); !result.done; result = await reader.next())
        got.push(result.value[0]!);
      expect(got).toEqual(sent);
    }),
    { numRuns: 100 },
  );
});

test("what was taken is let go, also when the consumer is always behind", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const { queue } = queueOf(1 << 20);
  const reader = queue[Symbol.asyncIterator]();
  const chunks: WeakRef<Uint8Array>[] = [];
  const push = () => {
    const chunk = new Uint8Array(1024);
    chunks.push(new WeakRef(chunk));
    queue.push(chunk);
  };
  push();
  for (let i = 0; i < 1000; i++) {
    push();
    await reader.next();
  }
  // What a weak reference was made of stays until the turn ends.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(chunks.filter((chunk) => chunk.deref()).length).toBeLessThan(50);
});

test("it is full above the mark, drained at half of it, each told once; crumbs weigh more than their bytes", async () => {
  const { queue, calls } = queueOf(1000);
  const reader = queue[Symbol.asyncIterator]();
  for (let i = 0; i < 10; i++) queue.push(Uint8Array.of(1));
  expect(calls).toEqual(["full"]);
  for (let i = 0; i < 10; i++) await reader.next();
  expect(calls).toEqual(["full", "drained"]);
});

test("a failure takes the place of what was not read, and reaches a reader that waits", async () => {
  const { queue } = queueOf();
  const reader = queue[Symbol.asyncIterator]();
  const waiting = reader.next();
  queue.fail(new DimseError("connection-lost", "gone"));
  await expect(waiting).rejects.toMatchObject({ code: "connection-lost" });
  await expect(reader.next()).rejects.toMatchObject({ code: "connection-lost" });
  await expect(queue.ended).rejects.toMatchObject({ code: "connection-lost" });
});

test("a loop that is left lets the rest pass by", async () => {
  const { queue, calls } = queueOf(100);
  queue.push(new Uint8Array(200));
  queue.push(new Uint8Array(200));
  for await (const _ of queue) break;
  expect(calls).toEqual(["full", "drained"]);
  queue.push(new Uint8Array(1000));
  queue.end();
  await queue.ended;
  expect(queue.received).toBe(1400);
  expect(() => queue[Symbol.asyncIterator]()).toThrow(DimseError);
});

test("collecting is bounded", async () => {
  const { queue } = queueOf();
  for (let i = 0; i < 3; i++) queue.push(new Uint8Array(10));
  queue.end();
  await expect(collect(queue, 29)).rejects.toMatchObject({ code: "too-large" });
});
