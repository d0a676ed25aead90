import type { JsonDataSet } from "@isocenter/presentation";
import { expect, test } from "vitest";
import { imagesOfInstance } from "./image.ts";
import { outlinesOn, structureSetOf } from "./structure-sets.ts";

const element = (...Value: unknown[]) => ({ vr: typeof Value[0] === "object" ? "SQ" : "UN", Value });
const square = (z: number) => ({
  "30060042": element("CLOSED_PLANAR"),
  "30060050": element(10, 10, z, 30, 10, z, 30, 50, z, 10, 50, z),
});
const set = structureSetOf({
  "00080018": element("1.7"),
  "30060002": element("PLAN"),
  "30060020": element(
    { "30060022": element(4), "30060024": element("1.2"), "30060026": element("PTV") },
    { "30060022": element(5), "30060024": element("1.2"), "30060026": element("Isocentre") },
    { "30060022": element(6), "30060024": element("1.2"), "30060026": element("Empty") },
  ),
  "30060039": element(
    {
      "30060084": element(4),
      "3006002A": element(255, 0, 10),
      "30060040": element(square(0), square(5), square(10)),
    },
    {
      "30060084": element(5),
      "30060040": element({ "30060042": element("POINT"), "30060050": element(20, 20, 5) }),
    },
    { "30060084": element(6) },
  ),
});
const [volume, point] = set.structures as [(typeof set.structures)[0], (typeof set.structures)[0]];

function image(orientation: number[], position: number[], more: JsonDataSet = {}) {
  return imagesOfInstance({
    "00200032": element(...position),
    "00200037": element(...orientation),
    "00200052": element("1.2"),
    "00280010": element(64),
    "00280011": element(64),
    "00280030": element(1, 1),
    ...more,
  })[0]!;
}
const axial = (z: number, more?: JsonDataSet) => image([1, 0, 0, 0, 1, 0], [0, 0, z], more);

test("structures have names and colours, and those without a contour are none", () => {
  expect(set.label).toBe("PLAN");
  expect(set.structures.map(({ name, color }) => [name, color])).toEqual([
    ["PTV", "rgb(255 0 10)"],
    ["Isocentre", "#64b5f6"],
  ]);
  expect([volume.step, point.step]).toEqual([5, undefined]);
});

test("contours lie on the images of their plane, of one slice alone", () => {
  const counts = (z: number, thickness: number) =>
    outlinesOn(axial(z, { "00180050": element(thickness) }), volume).length;
  expect([counts(5, 5), counts(7.5, 5), counts(8, 5), counts(20, 5), counts(2.5, 5)]).toEqual([
    1, 0, 1, 0, 0,
  ]);
  expect(outlinesOn(axial(5, { "00200052": element("1.3") }), volume)).toEqual([]);
  expect(outlinesOn(axial(5), point).map(({ points }) => points)).toEqual([[[20, 20, 5]]]);
});

test("a plane across cuts them into pieces as thick as they lie apart", () => {
  const coronal = image([1, 0, 0, 0, 0, -1], [0, 20, 40]);
  const pieces = outlinesOn(coronal, volume);
  expect(pieces).toHaveLength(3);
  for (const [n, { points, closed }] of pieces.entries()) {
    expect(closed).toBe(true);
    const [xs, ys, zs] = [0, 1, 2].map((axis) => points.map((each) => each[axis]!)) as number[][];
    expect([Math.min(...xs!), Math.max(...xs!)]).toEqual([10, 30]);
    for (const y of ys!) expect(y).toBeCloseTo(20);
    expect([Math.min(...zs!), Math.max(...zs!)]).toEqual([5 * n - 2.5, 5 * n + 2.5]);
  }
  expect(outlinesOn(image([1, 0, 0, 0, 0, -1], [0, 60, 40]), volume)).toEqual([]);
});
