import { expect, test } from "vitest";
import { scaleFor } from "./scale.ts";

test("a 4K screen is read from as far as another, and nothing outgrows its window", () => {
  expect(scaleFor(1440, 1440, "comfortable")).toBe(1);
  expect(scaleFor(2560, 2560, "comfortable")).toBe(1.25);
  expect(scaleFor(3840, 3840, "comfortable")).toBe(1.5);
  // Half of it: as 1280 pixels elsewhere.
  expect(scaleFor(3840, 1920, "comfortable")).toBe(1.5);
  expect(scaleFor(3840, 3840, "large")).toBe(1.875);
  expect(scaleFor(3840, 1400, "large")).toBe(1.25);
  expect(scaleFor(1280, 1280, "large")).toBeCloseTo(1.143, 3);
  expect(scaleFor(1920, 1000, "large")).toBe(1);
});

test("smaller where it is wished, but not on a phone, where fingers have to find it", () => {
  expect(scaleFor(1920, 1920, "compact")).toBe(0.9);
  expect(scaleFor(390, 390, "compact")).toBe(1);
  expect(scaleFor(390, 390, "large")).toBe(1.125);
});
