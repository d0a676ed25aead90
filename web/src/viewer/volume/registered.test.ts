import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import type { VolumeGeometry } from "./geometry.ts";
import { motionBetween, volumeMoved } from "./registered.ts";

const element = (vr: string, ...Value: unknown[]) => ({ vr, Value });
const item = (frame: string, ...matrices: number[][]): JsonDataSet => ({
  "00200052": element("UI", frame),
  "00700309": element("SQ", {
    "0070030A": element("SQ", ...matrices.map((matrix) => ({ "300600C6": element("DS", ...matrix) }))),
  }),
});
const registration = (...items: JsonDataSet[]): JsonDataSet => ({
  "00200052": element("UI", "ct"),
  "00700308": element("SQ", ...items),
});
/** A quarter about the axis to the head: x becomes y; then 10, 20, 30 further. */
const quarter = [0, -1, 0, 10, 1, 0, 0, 20, 0, 0, 1, 30, 0, 0, 0, 1];
const volume: VolumeGeometry = {
  images: [],
  size: [2, 2, 2],
  axes: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  spacing: [1, 1],
  places: [0, 1],
  origin: [1, 2, 3],
};
const rounded = ({ origin, axes }: VolumeGeometry) =>
  [origin, ...axes].map((vector) => vector.map((part) => Math.round(part * 1000) / 1000 + 0));

test("a volume is turned and moved into the other frame of reference, and back", () => {
  const there = motionBetween(registration(item("mr", quarter)), "mr", "ct")!;
  expect(rounded(volumeMoved(volume, there))).toEqual([
    [8, 21, 33],
    [0, 1, 0],
    [-1, 0, 0],
    [0, 0, 1],
  ]);
  const back = motionBetween(registration(item("mr", quarter)), "ct", "mr")!;
  expect(rounded(volumeMoved(volumeMoved(volume, there), back))).toEqual(rounded(volume));
});

test("several matrices are applied one after the other, and two frames may both be brought into a third", () => {
  const further = [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const twice = motionBetween(registration(item("mr", quarter, further)), "mr", "ct")!;
  expect(volumeMoved(volume, twice).origin).toEqual([9, 21, 33]);
  const both = registration(item("mr", quarter), item("pt", further));
  expect(volumeMoved(volume, motionBetween(both, "mr", "pt")!).origin).toEqual([7, 21, 33]);
});

test("what stretches, mirrors or says nothing of a frame brings nothing anywhere", () => {
  const larger = quarter.map((value, n) => (n < 3 ? 1.1 * value : value));
  const mirrored = quarter.map((value, n) => (n === 10 ? -1 : value));
  for (const matrix of [larger, mirrored, quarter.slice(1)])
    expect(motionBetween(registration(item("mr", matrix)), "mr", "ct")).toBeUndefined();
  expect(motionBetween(registration(item("mr", quarter)), "us", "ct")).toBeUndefined();
});
