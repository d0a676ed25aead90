import { expect, test } from "vitest";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { extentOf, fittedUnits, placeInViewport } from "./coarse-place.ts";

/** 200 columns of 0.5 mm and 100 rows of 1 mm: a square of 100 mm. */
const imageOf = (more: Record<string, unknown[]> = {}): StackImage => {
  const elements: Record<string, unknown[]> = {
    "00080060": ["MG"],
    "00280010": [100],
    "00280011": [200],
    "00280030": [1, 0.5],
    ...more,
  };
  return imagesOfInstance(
    Object.fromEntries(Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }])),
  )[0]!;
};
const viewport = { width: 400, height: 200 };
const plain = { rotation: 0, flipped: false, area: undefined } as const;

test("a picture on its way lies whole in the middle", () => {
  expect(extentOf(imageOf())).toEqual({ width: 100, height: 100 });
  expect(fittedUnits(imageOf(), viewport)).toBe(0.5);
  expect(placeInViewport(imageOf(), viewport, undefined, undefined)).toEqual([200, 0, 0, 200, 100, 0]);
});

test("it is turned, mirrored and placed as a presentation state says", () => {
  const turned = placeInViewport(imageOf(), viewport, { ...plain, rotation: 90 }, undefined);
  // Its upper left corner is at the upper right, and its columns go down.
  expect(turned).toEqual([0, 200, -200, 0, 300, 0]);
  expect(placeInViewport(imageOf(), viewport, { ...plain, rotation: 90, flipped: true }, undefined)).toEqual([
    0, 200, 200, 0, 100, 0,
  ]);
  const area = { left: 100, top: 50, right: 200, bottom: 100, magnification: undefined };
  // The lower right quarter fills the height.
  expect(placeInViewport(imageOf(), viewport, { ...plain, area }, undefined)).toEqual([
    400, 0, 0, 400, -100, -200,
  ]);
  const magnified = { ...area, magnification: 3 };
  expect(placeInViewport(imageOf(), viewport, { ...plain, area: magnified }, undefined).slice(0, 4)).toEqual([
    600, 0, 0, 600,
  ]);
});

test("breasts stand at one scale, chest wall at its side and the right way round", () => {
  const scale = { millimetres: 1, wall: "right" } as const;
  expect(placeInViewport(imageOf(), viewport, undefined, scale)).toEqual([100, 0, 0, 100, 300, 50]);
  // What is in front lies at the chest wall: turned over.
  const wrong = imageOf({ "00200020": ["A", "F"] });
  expect(placeInViewport(wrong, viewport, undefined, scale)).toEqual([-100, 0, 0, 100, 400, 50]);
});
