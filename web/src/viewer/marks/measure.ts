import type { Measurement, MeasurementKind } from "@isocenter/contract";
import { type PixelPoint, textOf } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import { ellipseStatistics, type Pixels, polygonStatistics } from "./region.ts";
import { type Scale, scaleAt } from "./scale.ts";

type Quantity = Measurement["values"][number];

/** What a drawing on an image is worth. */
export interface Measured {
  values: Quantity[];
  statistics?: NonNullable<Measurement["statistics"]>;
  /** How lengths are known. */
  source: Scale["source"];
}

/** UCUM of lengths that are pixels, and of values that have no unit of their own. */
export const pixelUnit = "{pixels}";
const noUnit = "1";
export const hounsfieldUnit = "[hnsf'U]";
export const uptakeUnit = "{SUVbw}g/ml";

/** UCUM of the pixel values: Hounsfield, uptake, what Units says of a PET, or none: then they are stored values. */
function valueUnitOf(image: StackImage): string {
  if (suvFactorOf(image.attributes) !== undefined) return uptakeUnit;
  const type = textOf(image.attributes, tags.RescaleType) ?? "";
  if (image.modality === "CT") return type === "" || type === "US" || type === "HU" ? hounsfieldUnit : noUnit;
  if (image.modality === "PT" && textOf(image.attributes, tags.Units) === "BQML") return "Bq/ml";
  return type === "HU" ? hounsfieldUnit : noUnit;
}

const rounded = (value: number) => Number(value.toPrecision(9));

function distance([x1, y1]: PixelPoint, [x2, y2]: PixelPoint, scale: Scale): number {
  return Math.hypot((x2 - x1) * scale.column, (y2 - y1) * scale.row);
}

function pathLength(points: readonly PixelPoint[], scale: Scale): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) sum += distance(points[i - 1]!, points[i]!, scale);
  return sum;
}

function polygonArea(points: readonly PixelPoint[], scale: Scale): number {
  let twice = 0;
  points.forEach(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length]!;
    twice += x1 * y2 - x2 * y1;
  });
  return (Math.abs(twice) / 2) * scale.column * scale.row;
}

/** Degrees between two directions, 0 to 180. */
function angleBetween(a: PixelPoint, b: PixelPoint, scale: Scale): number {
  const [ax, ay, bx, by] = [a[0] * scale.column, a[1] * scale.row, b[0] * scale.column, b[1] * scale.row];
  return (Math.abs(Math.atan2(ax * by - ay * bx, ax * bx + ay * by)) * 180) / Math.PI;
}

const from = ([x1, y1]: PixelPoint, [x2, y2]: PixelPoint): PixelPoint => [x2 - x1, y2 - y1];

/** A free line is closed where it ends at its first point. */
export function isClosed(points: readonly PixelPoint[]): boolean {
  const [first, last] = [points[0], points.at(-1)];
  return points.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

/** Less than so many pixels of the image is no size: where a button was pressed and let go. */
const leastSize = 0.5;

/**
 * Whether a drawing has the size that its figures are about: every line a length, every area a width and a height. A point has none and needs none.
 * @param points as of `measure`
 */
export function hasSize(kind: MeasurementKind, points: readonly PixelPoint[]): boolean {
  const isLine = (one: number, other: number) => {
    const [p, q] = [points[one], points[other]];
    return p !== undefined && q !== undefined && Math.hypot(q[0] - p[0], q[1] - p[1]) >= leastSize;
  };
  switch (kind) {
    case "probe":
      return points.length > 0;
    case "length":
    case "arrow":
      return isLine(0, 1);
    case "angle":
    case "rectangle":
      return isLine(0, 1) && isLine(1, 2);
    case "cobb":
    case "ellipse":
      return isLine(0, 1) && isLine(2, 3);
    case "freehand": {
      const wide = (axis: 0 | 1) => {
        const places = points.map((point) => point[axis]);
        return Math.max(...places) - Math.min(...places) >= leastSize;
      };
      // Of a line one direction is enough.
      return points.length > 1 && (isClosed(points) ? wide(0) && wide(1) : wide(0) || wide(1));
    }
  }
}

/**
 * Lengths, areas, angles and statistics of a drawing. Lengths are millimetres where the image says how large its pixels are, else pixels.
 * @param points as `measurementPoints` of the contract says for the kind
 * @param pixels grey values of the image, where they are here
 */
export function measure(
  kind: MeasurementKind,
  points: readonly PixelPoint[],
  image: StackImage,
  pixels?: Pixels,
): Measured {
  const scale = scaleAt(image, points);
  const [mm, mm2] = scale.source === "none" ? [pixelUnit, pixelUnit] : ["mm", "mm2"];
  const value = (quantity: Quantity["quantity"], figure: number, unit: string): Quantity => ({
    quantity,
    value: rounded(figure),
    unit,
  });
  const result = (values: Quantity[], region?: ReturnType<typeof polygonStatistics>): Measured => ({
    values,
    ...(region
      ? {
          statistics: {
            mean: rounded(region.mean),
            standardDeviation: rounded(region.standardDeviation),
            minimum: rounded(region.minimum),
            maximum: rounded(region.maximum),
            unit: valueUnitOf(image),
          },
        }
      : {}),
    source: scale.source,
  });
  const [a, b, c, d] = points as readonly [PixelPoint, PixelPoint, PixelPoint, PixelPoint];
  switch (kind) {
    case "length":
      return result([value("length", distance(a, b, scale), mm)]);
    case "angle":
      return result([value("angle", angleBetween(from(b, a), from(b, c), scale), "deg")]);
    case "cobb": {
      // Lines have no direction: the smaller of the two angles.
      const angle = angleBetween(from(a, b), from(c, d), scale);
      return result([value("angle", Math.min(angle, 180 - angle), "deg")]);
    }
    case "ellipse": {
      const area = (Math.PI / 4) * distance(a, b, scale) * distance(c, d, scale);
      return result([value("area", area, mm2)], pixels && ellipseStatistics(pixels, [a, b, c, d]));
    }
    case "rectangle":
      return result(
        [value("area", polygonArea(points, scale), mm2)],
        pixels && polygonStatistics(pixels, points),
      );
    case "freehand": {
      const length = pathLength(points, scale);
      if (!isClosed(points)) return result([value("length", length, mm)]);
      const area = value("area", polygonArea(points, scale), mm2);
      return result(
        [area, value("perimeter", length, mm)],
        pixels && polygonStatistics(pixels, points.slice(0, -1)),
      );
    }
    case "probe": {
      const [column, row] = [Math.floor(a[0]), Math.floor(a[1])];
      const here = pixels && column >= 0 && row >= 0 && column < pixels.columns && row < pixels.rows;
      const figure = here ? pixels.values[row * pixels.columns + column] : undefined;
      return result(figure === undefined ? [] : [value("value", figure, valueUnitOf(image))]);
    }
    case "arrow":
      return result([]);
  }
}
