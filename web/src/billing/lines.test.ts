import { expect, test } from "vitest";
import { emptyLine, readLines, totalOf } from "./lines.ts";

const line = (change: object) => ({ ...emptyLine("CT-HEAD", "CT head"), unit: "100.10", ...change });

test("lines are read as minor units of the currency", () => {
  const read = readLines([line({ quantity: "3" }), line({ unit: "0" })], "EUR");
  expect(read).toEqual([
    { code: "CT-HEAD", description: "CT head", quantity: 3, unitAmount: 10_010 },
    { code: "CT-HEAD", description: "CT head", quantity: 1, unitAmount: 0 },
  ]);
  expect(totalOf(read!)).toBe(30_030);
});

test.each([
  ["no code", { code: " " }],
  ["no description", { description: "" }],
  ["no price", { unit: "" }],
  ["decimals that the currency has not", { unit: "1.234" }],
  ["a quantity of nothing", { quantity: "0" }],
  ["too many", { quantity: "1001" }],
  ["a broken quantity", { quantity: "1.5" }],
])("a line with %s is not ready", (_, change) => expect(readLines([line(change)], "EUR")).toBeNull());

test("a bill has at least one line", () => expect(readLines([], "EUR")).toBeNull());
