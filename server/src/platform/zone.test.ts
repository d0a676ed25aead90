import { describe, expect, test } from "vitest";
import { addDays, dayOf, firstMoment, lastMoment, localTime, weekdayOf } from "./zone.ts";

const paris = "Europe/Paris";
const iso = (at: Date) => at.toISOString();
const hours = (date: string, zone: string) => {
  const { from, to } = dayOf(date, zone);
  return (to.getTime() - from.getTime()) / 3_600_000;
};

test("a time of day is one moment on an ordinary day, west and east of Greenwich", () => {
  expect(iso(firstMoment("2026-01-05", 8 * 60, paris))).toBe("2026-01-05T07:00:00.000Z");
  expect(iso(firstMoment("2026-07-05", 8 * 60, paris))).toBe("2026-07-05T06:00:00.000Z");
  expect(iso(firstMoment("2026-01-05", 0, "America/Los_Angeles"))).toBe("2026-01-05T08:00:00.000Z");
  expect(iso(firstMoment("2026-01-05", 0, "Pacific/Kiritimati"))).toBe("2026-01-04T10:00:00.000Z");
  expect(iso(firstMoment("2026-01-05", 9 * 60, "Asia/Kathmandu"))).toBe("2026-01-05T03:15:00.000Z");
  expect(iso(lastMoment("2026-01-05", 1440, paris))).toBe("2026-01-05T23:00:00.000Z");
});

describe("summer time", () => {
  test("in the hour that is skipped it is the moment of the leap", () => {
    expect(iso(firstMoment("2026-03-29", 150, paris))).toBe("2026-03-29T01:00:00.000Z");
    expect(iso(firstMoment("2026-03-29", 180, paris))).toBe("2026-03-29T01:00:00.000Z");
    expect(iso(firstMoment("2026-03-29", 119, paris))).toBe("2026-03-29T00:59:00.000Z");
  });

  test("in the hour that comes twice there are two", () => {
    expect(iso(firstMoment("2026-10-25", 150, paris))).toBe("2026-10-25T00:30:00.000Z");
    expect(iso(lastMoment("2026-10-25", 150, paris))).toBe("2026-10-25T01:30:00.000Z");
  });

  test("days have 23, 24, 24.5 or 25 hours, also where midnight itself is skipped", () => {
    expect(hours("2026-03-29", paris)).toBe(23);
    expect(hours("2026-10-25", paris)).toBe(25);
    expect(hours("2026-06-01", paris)).toBe(24);
    expect(hours("2026-04-05", "Australia/Lord_Howe")).toBe(24.5);
    expect(hours("2026-03-29", "Asia/Beirut")).toBe(23);
    expect(iso(dayOf("2026-03-29", "Asia/Beirut").from)).toBe("2026-03-28T22:00:00.000Z");
  });

  test("the clock shows what it shows", () => {
    expect(localTime(new Date("2026-10-25T00:30:00Z"), paris)).toEqual({
      date: "2026-10-25",
      time: "02:30:00",
    });
    expect(localTime(new Date("2026-10-25T01:30:00Z"), paris)).toEqual({
      date: "2026-10-25",
      time: "02:30:00",
    });
    expect(localTime(new Date("2026-12-31T23:00:00.999Z"), paris)).toEqual({
      date: "2027-01-01",
      time: "00:00:00",
    });
    expect(() => localTime(new Date(0), "Mars/Olympus")).toThrow(RangeError);
  });
});

test("dates count on, and know their weekday", () => {
  expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
  expect([weekdayOf("2026-01-05"), weekdayOf("2026-01-11")]).toEqual([1, 7]);
});
