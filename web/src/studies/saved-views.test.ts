import { expect, test } from "vitest";
import { readReadingState } from "../reading/reading-state.ts";
import { readListState } from "./list-state.ts";
import { longestViewName, mostViews, readable, sameSearch, searchOf, viewsIn } from "./saved-views.ts";

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

test("a view with a filter that is no more is the one that its tab shows, so that it can be let go", () => {
  const old = [{ name: "Old", search: { modality: "CT", claim: "NOBODY", size: "7" } }];
  for (const read of [readReadingState, readListState]) {
    const [view] = readable(old, read);
    expect(view).toEqual({ name: "Old", search: { modality: "CT" } });
    expect(sameSearch(view!.search, read(view!.search))).toBe(true);
  }
});
