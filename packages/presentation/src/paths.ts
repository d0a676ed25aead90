import type { Graphic, Texted, Units } from "./graphics.ts";
import type { PixelPoint } from "./points.ts";
import type { Shutter } from "./shutters.ts";

type Point = readonly [x: number, y: number];

/** The corners of a shutter's outline. */
export const outlineOf = (shutter: Shutter): readonly PixelPoint[] =>
  shutter.shape === "polygon"
    ? shutter.points
    : around(shutter.centre, [shutter.radius, 0], [0, shutter.radius]);

const roundPoints = 72;

/** Points round an ellipse of such half axes. */
const around = (centre: PixelPoint, long: Point, short: Point): PixelPoint[] =>
  Array.from({ length: roundPoints }, (_, n) => {
    const angle = (2 * Math.PI * n) / roundPoints;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [centre[0] + cos * long[0] + sin * short[0], centre[1] + cos * long[1] + sin * short[1]];
  });

/** The points that a graphic is drawn through. */
export function alongOf({ kind, points, curved }: Graphic): readonly PixelPoint[] {
  const [a, b, c, d] = points as readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint];
  if (kind === "circle") {
    const radius = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return around(a, [radius, 0], [0, radius]);
  }
  if (kind === "ellipse")
    return around(
      [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2],
      [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2],
    );
  return curved ? smooth(points) : points;
}

/** Whether its last point is joined to the first. */
export const isClosed = ({ kind, filled }: Graphic): boolean => kind !== "line" || filled;

const perSpan = 8;

/** A curve through all points (Catmull-Rom). */
function smooth(points: readonly PixelPoint[]): PixelPoint[] {
  const at = (n: number) => points[Math.min(points.length - 1, Math.max(0, n))]!;
  const curve: PixelPoint[] = [];
  for (let n = 0; n < points.length - 1; n++)
    for (let step = 0; step < perSpan; step++) {
      const part = step / perSpan;
      const mix = (axis: 0 | 1) => {
        const [a, b, c, d] = [at(n - 1)[axis], at(n)[axis], at(n + 1)[axis], at(n + 2)[axis]];
        return b + (part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)))) / 2;
      };
      curve.push([mix(0), mix(1)]);
    }
  curve.push(at(points.length - 1));
  return curve;
}

const inside = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Where a text stands in a picture. */
export interface TextPlace {
  left: number;
  right: number;
  top: number;
  bottom: number;
  align: "start" | "middle" | "end";
  /** Whether it fills a box, or stands above what it points at. */
  isBoxed: boolean;
  /** From the box to what it points at. */
  leader: readonly [Point, Point] | undefined;
}

/** @param seen from a point of the state to one of the picture; @returns undefined for a text without a place */
export function placeOfText(
  { box, anchor }: Texted,
  seen: (units: Units, point: PixelPoint) => Point,
): TextPlace | undefined {
  const point = anchor && seen(anchor.units, anchor.point);
  const [from, to] = box ? [seen(box.units, box.from), seen(box.units, box.to)] : [point, point];
  if (!from || !to) return undefined;
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [top, bottom] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  return {
    left,
    right,
    top,
    bottom,
    align: box?.align ?? "start",
    isBoxed: box !== undefined,
    leader:
      box && point && anchor?.isSeen
        ? [[inside(point[0], left, right), inside(point[1], top, bottom)], point]
        : undefined,
  };
}
