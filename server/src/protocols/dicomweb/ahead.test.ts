import { expect, test } from "vitest";
import { openAhead } from "./ahead.ts";

function watched() {
  const open = new Set<number>();
  let most = 0;
  return {
    open,
    most: () => most,
    async enter(item: number): Promise<number> {
      await Promise.resolve();
      if (item === 7) throw new Error("cannot open 7");
      open.add(item);
      most = Math.max(most, open.size);
      return item;
    },
    leave: (item: number) => void open.delete(item),
  };
}

test("things come in order, and only so many are open before they are taken", async () => {
  const { open, most, enter, leave } = watched();
  const taken: number[] = [];
  for await (const item of openAhead([1, 2, 3, 4, 5, 6], enter, leave, 3)) {
    taken.push(item);
    open.delete(item);
  }
  expect([taken, most()]).toEqual([[1, 2, 3, 4, 5, 6], 3]);
});

test("what was opened and is not taken is released", async () => {
  const { open, enter, leave } = watched();
  for await (const item of openAhead([1, 2, 3, 4, 5], enter, leave, 3)) {
    open.delete(item);
    break;
  }
  await expect.poll(() => open.size).toBe(0);
});

test("an error comes at its turn, and releases what is behind it", async () => {
  const { open, enter, leave } = watched();
  const taken: number[] = [];
  const run = async () => {
    for await (const item of openAhead([1, 7, 3], enter, leave, 3)) {
      taken.push(item);
      open.delete(item);
    }
  };
  await expect(run()).rejects.toThrow("cannot open 7");
  expect(taken).toEqual([1]);
  await expect.poll(() => open.size).toBe(0);
});
