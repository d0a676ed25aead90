import { numbersOf } from "@isocenter/presentation";
import { describe, expect, test } from "vitest";
import type { PlaneName } from "../hanging/protocols.ts";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { type VolumeGeometry, volumeOf } from "./geometry.ts";
import { planesOf } from "./planes.ts";
import { type Slab, thinnest } from "./reslice.ts";

type Axes = readonly number[];

/** What the phantom holds at a place of the patient: linear, so that interpolation changes nothing. */
const valueAt = ([x = 0, y = 0, z = 0]: readonly number[]) => 10 * x + 100 * y + 1000 * z;

/** Slices of 5 columns and 4 rows, 2 mm and 3 mm apart, and where they lie. */
function slicesOf(orientation: Axes, step: readonly [number, number, number], count = 6): StackImage[] {
  return Array.from({ length: count }, (_, n) => {
    const elements: Record<string, unknown[]> = {
      "00080060": ["CT"],
      "0020000E": ["1.2.3"],
      "00200052": ["1.2.4"],
      "00280010": [4],
      "00280011": [5],
      "00280030": [3, 2],
      "00200037": [...orientation],
      "00200032": [7 + step[0] * n, -20 + step[1] * n, 30 + step[2] * n],
    };
    const dataSet = Object.fromEntries(
      Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }]),
    );
    return imagesOfInstance(dataSet)[0]!;
  });
}

const pixelsOf = (image: StackImage) =>
  Float32Array.from({ length: 20 }, (_, n) =>
    valueAt(placeOf(drawnPlaneOf(image), [(n % 5) + 0.5, Math.floor(n / 5) + 0.5])),
  );

const acquisitions: Record<string, StackImage[]> = {
  "axial, feet first": slicesOf([1, 0, 0, 0, 1, 0], [0, 0, 5]),
  "axial, head first": slicesOf([1, 0, 0, 0, 1, 0], [0, 0, -5]),
  "axial, prone": slicesOf([-1, 0, 0, 0, -1, 0], [0, 0, 5]),
  coronal: slicesOf([1, 0, 0, 0, 0, -1], [0, 5, 0]),
  sagittal: slicesOf([0, 1, 0, 0, 0, -1], [5, 0, 0]),
};

const directions: Record<PlaneName, number[]> = {
  axial: [1, 0, 0, 0, 1, 0],
  coronal: [1, 0, 0, 0, 0, -1],
  sagittal: [0, 1, 0, 0, 0, -1],
};

async function stack(images: StackImage[], plane: PlaneName, slab: Slab = thinnest) {
  const volume = volumeOf(images) as VolumeGeometry;
  const planes = planesOf(volume, plane, slab, async () => volume.images.map(pixelsOf));
  return Promise.all(planes.map(async (image) => ({ image, pixels: await image.reformat!.pixels() })));
}

describe.each(Object.keys(acquisitions))("planes of %s slices", (name) => {
  test.each(["axial", "coronal", "sagittal"] as const)(
    "%s: each pixel has the value of its place",
    async (plane) => {
      const planes = await stack(acquisitions[name]!, plane);
      expect(planes.length).toBeGreaterThan(3);
      for (const { image, pixels } of planes) {
        expect(numbersOf(image.attributes, tags.ImageOrientationPatient).map((n) => n + 0)).toEqual(
          directions[plane],
        );
        const columns = image.attributes[tags.Columns]!.Value![0] as number;
        pixels.forEach((value, n) => {
          const place = placeOf(drawnPlaneOf(image), [(n % columns) + 0.5, Math.floor(n / columns) + 0.5]);
          expect(Math.abs(value - valueAt(place))).toBeLessThan(0.05);
        });
      }
    },
  );
});

test("a slab takes the highest, the lowest or the mean of what lies in it", async () => {
  const images = acquisitions["axial, feet first"]!;
  const thin = await stack(images, "coronal");
  const at = async (mode: Slab["mode"]) =>
    (await stack(images, "coronal", { mode, thickness: 6 }))[1]!.pixels;
  // Three rows of 3 mm, each 300 more than the one before.
  const [front, middle, back] = thin.map(({ pixels }) => pixels) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  expect([...(await at("maximum"))]).toEqual([...back]);
  expect([...(await at("minimum"))]).toEqual([...front]);
  const mean = await at("average");
  for (const [n, value] of mean.entries()) expect(value).toBeCloseTo(middle[n]!, 1);
});

test("what is no volume says why", () => {
  const images = acquisitions["axial, feet first"]!;
  expect(volumeOf(images.slice(0, 2))).toHaveProperty("reason");
  expect(volumeOf(slicesOf([1, 0, 0, 0, 1, 0], [0, 2.5, 5]))).toHaveProperty(
    "reason",
    expect.stringContaining("tilted"),
  );
  expect(volumeOf(images.filter((_, n) => n !== 2))).toHaveProperty(
    "reason",
    expect.stringContaining("missing"),
  );
});
