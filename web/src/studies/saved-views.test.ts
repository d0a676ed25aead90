import { expect, test } from "vitest";
import { longestViewName, mostViews, sameSearch, searchOf, viewsIn } from "./saved-views.ts";

test("a view keeps the filters and not the place in the list", () => {
  expect(searchOf({ size: 25, modality: "CT", offset: 50, after: "k", query: undefined })).toEqual({
    modality: "CT",
    size: "25",
  });
  expect(sameSearch({ modality: "CT", size: 25, offset: 50 }, { size: "25", modality: "CT" })).toBe(true);
  expect(sameSearch({ modality: "CT" }, { modality: "MR" })).toBe(false);
});

test("what preferences hold otherwise is left out, and the rest is bounded", () => {
  expect(viewsIn(undefined, "reading")).toEqual([]);
  expect(viewsIn({ savedViews: { reading: "?" } }, "reading")).toEqual([]);
  const good = { name: "CT", search: { modality: "CT" } };
  expect(
    viewsIn({ savedViews: { reading: [null, { name: 3 }, { name: " ", search: {} }, good] } }, "reading"),
  ).toEqual([good]);
  const many = Array.from({ length: 20 }, (_, n) => ({ name: `${n}`.padEnd(60, "x"), search: {} }));
  const views = viewsIn({ savedViews: { studies: many } }, "studies");
  expect([views.length, views[0]?.name.length]).toEqual([mostViews, longestViewName]);
});
