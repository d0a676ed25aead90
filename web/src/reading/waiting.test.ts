import type { ReadingItem } from "@isocenter/contract";
import { expect, test } from "vitest";
import { grouped, medianWait, spoken, urgencyOf, waitingOf } from "./waiting.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const due = (minutes: number, targetMinutes = 60) =>
  ({
    id: String(minutes),
    dueAt: new Date(now + minutes * 60_000).toISOString(),
    targetMinutes,
  }) as ReadingItem;

test.each([
  [-1, "late"],
  [0, "soon"],
  [30, "soon"],
  [31, "within"],
])("%i minutes before its target it is %s", (minutes, urgency) => {
  expect(urgencyOf(due(minutes as number), now)).toBe(urgency);
});

test.each([
  [0, "0 min"],
  [59, "59 min"],
  [60, "1 h"],
  [128, "2 h 08"],
  [1500, "25 h"],
  [9000, "6 d"],
])("%i minutes are %s", (minutes, text) => expect(spoken(minutes as number)).toBe(text));

test("the bar has the target at 70 %, and ends", () => {
  expect(waitingOf(due(30), now)).toEqual({ text: "30 min of 1 h", percent: 35 });
  expect(waitingOf(due(0), now)).toEqual({ text: "1 h of 1 h", percent: 70 });
  expect(waitingOf(due(-600), now).percent).toBe(100);
});

test("what is late stands first, and groups without items are left out", () => {
  const items = [due(100), due(-5), due(90)];
  expect(grouped(items, now).map(({ urgency, items: own }) => [urgency, own.length])).toEqual([
    ["late", 1],
    ["within", 2],
  ]);
});

test("the median of nothing is nothing", () => {
  expect(medianWait([])).toBeNull();
  expect(medianWait([{ waitingMinutes: 5 }, { waitingMinutes: 90 }, { waitingMinutes: 10 }])).toBe(10);
});
