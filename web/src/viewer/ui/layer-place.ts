import { numberOf } from "@isocenter/presentation";
import type { Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";

/** The transformation by which a canvas of `size` cells lies over the image on the screen, or over a part of it in its pixels, as CSS says it. */
export function matrixOf(
  image: StackImage,
  size: readonly [columns: number, rows: number],
  canvasOf: (place: Vector) => [x: number, y: number],
  part?: { left: number; top: number; columns: number; rows: number },
): string {
  const whole = {
    left: 0,
    top: 0,
    columns: numberOf(image.attributes, tags.Columns) ?? 0,
    rows: numberOf(image.attributes, tags.Rows) ?? 0,
  };
  const { left, top, columns, rows } = part ?? whole;
  const plane = drawnPlaneOf(image);
  const corner = canvasOf(placeOf(plane, [left, top]));
  const right = canvasOf(placeOf(plane, [left + columns, top]));
  const bottom = canvasOf(placeOf(plane, [left, top + rows]));
  const parts = [
    (right[0] - corner[0]) / size[0],
    (right[1] - corner[1]) / size[0],
    (bottom[0] - corner[0]) / size[1],
    (bottom[1] - corner[1]) / size[1],
    corner[0],
    corner[1],
  ];
  return `matrix(${parts.map((part) => part.toFixed(5)).join(", ")})`;
}
