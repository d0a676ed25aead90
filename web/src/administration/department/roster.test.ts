import { expect, test } from "vitest";
import { gapsOf, servicesOf, within } from "./roster.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 10, 23, hour)).toISOString();
const shift = (from: number, to: number) => ({ startsAt: at(from), endsAt: at(to) });
const hours = (from: number, to: number) => ({ from: Date.parse(at(from)), to: Date.parse(at(to)) });

test("a gap is when nobody is on call at any level", () => {
  expect(gapsOf([], hours(0, 24))).toEqual([hours(0, 24)]);
  expect(gapsOf([shift(8, 12), shift(-4, 8), shift(10, 18)], hours(0, 24))).toEqual([hours(18, 24)]);
  expect(gapsOf([shift(14, 30), shift(2, 4)], hours(0, 24))).toEqual([hours(0, 2), hours(4, 14)]);
  expect(gapsOf([shift(-1, 25)], hours(0, 24))).toEqual([]);
  expect(gapsOf([shift(30, 32)], hours(0, 24))).toEqual([hours(0, 24)]);
});

test("what reaches over a week is shown as far as it lies in it", () => {
  expect(within(hours(-4, 8), hours(0, 24))).toEqual(hours(0, 8));
  expect(within(hours(24, 30), hours(0, 24))).toBeNull();
});

test("a service is one however it is written", () => {
  expect(servicesOf(["Neuro", "Chest", " neuro", "CHEST"])).toEqual(["Chest", "Neuro"]);
});
