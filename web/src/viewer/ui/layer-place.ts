import { numberOf } from "../model/dicom-json.ts";
import type { Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";

/** The transformation by which a canvas of `size` cells lies over the image on the screen, as CSS says it. */
export function matrixOf(
  image: StackImage,
  size: readonly [columns: number, rows: number],
  canvasOf: (place: Vector) => [x: number, y: number],
): string {
  const columns = numberOf(image.attributes, tags.Columns) ?? 0;
  const rows = numberOf(image.attributes, tags.Rows) ?? 0;
  const plane = drawnPlaneOf(image);
  const corner = canvasOf(placeOf(plane, [0, 0]));
  const right = canvasOf(placeOf(plane, [columns, 0]));
  const bottom = canvasOf(placeOf(plane, [0, rows]));
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
