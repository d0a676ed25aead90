import { expect, test } from "vitest";
import { imagesOfInstance } from "../model/image.ts";
import { gapsIn } from "./gaps.ts";

const slices = (places: number[], orientation: (n: number) => number[] = () => [1, 0, 0, 0, 1, 0]) =>
  places.map((z, n) => {
    const elements = {
      "0020000E": ["1.2.3"],
      "00280010": [4],
      "00280011": [4],
      "00280030": [1, 1],
      "00200037": orientation(n),
      "00200032": [0, 0, z],
    };
    return imagesOfInstance(
      Object.fromEntries(Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }])),
    )[0]!;
  });

test("slices that are missing are said before the one that follows them, whichever way the stack goes", () => {
  expect([...gapsIn(slices([0, 5, 10, 20, 25, 30]))]).toEqual([3]);
  expect([...gapsIn(slices([0, -5, -10, -15, -30, -35]))]).toEqual([4]);
  expect([...gapsIn(slices([0, 5, 10, 15.2, 20, 25]))]).toEqual([]);
});

test("nothing is said of few slices, of two times at one place, and of slices that lie in several ways", () => {
  expect([...gapsIn(slices([0, 5, 50]))]).toEqual([]);
  expect([...gapsIn(slices([0, 0, 5, 5, 10, 10, 10]))]).toEqual([]);
  expect([
    ...gapsIn(slices([0, 5, 10, 15, 99], (n) => (n < 4 ? [1, 0, 0, 0, 1, 0] : [0, 1, 0, 0, 0, -1]))),
  ]).toEqual([]);
});
