import { describe, expect, it } from "vitest";
import type { SeriesEntry } from "../model/study.ts";
import { initialSeries, seriesForSlots, visibleSlots } from "./hanging.ts";
import { keyName } from "./shortcuts.ts";

const series = (
  uid: string,
  state: SeriesEntry["state"],
  images = 1,
  imageType = ["ORIGINAL", "PRIMARY", "AXIAL"],
) => {
  const attributes = { "00080008": { vr: "CS", Value: imageType } };
  return {
    seriesInstanceUid: uid,
    state,
    images: Array.from({ length: images }, () => ({ attributes })),
  } as unknown as SeriesEntry;
};
const scout = (uid: string) => series(uid, "ready", 1, ["ORIGINAL", "PRIMARY", "LOCALIZER"]);

describe("hanging", () => {
  it("opens with the first series of pictures, once those before it are known", () => {
    expect(initialSeries([series("a", "loading", 0), series("b", "ready")])).toBeUndefined();
    expect(initialSeries([series("a", "ready", 0), series("b", "failed", 0), series("c", "ready")])).toBe(
      "c",
    );
    expect(initialSeries([series("a", "ready", 0)])).toBe("a");
    expect(initialSeries([])).toBeUndefined();
  });

  it("does not open with a localizer while there is anything else", () => {
    expect(initialSeries([scout("a"), series("b", "loading", 0)])).toBeUndefined();
    expect(initialSeries([scout("a"), series("b", "ready")])).toBe("b");
    expect(initialSeries([series("sr", "ready", 0), scout("a")])).toBe("a");
  });

  it("shows the active viewport alone, its pair, or all", () => {
    expect(visibleSlots(1, 3)).toEqual([3]);
    expect(visibleSlots(2, 1)).toEqual([0, 1]);
    expect(visibleSlots(2, 2)).toEqual([2, 3]);
    expect(visibleSlots(4, 2)).toEqual([0, 1, 2, 3]);
  });

  it("fills empty viewports with series that hang nowhere yet", () => {
    const all = [series("a", "ready"), series("sr", "ready", 0), series("b", "ready"), series("c", "ready")];
    expect(seriesForSlots(all, ["b"], [0, 1])).toEqual(["b", "a"]);
    expect(seriesForSlots(all, ["b", "a"], [0, 1, 2, 3])).toEqual(["b", "a", "c"]);
  });
});

describe("keys", () => {
  it("have one name each", () => {
    expect(keyName({ key: " ", shiftKey: false })).toBe("space");
    expect(keyName({ key: "H", shiftKey: true })).toBe("shift+h");
    expect(keyName({ key: "?", shiftKey: true })).toBe("?");
    expect(keyName({ key: "PageUp", shiftKey: false })).toBe("pageup");
  });
});
