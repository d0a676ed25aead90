import { expect, test } from "vitest";
import { minutesText, readMinutes, stepsInOrder } from "./minutes.ts";

test("times of a policy are written and read as the same", () => {
  for (const minutes of [0, 15, 60, 90, 1440, 21_600, 1501]) {
    expect(readMinutes(minutesText(minutes))).toBe(minutes);
  }
  expect(minutesText(90)).toBe("1 h 30 min");
  expect(readMinutes("1 h 30")).toBe(90);
  expect(readMinutes("2 j")).toBe(2880);
  expect(readMinutes("")).toBeNull();
  expect(readMinutes("soon")).toBeUndefined();
  expect(readMinutes("-5")).toBeUndefined();
});

test("a ladder is climbed upwards; steps without a time stand anywhere", () => {
  expect(stepsInOrder([{ afterMinutes: 0 }, { afterMinutes: null }, { afterMinutes: 15 }])).toBe(true);
  expect(stepsInOrder([{ afterMinutes: 30 }, { afterMinutes: 15 }])).toBe(false);
});
