import { expect, test } from "vitest";
import { readRange } from "./range.ts";

test.each([
  [undefined, 10, { kind: "all" }],
  ["bytes=0-3", 10, { kind: "part", range: { start: 0, end: 4 } }],
  ["bytes=4-", 10, { kind: "part", range: { start: 4, end: 10 } }],
  ["bytes=4-99", 10, { kind: "part", range: { start: 4, end: 10 } }],
  ["bytes=-3", 10, { kind: "part", range: { start: 7, end: 10 } }],
  ["bytes=-30", 10, { kind: "part", range: { start: 0, end: 10 } }],
  ["bytes=10-", 10, { kind: "unsatisfiable" }],
  ["bytes=-0", 10, { kind: "unsatisfiable" }],
  ["bytes=-5", 0, { kind: "unsatisfiable" }],
  ["bytes=5-4", 10, { kind: "all" }],
  ["bytes=0-1,3-4", 10, { kind: "all" }],
  ["bytes=-", 10, { kind: "all" }],
  ["items=0-1", 10, { kind: "all" }],
])("Range: %s of %i bytes", (header, size, expected) => {
  expect(readRange(header, size)).toEqual(expected);
});
