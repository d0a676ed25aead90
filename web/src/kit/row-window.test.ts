import { expect, test } from "vitest";
import { drawnRows, scrollTopFor } from "./row-window.ts";

const rows = { count: 200, height: 46 };

test("what is seen is drawn, and some rows around it", () => {
  expect(drawnRows({ scrollTop: 0, clientHeight: 460 }, rows)).toEqual({ first: 0, last: 22 });
  expect(drawnRows({ scrollTop: 46 * 100, clientHeight: 460 }, rows)).toEqual({ first: 88, last: 122 });
  expect(drawnRows({ scrollTop: 46 * 190, clientHeight: 460 }, rows)).toEqual({ first: 178, last: 200 });
});

test("a list that became shorter than where it stood draws nothing that is not there", () => {
  expect(drawnRows({ scrollTop: 46 * 190, clientHeight: 460 }, { count: 3, height: 46 })).toEqual({
    first: 3,
    last: 3,
  });
  expect(drawnRows({ scrollTop: 0, clientHeight: 460 }, { count: 0, height: 46 })).toEqual({
    first: 0,
    last: 0,
  });
});

test("a row is brought into sight by the least way, under the head and over the edge", () => {
  const seen = { scrollTop: 460, clientHeight: 488 };
  expect(scrollTopFor(10, seen, 46, 28)).toBe(460);
  expect(scrollTopFor(19, seen, 46, 28)).toBe(460);
  expect(scrollTopFor(20, seen, 46, 28)).toBe(506);
  expect(scrollTopFor(9, seen, 46, 28)).toBe(414);
});
