import { expect, test } from "vitest";
import { dateOf, formatTime, momentOf, parseTime } from "./index.ts";

/** A facility two hours east of UTC. */
const local = (date: string, minutes: number) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + (minutes - 120) * 60_000);
const moment = (text: string) => {
  const time = parseTime(text);
  return time && (momentOf(time, local)?.toISOString() ?? dateOf(time));
};

test.each([
  ["20260301", "2026-03-01"],
  ["202603011015", "2026-03-01T08:15:00.000Z"],
  ["2026030110", "2026-03-01T08:00:00.000Z"],
  ["20260301101530", "2026-03-01T08:15:30.000Z"],
  ["20260301101530.1234+0100", "2026-03-01T09:15:30.123Z"],
  ["20260301101530-0530", "2026-03-01T15:45:30.000Z"],
  ["202603", null],
  ["2026", null],
])("%s is %s", (text, expected) => {
  expect(moment(text)).toBe(expected);
});

test.each([
  "",
  "20260230",
  "20261301",
  "202603012500",
  "2026-03-01",
  "20260301+9900",
  "00000101",
  "tomorrow",
])("%j is no time", (text) => {
  expect(parseTime(text)).toBeNull();
});

test("times are written with their zone", () => {
  const at = new Date("2026-03-01T23:30:05.500Z");
  expect(formatTime(at)).toBe("20260301233005+0000");
  expect(formatTime(at, 330)).toBe("20260302050005+0530");
  expect(formatTime(at, -90)).toBe("20260301220005-0130");
});
