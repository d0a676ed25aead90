import type { PlaneMeasurement } from "@isocenter/contract";
import type { PixelPoint } from "@isocenter/presentation";
import { describe, expect, test } from "vitest";
import { dot, orientationOf, type Vector } from "../model/geometry.ts";
import { imagesOfInstance, type StackImage } from "../model/image.ts";
import { turnedAbout } from "../space/rotate.ts";
import { type VolumeGeometry, volumeOf } from "../volume/geometry.ts";
import { type Turn, turnedPlanesOf } from "../volume/oblique.ts";
import { planesOf } from "../volume/planes.ts";
import { type Slab, thinnest } from "../volume/reslice.ts";
import { planeThrough, turnedBy } from "../volume/turned-to.ts";
import {
  canBeKept,
  imageFor,
  inPatient,
  inPicture,
  isSeenAlsoOn,
  liesOn,
  measuredPlane,
  type Seen,
} from "./planes.ts";
import { planeName } from "./words.ts";

/** 40 × 32 pixels of a millimetre, 21 slices 2 mm apart, from 7, −20, 30 on. */
const slices = (frameOfReference = "1.2.4"): StackImage[] =>
  Array.from({ length: 21 }, (_, n) => {
    const elements = {
      "00080060": ["CT"],
      "0020000E": ["1.2.3"],
      "00200052": frameOfReference ? [frameOfReference] : [],
      "00280010": [32],
      "00280011": [40],
      "00280030": [1, 1],
      "00200037": [1, 0, 0, 0, 1, 0],
      "00200032": [7, -20, 30 + 2 * n],
    };
    return imagesOfInstance(
      Object.fromEntries(Object.entries(elements).map(([tag, Value]) => [tag, { vr: "UN", Value }])),
    )[0]!;
  });
const acquired = slices();
const volume = volumeOf(acquired) as VolumeGeometry;
const load = async () => [];
const cut = (plane: "axial" | "coronal" | "sagittal", slab: Slab = thinnest) =>
  planesOf(volume, plane, slab, load);
const degrees = (angle: number) => (angle * Math.PI) / 180;

const length = [{ quantity: "length" as const, value: 9, unit: "mm" }];
const drawn = (
  image: StackImage,
  points: readonly PixelPoint[],
  more: Partial<PlaneMeasurement> = {},
): PlaneMeasurement => ({
  id: "one",
  kind: "length",
  values: length,
  plane: measuredPlane(image)!,
  points: inPatient(points, image),
  ...more,
});
const line: PixelPoint[] = [
  [3, 4],
  [12, 20],
];
/** The coronal planes, turned about the axis from the feet to the head, through a point. */
const turned = (angle: number, centre: Vector = [20, -8, 50]): Turn => ({
  right: turnedAbout([0, 0, 1], degrees(angle), [1, 0, 0]),
  down: [0, 0, -1],
  next: turnedAbout([0, 0, 1], degrees(angle), [0, 1, 0]),
  centre,
});
const stack = (turn: Turn, slab = thinnest) => turnedPlanesOf(volume, "coronal", slab, turn, load);
const near = (points: readonly PixelPoint[]) =>
  points.map(([column, row]) => [expect.closeTo(column, 3), expect.closeTo(row, 3)]);
/** How often a measurement lies on one of a stack. */
const times = (measurement: PlaneMeasurement, images: readonly StackImage[]) =>
  images.filter((image) => liesOn(measurement, image, images)).length;

describe("from a plane into the patient", () => {
  test("and back, on planes along the volume and on turned ones", () => {
    for (const images of [cut("axial"), cut("coronal"), cut("sagittal"), stack(turned(33))]) {
      const image = images[7]!;
      const points = inPatient(line, image);
      expect(inPicture(points, image)).toEqual(near(line));
      const { normal } = measuredPlane(image)!;
      const depths = points.map((point) => dot(normal as unknown as Vector, point as unknown as Vector));
      expect(depths[0]).toBeCloseTo(depths[1]!, 3);
    }
    // Coronal planes are counted from the front; their rows run from the head to the feet.
    expect(inPatient([[0.5, 0.5]], cut("coronal")[3]!)).toEqual([[7, -17, 70]]);
  });

  test("a plane says its series, its frame of reference and its slab; an image that was acquired is none", () => {
    expect(measuredPlane(cut("coronal", { mode: "maximum", thickness: 10 })[3]!)).toEqual({
      frameOfReferenceUid: "1.2.4",
      seriesInstanceUid: "1.2.3",
      normal: [0, 1, 0],
      slab: { mode: "MIP", thickness: 10 },
    });
    expect(measuredPlane(cut("axial")[3]!)).not.toHaveProperty("slab");
    expect(measuredPlane(acquired[3]!)).toBeUndefined();
    const nowhere = planesOf(volumeOf(slices("")) as VolumeGeometry, "coronal", thinnest, load)[3]!;
    expect([canBeKept(drawn(nowhere, line)), canBeKept(drawn(cut("coronal")[3]!, line))]).toEqual([
      false,
      true,
    ]);
  });
});

describe("a measurement is found again", () => {
  test("on the one plane of a stack within half a step and half a degree, whichever way it is looked at", () => {
    const coronal = cut("coronal");
    const measurement = drawn(coronal[12]!, line);
    expect(coronal.map((image) => liesOn(measurement, image, coronal)).indexOf(true)).toBe(12);
    expect(times(measurement, coronal)).toBe(1);
    const { plane } = measurement;
    const back = { ...measurement, plane: { ...plane, normal: plane.normal.map((part) => -part) } };
    expect(times(back, coronal)).toBe(1);
    const moved = (by: number) => ({
      ...measurement,
      points: measurement.points.map(([x = 0, y = 0, z = 0]) => [x, y + by, z]),
    });
    expect(liesOn(moved(0.49), coronal[12]!, coronal)).toBe(true);
    expect(liesOn(moved(0.51), coronal[12]!, coronal)).toBe(false);
    const middle: Vector = [14, -8, 50];
    expect(times(measurement, stack(turned(0.4, middle)))).toBe(1);
    expect(times(measurement, stack(turned(0.6, middle)))).toBe(0);
  });

  test("in its own series and frame of reference alone", () => {
    const coronal = cut("coronal");
    const measurement = drawn(coronal[12]!, line);
    const { plane } = measurement;
    expect(times({ ...measurement, plane: { ...plane, seriesInstanceUid: "9" } }, coronal)).toBe(0);
    expect(times({ ...measurement, plane: { ...plane, frameOfReferenceUid: "9" } }, coronal)).toBe(0);
  });

  test("on slabs of any kind where its figure is a length, on its own slab where it says something of pixels", () => {
    const slab: Slab = { mode: "maximum", thickness: 10 };
    const [thin, thick] = [cut("coronal"), cut("coronal", slab)];
    const measurement = drawn(thin[12]!, line);
    expect([times(measurement, thin), times(measurement, thick)]).toEqual([1, 1]);
    const statistics = { mean: 40, unit: "[hnsf'U]" };
    const region = drawn(thick[12]!, line, { statistics });
    expect([times(region, thin), times(region, thick)]).toEqual([0, 1]);
    const averaged = cut("coronal", { mode: "average", thickness: 10 });
    expect(times(region, averaged)).toBe(0);
  });

  test("on acquired slices too, where they lie so", () => {
    const axial = drawn(cut("axial")[5]!, line);
    expect(times(axial, acquired)).toBe(1);
    expect(times(drawn(cut("coronal")[5]!, line), acquired)).toBe(0);
  });

  test("as a rectangle only on pictures whose rows run along its sides", () => {
    const coronal = cut("coronal");
    const rectangle = drawn(
      coronal[12]!,
      [
        [3, 4],
        [13, 4],
        [13, 9],
        [3, 9],
      ],
      { kind: "rectangle" },
    );
    const spun = (angle: number): Turn => {
      const about = (direction: Vector) => turnedAbout([0, 1, 0], degrees(angle), direction);
      return { right: about([1, 0, 0]), down: about([0, 0, -1]), next: [0, 1, 0], centre: [20, -8, 50] };
    };
    expect(times(rectangle, stack(spun(90)))).toBe(1);
    expect(times(rectangle, stack(spun(30)))).toBe(0);
    expect(times({ ...rectangle, kind: "freehand" }, stack(spun(30)))).toBe(1);
  });
});

describe("where a measurement is drawn", () => {
  const coronal = cut("coronal");
  const measurement = drawn(coronal[12]!, line);
  const seen = (images: readonly StackImage[], shownIndex: number, name: string): Seen => ({
    images,
    imageIds: images.map((_, index) => `${name}${index}`),
    shownIndex,
  });

  test("is the picture on a screen that lies there", () => {
    expect(imageFor(measurement, "", [seen(acquired, 2, "a"), seen(coronal, 12, "c")])).toBe("c12");
    expect(imageFor(measurement, "", [seen(coronal, 11, "c")])).toBe("");
    expect(imageFor(measurement, "", [seen(coronal, -1, "c")])).toBe("");
  });

  test("stays while that can be scrolled to, goes to another that is on a screen, and is none when its stack is gone", () => {
    const again = seen(stack(turned(0, [14, -8, 50])), 0, "t");
    const at = again.images.findIndex((image) => liesOn(measurement, image, again.images));
    expect(imageFor(measurement, "c12", [seen(coronal, 11, "c")])).toBe("c12");
    expect(imageFor(measurement, "c12", [seen(coronal, 12, "c"), { ...again, shownIndex: at }])).toBe("c12");
    expect(imageFor(measurement, "c12", [seen(coronal, 11, "c"), { ...again, shownIndex: at }])).toBe(
      `t${at}`,
    );
    expect(imageFor(measurement, "c12", [seen(acquired, 2, "a")])).toBe("");
  });
});

describe("planes are turned to a measurement", () => {
  const tilt = (angle: number): Turn => {
    const first = turned(angle);
    const about = (direction: Vector) => turnedAbout(first.right, degrees(24), direction);
    return { ...first, down: about(first.down), next: about(first.next) };
  };
  const place = (image: StackImage, kind: PlaneMeasurement["kind"] = "length") =>
    drawn(
      image,
      [
        [3, 4],
        [13, 4],
        [13, 9],
        [3, 9],
      ],
      { kind },
    );

  test("so that one of them shows it: the one that comes nearest of itself, and with the sides of a rectangle along its rows", () => {
    for (const angle of [0, 8, 31]) {
      for (const kind of ["length", "rectangle", "ellipse"] as const) {
        const images = stack(tilt(angle));
        const measurement = place(images[14]!, kind);
        const { plane, turn } = planeThrough(volume, measurement);
        expect(plane).toBe("coronal");
        const shown = turnedPlanesOf(volume, plane, thinnest, turn, load);
        expect(times(measurement, shown)).toBe(1);
        const { row, column } = orientationOf(shown[0]!.attributes)!;
        expect([dot(row, column), dot(row, turn.next)]).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 6)]);
      }
    }
  });

  test("and say by how much", () => {
    const { normal } = measuredPlane(stack(turned(31))[4]!)!;
    expect(turnedBy(volume, normal as unknown as Vector)).toBe(31);
    expect(turnedBy(volume, [0, 0, -1])).toBe(0);
    const named = (more: object) => ({ frameOfReferenceUid: "", seriesInstanceUid: "", normal, ...more });
    expect(planeName(named({ normal: [0, 0, -1] }))).toBe("Axial plane");
    expect(planeName(named({ normal: [0.02, 0.9998, 0] }), 1)).toBe("Coronal plane, turned by 1°");
    expect(planeName(named({ slab: { mode: "MINIP", thickness: 12.5 } }), 31)).toBe(
      "Oblique plane, turned by 31°, MinIP 12.5 mm",
    );
  });
});

describe("what is drawn on one picture", () => {
  const slab = { mode: "maximum" as const, thickness: 10 };
  const on = (kind: PlaneMeasurement["kind"], image: StackImage) => ({ kind, points: line, on: image });

  test("is seen on each picture of the same place, whether slice, plane or slab", () => {
    // From the head: the planes of the volume go the other way than its slices.
    const axial = cut("axial");
    const seenOn = (image: StackImage, kind: PlaneMeasurement["kind"], stack: readonly StackImage[]) =>
      stack.flatMap((each, n) => (isSeenAlsoOn(on(kind, image), each, stack) ? [n] : []));
    expect(seenOn(acquired[5]!, "length", axial)).toEqual([15]);
    expect(seenOn(axial[15]!, "length", acquired)).toEqual([5]);
    expect(seenOn(acquired[5]!, "length", cut("axial", slab))).toEqual([15]);
    expect(seenOn(cut("coronal")[8]!, "length", cut("coronal", slab))).toEqual([8]);
    // Another image is another image, and another direction another picture.
    expect(seenOn(acquired[5]!, "length", acquired)).toEqual([]);
    expect(seenOn(acquired[5]!, "length", cut("coronal"))).toEqual([]);
    expect(isSeenAlsoOn(on("length", acquired[5]!), cut("axial")[14]!, axial)).toBe(false);
  });

  test("is not seen on a slab where its figures are of other pixels, nor on other series", () => {
    const thick = cut("axial", slab);
    expect(thick.some((image) => isSeenAlsoOn(on("probe", acquired[5]!), image, thick))).toBe(false);
    const axial = cut("axial");
    expect(isSeenAlsoOn(on("probe", acquired[5]!), axial[15]!, axial)).toBe(true);
    const other = { ...acquired[5]!, seriesInstanceUid: "1.2.9" };
    expect(isSeenAlsoOn(on("length", other), axial[15]!, axial)).toBe(false);
  });
});
