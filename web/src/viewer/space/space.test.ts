import { describe, expect, test } from "vitest";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { cutOf, nearestSlice, slicePlaneOf } from "./slice-plane.ts";
import { followingIndex, shiftBetween } from "./synchronizer.ts";

const directions = { axial: [1, 0, 0, 0, 1, 0], coronal: [1, 0, 0, 0, 0, -1] };

function stack(plane: keyof typeof directions, places: number[], frame = "1.2.3"): StackImage[] {
  return places.map((place) => {
    const elements: Record<string, unknown[]> = {
      "00200052": [frame],
      "00280010": [100],
      "00280011": [100],
      "00280030": [1, 1],
      "00200037": directions[plane],
      "00200032": plane === "axial" ? [-49.5, -49.5, place] : [-49.5, place, 49.5],
    };
    return imagesOfInstance(
      Object.fromEntries(Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }])),
    )[0]!;
  });
}
const steps = (from: number, step: number, count: number) =>
  Array.from({ length: count }, (_, n) => from + step * n);

describe("planes in the patient", () => {
  test("an image is cut where another image's plane goes through it", () => {
    const [axial] = stack("axial", [12]);
    const [coronal] = stack("coronal", [-7]);
    const cut = cutOf(slicePlaneOf(axial!)!, slicePlaneOf(coronal!)!)!;
    expect(
      cut.map((point) => point.map((n) => Math.round(n * 10) / 10)).sort((a, b) => a[0]! - b[0]!),
    ).toEqual([
      [-50, -7, 12],
      [50, -7, 12],
    ]);
    const [elsewhere] = stack("coronal", [-7], "9.9");
    expect(cutOf(slicePlaneOf(axial!)!, slicePlaneOf(elsewhere!)!)).toBeUndefined();
    const [parallel] = stack("axial", [13]);
    expect(cutOf(slicePlaneOf(axial!)!, slicePlaneOf(parallel!)!)).toBeUndefined();
  });

  test("the nearest image to a point is found whichever way the stack runs", () => {
    expect(nearestSlice(stack("axial", steps(100, -3, 20)), [0, 0, 88.4])?.index).toBe(4);
  });
});

describe("scrolling together", () => {
  test("goes to the same place in the same frame of reference, whatever the spacing", () => {
    const [thin, thick] = [stack("axial", steps(0, 1, 100)), stack("axial", steps(99, -5, 20))];
    expect(followingIndex(thin[31]!, { images: thick, index: 0 }, 50)?.index).toBe(14);
  });

  test("stays in its phase where several images lie at one place, one phase after the other or side by side", () => {
    const leading = stack("axial", steps(0, 1, 100))[50]!;
    const after = stack("axial", [...steps(0, 5, 20), ...steps(0, 5, 20), ...steps(0, 5, 20)]);
    const beside = stack(
      "axial",
      steps(0, 5, 20).flatMap((place) => [place, place, place]),
    );
    const of = (images: StackImage[], index: number) => followingIndex(leading, { images, index }, 0)?.index;
    expect([of(after, 3), of(after, 23), of(after, 43)]).toEqual([10, 30, 50]);
    expect([of(beside, 9), of(beside, 10), of(beside, 11)]).toEqual([30, 31, 32]);
    // The last phase is missing where it goes to.
    expect(of(after.slice(0, 45), 43)).toBe(30);
  });

  test("a prior is shifted only where it would lie elsewhere altogether", () => {
    const now = stack("axial", steps(0, 1, 100));
    const near = stack("axial", steps(10, 1, 100), "9.9");
    const far = stack("axial", steps(1000, 1, 100), "9.9");
    expect(shiftBetween([0, 0, 1], now, near)).toBe(0);
    const shift = shiftBetween([0, 0, 1], now, far);
    expect(shift).toBe(1000);
    expect(followingIndex(now[40]!, { images: far, index: 0 }, shift)?.index).toBe(40);
    // Along each axis, and forth as well as back.
    const before = stack("coronal", steps(-300, 1, 100), "9.9");
    const fronts = stack("coronal", steps(0, 1, 100));
    const normal = slicePlaneOf(fronts[0]!)!.normal;
    const back = shiftBetween(normal, fronts, before);
    expect(Math.abs(back)).toBe(300);
    expect(followingIndex(fronts[70]!, { images: before, index: 0 }, back)).toEqual({
      index: 70,
      distance: 0,
    });
    // By less than half of the shorter one, of another length.
    expect(shiftBetween([0, 0, 1], now, stack("axial", steps(60, 1, 100), "9.9"))).toBe(60);
    expect(shiftBetween([0, 0, 1], now, stack("axial", steps(40, 1, 100), "9.9"))).toBe(0);
    // A stack of which no place is known.
    expect(shiftBetween([0, 0, 1], now, [])).toBe(0);
  });

  test("leaves stacks alone that lie otherwise or say no place", () => {
    const now = stack("axial", steps(0, 1, 10));
    expect(
      followingIndex(now[4]!, { images: stack("coronal", steps(0, 1, 10)), index: 0 }, 0),
    ).toBeUndefined();
    const plain = imagesOfInstance({
      "00280010": { vr: "US", Value: [9] },
      "00280011": { vr: "US", Value: [9] },
    });
    expect(followingIndex(now[4]!, { images: plain, index: 0 }, 0)).toBeUndefined();
  });
});
