import { expect, test } from "vitest";
import { priceText, readPrice } from "./money.ts";

test("prices go from minor units to text and back without loss, by the digits of the currency", () => {
  expect(priceText(12_005, "EUR")).toBe("120.05");
  expect(priceText(5, "EUR")).toBe("0.05");
  expect(priceText(500, "JPY")).toBe("500");
  expect(readPrice("120,05", "EUR")).toBe(12_005);
  expect(readPrice("1 200", "EUR")).toBe(120_000);
  expect(readPrice("1.5", "JPY")).toBeUndefined();
  expect(readPrice("1.005", "EUR")).toBeUndefined();
  expect(readPrice("-3", "EUR")).toBeUndefined();
  expect(readPrice(" ", "EUR")).toBeNull();
});
