import { expect, test } from "vitest";
import { dateAfter, instantIn, mondayOf, wallIn } from "./zoned.ts";

test.each([
  ["Europe/Paris", "2026-07-01T00:00", "2026-06-30T22:00:00.000Z"],
  ["America/New_York", "2026-11-20T08:30", "2026-11-20T13:30:00.000Z"],
  ["Pacific/Kiritimati", "2026-01-01T00:00", "2025-12-31T10:00:00.000Z"],
  // The night on which two o'clock comes twice, and the one that has none.
  ["Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00.000Z"],
  ["Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"],
  // Midnight does not exist there on this day.
  ["America/Havana", "2026-03-08T00:00", "2026-03-08T05:00:00.000Z"],
])("in %s %s is %s", (zone, wall, instant) => {
  expect(instantIn(zone, wall)).toBe(instant);
});

test("back again", () => {
  expect(wallIn("Europe/Paris", "2026-06-30T22:00:00Z")).toBe("2026-07-01T00:00");
  expect(instantIn("UTC", "2026-02-30T00:00")).toBeUndefined();
  expect(instantIn("UTC", "today")).toBeUndefined();
});

test("weeks begin on Monday", () => {
  expect([mondayOf("2026-11-23"), mondayOf("2026-11-29"), mondayOf("2026-12-01")]).toEqual([
    "2026-11-23",
    "2026-11-23",
    "2026-11-30",
  ]);
  expect(dateAfter("2026-02-28", 1)).toBe("2026-03-01");
});
