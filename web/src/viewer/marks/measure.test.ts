import type { PixelPoint } from "@isocenter/presentation";
import { describe, expect, test } from "vitest";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { hasSize, measure } from "./measure.ts";
import type { Pixels } from "./region.ts";

function imageWith(more: Record<string, unknown[]>): StackImage {
  const dataSet = Object.fromEntries(
    Object.entries({ "00280010": [10], "00280011": [10], "00080060": ["CT"], ...more }).map(
      ([tag, Value]) => [tag, { vr: "UN", Value }],
    ),
  );
  return imagesOfInstance(dataSet)[0]!;
}
const ct = imageWith({ "00280030": [2, 0.5] });
/** Each pixel's value is its column plus ten times its row. */
const pixels: Pixels = {
  columns: 10,
  rows: 10,
  values: Float32Array.from({ length: 100 }, (_, n) => n),
};

describe("lengths", () => {
  const line: PixelPoint[] = [
    [1, 1],
    [7, 3],
  ];

  test("are millimetres where the spacing of rows and columns is known", () => {
    expect(measure("length", line, ct)).toEqual({
      values: [{ quantity: "length", value: 5, unit: "mm" }],
      source: "patient",
    });
  });

  test("are pixels where it is not, and say where they were measured", () => {
    const none = measure("length", line, imageWith({}));
    expect(none).toEqual({
      values: [{ quantity: "length", value: Number(Math.hypot(6, 2).toPrecision(9)), unit: "{pixels}" }],
      source: "none",
    });
    const detector = measure("length", line, imageWith({ "00181164": [2, 0.5], "00080060": ["DX"] }));
    expect([detector.values[0]?.value, detector.source]).toEqual([5, "detector"]);
  });

  test("are those of the ultrasound region in which they lie, and unknown beside it", () => {
    const region = Object.fromEntries(
      [
        ["00186018", 0],
        ["0018601A", 0],
        ["0018601C", 7],
        ["0018601E", 9],
        ["00186024", 3],
        ["00186026", 3],
        ["0018602C", 0.05],
        ["0018602E", 0.2],
      ].map(([tag, value]) => [tag, { vr: "UN", Value: [value] }]),
    );
    const us = imageWith({ "00186011": [region], "00080060": ["US"] });
    expect(measure("length", line, us)).toEqual({
      values: [{ quantity: "length", value: 5, unit: "mm" }],
      source: "ultrasound",
    });
    expect(measure("length", [line[0]!, [9, 3]], us).source).toBe("none");
  });
});

test("angles are those in the patient, not those on the screen", () => {
  const corner: PixelPoint[] = [
    [5, 1],
    [1, 1],
    [5, 2],
  ];
  expect(measure("angle", corner, ct).values[0]?.value).toBeCloseTo(45, 6);
  const cobb = measure(
    "cobb",
    [
      [1, 1],
      [5, 1],
      [5, 2],
      [1, 1],
    ],
    ct,
  );
  expect(cobb.values[0]?.value).toBeCloseTo(45, 6);
});

describe("regions", () => {
  test("a rectangle counts the pixels whose centres it holds", () => {
    const measured = measure(
      "rectangle",
      [
        [2, 3],
        [4, 3],
        [4, 5],
        [2, 5],
      ],
      ct,
      pixels,
    );
    // 32, 33, 42 and 43; four pixels of 1 mm².
    expect(measured.values).toEqual([{ quantity: "area", value: 4, unit: "mm2" }]);
    expect(measured.statistics).toEqual({
      mean: 37.5,
      standardDeviation: Number(Math.sqrt(25.25).toPrecision(9)),
      minimum: 32,
      maximum: 43,
      unit: "[hnsf'U]",
    });
  });

  test("an ellipse too, however it is turned", () => {
    const straight = measure(
      "ellipse",
      [
        [2, 5],
        [8, 5],
        [5, 3],
        [5, 7],
      ],
      imageWith({ "00280030": [1, 1] }),
      pixels,
    );
    expect(straight.values[0]?.value).toBeCloseTo(Math.PI * 6, 6);
    expect(straight.statistics?.mean).toBeCloseTo(49.5, 6);
    const [h, v] = [3 / Math.SQRT2, 2 / Math.SQRT2];
    const turned = measure(
      "ellipse",
      [
        [5 - h, 5 - h],
        [5 + h, 5 + h],
        [5 - v, 5 + v],
        [5 + v, 5 - v],
      ],
      imageWith({ "00280030": [1, 1] }),
      pixels,
    );
    expect(turned.values[0]?.value).toBeCloseTo(Math.PI * 6, 6);
    expect(turned.statistics?.mean).toBeCloseTo(49.5, 6);
    expect(turned.statistics?.maximum).toBeLessThan(77);
  });

  test("a free line that comes back to its beginning has an area; another one a length alone", () => {
    const open: PixelPoint[] = [
      [2, 3],
      [4, 3],
      [4, 5],
      [2, 5],
    ];
    const closed = measure("freehand", [...open, open[0]!], ct, pixels);
    expect(closed.values).toEqual([
      { quantity: "area", value: 4, unit: "mm2" },
      { quantity: "perimeter", value: 10, unit: "mm" },
    ]);
    expect(closed.statistics?.mean).toBe(37.5);
    expect(measure("freehand", open, ct, pixels)).toEqual({
      values: [{ quantity: "length", value: 6, unit: "mm" }],
      source: "patient",
    });
  });
});

test("a probe says the value of the pixel it lies in, and its unit", () => {
  expect(measure("probe", [[3.9, 2.1]], ct, pixels).values).toEqual([
    { quantity: "value", value: 23, unit: "[hnsf'U]" },
  ]);
  const mr = imageWith({ "00080060": ["MR"] });
  expect(measure("probe", [[3.9, 2.1]], mr, pixels).values[0]?.unit).toBe("1");
});

describe("what has no size", () => {
  const here: PixelPoint = [4, 4];
  const near: PixelPoint = [4.2, 4.3];
  const there: PixelPoint = [8, 4];
  const beside: PixelPoint = [4, 8];

  test("is a line from where it began, an area without a width and an angle without an arm", () => {
    for (const kind of ["length", "arrow"] as const) {
      expect(hasSize(kind, [here, near])).toBe(false);
      expect(hasSize(kind, [here, there])).toBe(true);
    }
    expect(hasSize("angle", [there, here, near])).toBe(false);
    expect(hasSize("angle", [near, here, there])).toBe(false);
    expect(hasSize("angle", [there, here, beside])).toBe(true);
    expect(hasSize("cobb", [here, there, beside, beside])).toBe(false);
    expect(hasSize("cobb", [here, there, beside, there])).toBe(true);
    expect(hasSize("rectangle", [here, there, there, here])).toBe(false);
    expect(hasSize("rectangle", [here, there, [8, 8], beside])).toBe(true);
    expect(hasSize("ellipse", [here, there, [6, 4], [6, 4]])).toBe(false);
    expect(hasSize("ellipse", [here, there, [6, 2], [6, 6]])).toBe(true);
  });

  test("is a free line that goes nowhere, and an area that is a line; a point has its value", () => {
    expect(hasSize("freehand", [here, near, here])).toBe(false);
    expect(hasSize("freehand", [here, there])).toBe(true);
    expect(hasSize("freehand", [here, [6, 4], there, here])).toBe(false);
    expect(hasSize("freehand", [here, there, beside, here])).toBe(true);
    expect(hasSize("probe", [here])).toBe(true);
  });
});
