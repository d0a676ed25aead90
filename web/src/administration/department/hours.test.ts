import { describe, expect, test } from "vitest";
import { hoursByDays, hoursText, readHours } from "./hours.ts";

describe("opening hours", () => {
  test("are written and read as the same", () => {
    const day: [string, string][] = [
      ["08:00", "12:00"],
      ["13:00", "24:00"],
    ];
    expect(readHours(hoursText(day))).toEqual(day);
    expect(readHours("")).toEqual([]);
    expect(readHours("13:00–17:00,08:00 - 12:00")).toEqual([
      ["08:00", "12:00"],
      ["13:00", "17:00"],
    ]);
  });
  test("are refused where they end before they begin, overlap or are no times", () => {
    expect(readHours("12:00-08:00")).toBeNull();
    expect(readHours("08:00-12:00, 11:00-13:00")).toBeNull();
    expect(readHours("8-12")).toBeNull();
    expect(readHours("08:00-25:00")).toBeNull();
  });
  test("of days in a row that are alike are told once", () => {
    const day: [string, string][] = [["08:00", "17:00"]];
    expect(hoursByDays({ 1: day, 2: day, 4: day, 5: [["09:00", "12:00"]], 6: [] })).toEqual([
      { from: "1", to: "2", text: "08:00-17:00" },
      { from: "4", to: "4", text: "08:00-17:00" },
      { from: "5", to: "5", text: "09:00-12:00" },
    ]);
  });
});
