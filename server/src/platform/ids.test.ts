import { expect, test } from "vitest";
import { manualClock } from "./clock.ts";
import { newId, newObjectName } from "./ids.ts";

test("ids are UUIDs of version 7 that ascend, also within one millisecond and far beyond what its counter holds", () => {
  const clock = manualClock();
  const ids = Array.from({ length: 10_000 }, () => newId(clock));
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Number.parseInt(ids[0]!.replace("-", "").slice(0, 12), 16)).toBe(clock.now().getTime());
});

test("ids of one clock ascend, whatever is made by another meanwhile", () => {
  const clock = manualClock();
  const other = manualClock(new Date("2030-01-01T00:00:00Z"));
  const ids = Array.from({ length: 2000 }, () => {
    newId(other);
    return newId(clock);
  });
  expect([...ids].sort()).toEqual(ids);
});

test("names of objects differ, fall into one folder for a while, and into most of them in the long run", () => {
  const clock = manualClock();
  const names = Array.from({ length: 512 * 400 }, () => newObjectName(clock));
  expect(new Set(names).size).toBe(names.length);
  const folders = names.map((name) => name.slice(-2));
  expect(new Set(folders.slice(0, 500)).size).toBeLessThan(3);
  expect(new Set(folders).size).toBeGreaterThan(150);
});
