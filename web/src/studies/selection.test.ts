import { expect, it } from "vitest";
import { moveSelection } from "./selection.ts";

const rows = [{ id: "a" }, { id: "b" }, { id: "c" }];

it("moves within the page and stops at its ends", () => {
  expect(moveSelection(rows, "a", 1)).toBe("b");
  expect(moveSelection(rows, "c", 1)).toBe("c");
  expect(moveSelection(rows, "a", -1)).toBe("a");
  expect(moveSelection(rows, "b", "first")).toBe("a");
  expect(moveSelection(rows, null, "last")).toBe("c");
});

it("starts at the top from nowhere, and from a row that has left", () => {
  expect(moveSelection(rows, null, 1)).toBe("a");
  expect(moveSelection(rows, "gone", -1)).toBe("a");
  expect(moveSelection([], "a", 1)).toBeNull();
});
