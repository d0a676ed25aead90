import { expect, test } from "vitest";
import { partIsGone } from "./newer-version.ts";

function place(at: { lastReload: number; holdsWork: boolean }) {
  const reloads: number[] = [];
  return {
    reloads,
    lastReload: () => at.lastReload,
    reload: (now: number) => void reloads.push(now),
    holdsWork: () => at.holdsWork,
    now: () => 1_000_000,
  };
}

test("a page of an older version is loaded anew where nothing can be lost", () => {
  const page = place({ lastReload: 0, holdsWork: false });
  expect(partIsGone(page)).toBe(true);
  expect(page.reloads).toEqual([1_000_000]);
});

test("a page with something typed stays as it is, and says so", () => {
  const page = place({ lastReload: 0, holdsWork: true });
  expect(partIsGone(page)).toBe(true);
  expect(page.reloads).toEqual([]);
});

test("a part that is missing in the newer version, too, loads nothing anew for ever", () => {
  const page = place({ lastReload: 990_000, holdsWork: false });
  expect(partIsGone(page)).toBe(false);
  expect(page.reloads).toEqual([]);
});
