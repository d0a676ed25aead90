import { describe, expect, test } from "vitest";
import type { Vector } from "../model/geometry.ts";
import type { VolumeGeometry } from "../volume/geometry.ts";
import { colorMap } from "./color-maps.ts";
import { paint } from "./fusion.ts";
import { gridOver, sampleVolume } from "./sample.ts";

/** Linear in each direction, so that interpolation changes nothing. */
const valueAt = ([x, y, z]: Vector) => 5 + 2 * x + 3 * y + 7 * z;

/** 6 × 5 pixels of 4 mm, slices from feet to head at uneven places. */
function uptake(): [VolumeGeometry, Float32Array[]] {
  const places = [0, 3, 6, 8];
  const geometry: VolumeGeometry = {
    images: [],
    size: [6, 5, places.length],
    axes: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    spacing: [4, 4],
    places,
    origin: [10, 20, 30],
  };
  const slices = places.map((place) =>
    Float32Array.from({ length: 30 }, (_, n) =>
      valueAt([10 + 4 * (n % 6), 20 + 4 * Math.floor(n / 6), 30 + place]),
    ),
  );
  return [geometry, slices];
}

describe("uptake over a picture", () => {
  test("has at each cell the value of its place, whichever way the picture lies", () => {
    const [geometry, slices] = uptake();
    // Coronal: to the left of the patient, and to the feet.
    const plane = {
      origin: [12, 27, 36] as Vector,
      row: [1, 0, 0] as Vector,
      column: [0, 0, -1] as Vector,
      columnSpacing: 1,
      rowSpacing: 1,
    };
    const grid = gridOver(plane, 8, 4, 16);
    expect(grid.size).toEqual([8, 4]);
    const values = sampleVolume(geometry, slices, grid);
    values.forEach((value, n) => {
      expect(value).toBeCloseTo(valueAt([12 + (n % 8), 27, 36 - Math.floor(n / 8)]), 3);
    });
  });

  test("is clear outside of what was scanned, and where there is none", () => {
    const [geometry, slices] = uptake();
    const plane = {
      origin: [-40, 20, 30] as Vector,
      row: [1, 0, 0] as Vector,
      column: [0, 1, 0] as Vector,
      columnSpacing: 60,
      rowSpacing: 1,
    };
    const values = sampleVolume(geometry, slices, gridOver(plane, 2, 1, 2));
    expect([...values].map(Number.isNaN)).toEqual([true, false]);
    const pixels = paint(
      [Number.NaN, 0, 5, 10, 99],
      { lower: 0, upper: 10 },
      { colorMap: "hot-iron", blend: 0.5 },
    );
    const { table } = colorMap("hot-iron");
    const half = [...table.slice(128 * 3, 128 * 3 + 3), 128];
    expect([...pixels]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, ...half, 255, 254, 252, 128, 255, 254, 252, 128]);
  });

  test("is black, red, yellow and white in hot iron, and black, blue, green and red in rainbow", () => {
    const at = (name: "hot-iron" | "rainbow", step: number) => [
      ...colorMap(name).table.slice(step * 3, step * 3 + 3),
    ];
    expect([at("hot-iron", 0), at("hot-iron", 100), at("hot-iron", 192)]).toEqual([
      [0, 0, 0],
      [200, 0, 0],
      [255, 128, 0],
    ]);
    expect([at("rainbow", 0), at("rainbow", 51), at("rainbow", 153), at("rainbow", 255)]).toEqual([
      [0, 0, 0],
      [0, 0, 255],
      [0, 255, 0],
      [255, 0, 0],
    ]);
  });
});
