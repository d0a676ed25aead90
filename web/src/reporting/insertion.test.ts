import { expect, test } from "vitest";
import { inserted, insertIntoReport, takeInsertions } from "./insertion.ts";

test("text goes where the caret is, and words never touch", () => {
  expect(inserted("", 0, 0, "9 mm")).toEqual({ text: "9 mm", caret: 4 });
  expect(inserted("A nodule in the lung.", 8, 8, "of 9 mm")).toEqual({
    text: "A nodule of 9 mm in the lung.",
    caret: 16,
  });
  expect(inserted("Size: ?", 6, 7, "9 mm")).toEqual({ text: "Size: 9 mm", caret: 10 });
  expect(inserted("Size", 4, 4, "9 mm")).toEqual({ text: "Size 9 mm", caret: 9 });
  expect(inserted("beforeafter", 6, 6, "x").text).toBe("before x after");
});

test("the editor that was opened last takes it; without one nobody does", () => {
  const heard: string[] = [];
  expect(insertIntoReport("lost")).toBe(false);
  const end = takeInsertions((text) => heard.push(`first ${text}`));
  const endSecond = takeInsertions((text) => heard.push(`second ${text}`));
  expect(insertIntoReport("a")).toBe(true);
  endSecond();
  insertIntoReport("b");
  end();
  expect([heard, insertIntoReport("c")]).toEqual([["second a", "first b"], false]);
});
