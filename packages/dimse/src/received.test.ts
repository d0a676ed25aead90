import { expect, test } from "vitest";
import { createChunkQueue } from "./chunk-queue.ts";
import { holdReceived, release } from "./received.ts";

const received = (length = 64 * 1024): Uint8Array => {
  const chunk = new Uint8Array(length).fill(7);
  holdReceived(chunk);
  return chunk;
};
const isFreed = (chunk: Uint8Array): boolean => (chunk.buffer as ArrayBuffer).detached;
const queue = () =>
  createChunkQueue(
    1 << 20,
    () => {},
    () => {},
  );

test("the memory is given back when the last holder releases, and not before", async () => {
  const chunk = received();
  const chunks = queue();
  chunks.push(chunk.subarray(10, 30_000));
  chunks.push(chunk.subarray(30_000));
  release(chunk);
  const reader = chunks[Symbol.asyncIterator]();
  const first = (await reader.next()).value!;
  const second = (await reader.next()).value!;
  release(first);
  expect(second[0]).toBe(7);
  expect(isFreed(chunk)).toBe(false);
  release(second);
  expect(isFreed(chunk)).toBe(true);
});

test("what nobody keeps is given back at once, and what is dropped with the queue", () => {
  const alone = received();
  release(alone);
  expect(isFreed(alone)).toBe(true);
  const dropped = received();
  const chunks = queue();
  chunks.push(dropped);
  release(dropped);
  expect(isFreed(dropped)).toBe(false);
  chunks.discard();
  expect(isFreed(dropped)).toBe(true);
});

test("small chunks, shared memory and bytes that nobody counts are left alone", () => {
  const small = received(100);
  release(small);
  const shared = new Uint8Array(new ArrayBuffer(65_536), 0, 40_000);
  holdReceived(shared);
  release(shared);
  const foreign = new Uint8Array(65_536);
  release(foreign);
  expect([small, shared, foreign].map(isFreed)).toEqual([false, false, false]);
});
