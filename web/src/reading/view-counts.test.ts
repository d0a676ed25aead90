import { expect, test } from "vitest";
import { viewCounts } from "./view-counts.ts";

const claim = (id: string) => ({ user: { id } });
const items = [
  { priority: "STAT", status: "IN_PROGRESS", claim: null },
  { priority: "URGENT", status: "PRELIMINARY", claim: claim("me") },
  { priority: "ROUTINE", status: "FINAL", claim: claim("other") },
  { priority: "ROUTINE", status: "COMPLETED", claim: claim("me") },
] as const;

test("each view says how many studies it shows", () => {
  expect(viewCounts(items, 4, "me")).toEqual({ all: 4, stat: 2, mine: 2, sign: 1, changed: 1 });
});

test("of a list that did not come whole nothing is counted", () => {
  expect(viewCounts(items, 201, "me")).toBeNull();
});
