import { expect, test } from "vitest";
import { createGroupCommit } from "./group-commit.ts";

/** Items are words; what is before the colon is their key. */
function queueOf(options: { isLocked: (key: string) => boolean; maxWaiting?: number }) {
  const batches: string[][] = [];
  const queue = createGroupCommit<string, string>({
    async commit(items) {
      batches.push([...items]);
      // As a transaction, it ends in another turn.
      await new Promise((resolve) => setImmediate(resolve));
      if (items.some((item) => options.isLocked(item.split(":")[0]!)))
        throw Object.assign(new Error("lock"), { code: "55P03" });
      return items.map((item) => `${item} written`);
    },
    keyOf: (item) => item.split(":")[0]!,
    wait: async () => {},
    maxBatch: 10,
    maxWaiting: options.maxWaiting ?? 100,
  });
  return { queue, batches };
}

test("what is locked waits beside the queue with all of its key, and is written when it is free", async () => {
  let isFree = false;
  const { queue, batches } = queueOf({ isLocked: (key) => key === "a" && !isFree });
  const held = [queue.add("a:1"), queue.add("a:2")];
  expect(await Promise.all([queue.add("b:1"), queue.add("c:1")])).toEqual(["b:1 written", "c:1 written"]);
  held.push(queue.add("a:3"));
  expect(await queue.add("b:2")).toBe("b:2 written");
  isFree = true;
  expect(await Promise.all(held)).toEqual(["a:1 written", "a:2 written", "a:3 written"]);
  await queue.idle();
  // Once it was known, nothing else was written with it.
  const mixed = batches.filter((batch) => new Set(batch.map((item) => item[0])).size > 1);
  expect(mixed).toEqual([["a:1", "a:2", "b:1", "c:1"]]);
});

test("what stays locked is refused, and so is a seventh key beside six that wait", async () => {
  const { queue, batches } = queueOf({ isLocked: (key) => key !== "free" });
  const keys = ["a", "b", "c", "d", "e", "f", "g"];
  const items = [...keys, "free"].map((key) => queue.add(`${key}:1`));
  const settled = await Promise.allSettled(items);
  expect(settled.map((one) => (one.status === "fulfilled" ? one.value : one.reason.code))).toEqual([
    ...keys.map(() => "archive.study-locked"),
    "free:1 written",
  ]);
  await queue.idle();
  expect(batches.filter((batch) => batch[0] === "g:1")).toHaveLength(1);
  expect(batches.filter((batch) => batch.length === 1 && batch[0] === "a:1").length).toBeLessThan(20);
});

test("what waits for a lock counts as waiting", async () => {
  let isFree = false;
  const { queue } = queueOf({ isLocked: () => !isFree, maxWaiting: 2 });
  const held = [queue.add("a:1"), queue.add("a:2")];
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(queue.add("b:1")).rejects.toMatchObject({ code: "archive.busy" });
  isFree = true;
  await Promise.all(held);
});
