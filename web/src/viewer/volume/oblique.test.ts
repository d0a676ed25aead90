import { numberOf, numbersOf } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { angleAbout, meetingOf, turnedAbout } from "../space/rotate.ts";
import { nearestSlice, slicePlaneOf } from "../space/slice-plane.ts";
import { type VolumeGeometry, volumeOf } from "./geometry.ts";
import { type Turn, turnedPlanesOf } from "./oblique.ts";
import { type Slab, thinnest } from "./reslice.ts";

/** What the phantom holds at a place of the patient: linear, so that interpolation changes nothing. */
const valueAt = ([x = 0, y = 0, z = 0]: readonly number[]) => 10 * x + 100 * y + 1000 * z;

/** 21 columns, 16 rows and slices, 2 mm, 3 mm and mostly 4 mm apart: of 40 mm, 45 mm and 60 mm, from 7, −20, 30 on. */
const uneven = [0, 4, 8, 12, 16, 20, 24, 27, 32, 36, 40, 44, 48, 52, 56, 60];
const slices: StackImage[] = uneven.map((z) => {
  const elements = {
    "00080060": ["CT"],
    "0020000E": ["1.2.3"],
    "00200052": ["1.2.4"],
    "00280010": [16],
    "00280011": [21],
    "00280030": [3, 2],
    "00200037": [1, 0, 0, 0, 1, 0],
    "00200032": [7, -20, 30 + z],
  };
  return imagesOfInstance(
    Object.fromEntries(Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }])),
  )[0]!;
});
const volume = volumeOf(slices) as VolumeGeometry;
const load = async () =>
  volume.images.map((image) =>
    Float32Array.from({ length: 21 * 16 }, (_, n) =>
      valueAt(placeOf(drawnPlaneOf(image), [(n % 21) + 0.5, Math.floor(n / 21) + 0.5])),
    ),
  );
const isInside = ([x = 0, y = 0, z = 0]: readonly number[]) =>
  x >= 7 && x <= 47 && y >= -20 && y <= 25 && z >= 30 && z <= 90;

const axis = [1, 0, 0] as const;
const angle = (30 * Math.PI) / 180;
/** A coronal plane, turned about the axis from right to left. */
const turn: Turn = {
  right: axis,
  down: turnedAbout(axis, angle, [0, 0, -1]),
  next: turnedAbout(axis, angle, [0, 1, 0]),
  centre: [20, 5, 50],
};
const stack = (slab: Slab = thinnest, more: Partial<Turn> = {}) =>
  turnedPlanesOf(volume, "coronal", slab, { ...turn, ...more }, load);

test("each pixel of a plane that is turned has the value of its place, and air lies around the volume", async () => {
  const planes = stack();
  expect(planes.length).toBeGreaterThan(20);
  const middle = nearestSlice(planes, turn.centre)!;
  expect(Math.abs(middle.distance)).toBeLessThan(1e-6);
  for (const image of [planes[middle.index - 4]!, planes[middle.index]!, planes[middle.index + 3]!]) {
    expect(image.reformat!.turned).toBe(30);
    const columns = numberOf(image.attributes, tags.Columns)!;
    const pixels = await image.reformat!.pixels();
    let inside = 0;
    for (const [n, value] of pixels.entries()) {
      const place = placeOf(drawnPlaneOf(image), [(n % columns) + 0.5, Math.floor(n / columns) + 0.5]);
      if (!isInside(place)) continue;
      inside++;
      expect(Math.abs(value - valueAt(place))).toBeLessThan(0.1);
    }
    expect(inside).toBeGreaterThan(200);
    // The corner of the picture lies before the volume.
    expect(pixels[0]).toBe(valueAt([7, -20, 30]));
  }
});

test("the next plane lies where the stack goes, and all are of one size however they are turned", () => {
  const planes = stack();
  const [a, b] = [slicePlaneOf(planes[3]!)!, slicePlaneOf(planes[4]!)!];
  const step = [0, 1, 2].map((n) => b.centre[n]! - a.centre[n]!);
  for (const [n, part] of step.entries()) expect(part).toBeCloseTo(2 * turn.next[n]!, 5);
  const sizes = [planes, stack(thinnest, { down: [0, 0, -1], next: [0, 1, 0] })].map(([first]) =>
    [tags.Rows, tags.Columns, tags.PixelSpacing].flatMap((tag) => numbersOf(first!.attributes, tag)),
  );
  expect(sizes[0]).toEqual(sizes[1]);
});

test("while it is dragged there is the one plane through the centre", () => {
  const planes = stack(thinnest, { draft: true });
  expect(planes).toHaveLength(1);
  expect(Math.abs(nearestSlice(planes, turn.centre)!.distance)).toBeLessThan(1e-6);
});

test("a slab takes in what lies before and behind it", async () => {
  const at = async (slab: Slab) => {
    const planes = stack(slab);
    const image = planes[nearestSlice(planes, turn.centre)!.index]!;
    const columns = numberOf(image.attributes, tags.Columns)!;
    return (await image.reformat!.pixels())[Math.floor(columns / 2) * columns + Math.floor(columns / 2)]!;
  };
  const [thin, mean, most] = [
    await at(thinnest),
    await at({ mode: "average", thickness: 8 }),
    await at({ mode: "maximum", thickness: 8 }),
  ];
  // 4 mm along the normal: a half of them up, seven eighths to the back.
  expect(mean).toBeCloseTo(thin, 0);
  expect(most - thin).toBeCloseTo(valueAt(turn.next.map((part) => 4 * part)), 0);
});

test("planes meet in a point, and are turned by the angle between two directions", () => {
  const plane = (normal: readonly [number, number, number], through: readonly [number, number, number]) => ({
    ...slicePlaneOf(slices[0]!)!,
    normal,
    centre: through,
  });
  const tilted = turnedAbout([0, 0, 1], angle, [1, 0, 0]);
  const meeting = meetingOf(
    plane([0, 0, 1], [9, 9, 3]),
    plane(tilted, [1, 2, 0]),
    plane([0, 1, 0], [5, 2, 7]),
  )!;
  for (const [n, part] of [1, 2, 3].entries()) expect(meeting[n]).toBeCloseTo(part, 6);
  expect(
    meetingOf(plane([0, 0, 1], [0, 0, 0]), plane([0, 0, 1], [0, 0, 5]), plane([0, 1, 0], [0, 0, 0])),
  ).toBe(undefined);
  expect(angleAbout([0, 0, 1], [1, 0, 0], tilted)).toBeCloseTo(angle, 6);
  // About the diagonal of a cube by a third of a turn each axis comes to lie on the next.
  const diagonal = Math.sqrt(1 / 3);
  const next = turnedAbout([diagonal, diagonal, diagonal], (2 * Math.PI) / 3, [1, 0, 0]);
  for (const [n, part] of [0, 1, 0].entries()) expect(next[n]).toBeCloseTo(part, 6);
});
