import { expect, test } from "vitest";
import { merge } from "./merge.ts";

const item = (id: string, value = 0) => ({ id, value });
const merged = (base: ReturnType<typeof item>[], ours: ReturnType<typeof item>[], theirs: typeof base) =>
  merge(base, ours, theirs, ({ id }) => id);

test("what either side added stays, and what either took away is gone", () => {
  const base = [item("a"), item("b"), item("c")];
  expect(merged(base, [item("a"), item("b"), item("mine")], [item("a"), item("c"), item("theirs")])).toEqual([
    item("a"),
    item("mine"),
    item("theirs"),
  ]);
});

test("what we changed is ours, what they changed alone is theirs", () => {
  const base = [item("a"), item("b"), item("c")];
  expect(merged(base, [item("a", 1), item("b"), item("c", 1)], [item("a", 2), item("b", 2)])).toEqual([
    item("a", 1),
    item("b", 2),
    item("c", 1),
  ]);
});
