import { expect, test } from "vitest";
import { startOfNext } from "./pages.ts";

const page = (rows: number, next: string | null) => ({
  data: Array.from({ length: rows }, (_, index) => index),
  pagination: { total: 5, totalIsExact: true, next },
});

test("the next page begins behind the last row, however many have come before it", () => {
  const next = "/api/v1/audit?limit=2&after=abc&kind=FACT";
  expect(startOfNext([page(2, next)])).toEqual({ after: "abc" });
  expect(startOfNext([page(2, next), page(2, next.replace("abc", "def"))])).toEqual({ after: "def" });
});

test("of a list without places it begins at its number, and behind the last there is none", () => {
  expect(startOfNext([page(2, "/api/v1/jobs?offset=2"), page(2, "/api/v1/jobs?offset=4")])).toEqual({
    offset: 4,
  });
  expect(startOfNext([page(2, null)])).toBeUndefined();
});
