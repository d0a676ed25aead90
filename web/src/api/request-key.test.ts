import { expect, test } from "vitest";
import { requestKey } from "./request-key.ts";

test("each key is another, of signs that a header takes", () => {
  const keys = Array.from({ length: 100 }, requestKey);
  expect(new Set(keys).size).toBe(100);
  expect(keys.every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
});
