import { expect, test } from "vitest";
import { hiddenIn } from "./hidden-columns.ts";

test("hidden columns are those that a list has, whatever else was kept", () => {
  const preferences = { hiddenColumns: { studies: ["series", "price", 7], reading: "priors" } };
  expect(hiddenIn(preferences, "studies", ["date", "series"])).toEqual(["series"]);
  expect(hiddenIn(preferences, "reading", ["priors"])).toEqual([]);
  expect(hiddenIn(undefined, "studies", ["date"])).toEqual([]);
});
