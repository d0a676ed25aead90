import type { ReadingItem } from "@isocenter/contract";
import { expect, test } from "vitest";
import { toGoOnWith } from "./next.ts";

const item = (id: string, more: Partial<ReadingItem> = {}) =>
  ({
    id,
    priority: "ROUTINE",
    dueAt: "2026-03-01T12:00:00.000Z",
    actions: ["claim"],
    report: null,
    ...more,
  }) as ReadingItem;
const ids = (items: readonly ReadingItem[]) => items.map(({ id }) => id);

test("the most urgent comes next, whether nobody reads it or it was assigned to the reader", () => {
  const free = [item("urgent", { priority: "URGENT" }), item("later", { dueAt: "2026-03-01T13:00:00.000Z" })];
  const own = [item("assigned"), item("assigned STAT", { priority: "STAT" })];
  expect(ids(toGoOnWith(free, own, ""))).toEqual(["assigned STAT", "urgent", "assigned", "later"]);
});

test("what the reader has begun to report waits until nothing else does, and is not forgotten", () => {
  const report = { id: "r", status: "DRAFT", author: { id: "me", name: "Me" } } as const;
  const begun = item("begun", { priority: "STAT", report });
  expect(ids(toGoOnWith([item("free")], [begun], ""))).toEqual(["free", "begun"]);
  expect(ids(toGoOnWith([], [begun], ""))).toEqual(["begun"]);
});

test("the study that was just read, and what may not be claimed, are not offered", () => {
  expect(toGoOnWith([item("read"), item("barred", { actions: [] })], [item("read")], "read")).toEqual([]);
});
