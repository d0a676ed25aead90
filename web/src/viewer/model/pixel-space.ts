import type { PixelPoint } from "@isocenter/presentation";
import { dot, orientationOf, positionOf, spacingOf, type Vector } from "./geometry.ts";
import type { StackImage } from "./image.ts";

/** Where an image lies and how large its pixels are, in the coordinates in which it is drawn. */
export interface Plane {
  /** The centre of the first pixel. */
  origin: Vector;
  row: Vector;
  column: Vector;
  /** Millimetres (or one) from column to column, and from row to row. */
  columnSpacing: number;
  rowSpacing: number;
}

/** The plane of an image; of one without a place in a patient, that of rows and columns as x and y. */
export function drawnPlaneOf({ attributes }: StackImage): Plane {
  const orientation = orientationOf(attributes);
  const spacing = spacingOf(attributes);
  return {
    origin: positionOf(attributes) ?? [0, 0, 0],
    row: orientation?.row ?? [1, 0, 0],
    column: orientation?.column ?? [0, 1, 0],
    columnSpacing: spacing.column,
    rowSpacing: spacing.row,
  };
}

export function pixelOf(
  plane: Plane,
  [x = 0, y = 0, z = 0]: ArrayLike<number> & Iterable<number>,
): PixelPoint {
  const from: Vector = [x - plane.origin[0], y - plane.origin[1], z - plane.origin[2]];
  return [dot(from, plane.row) / plane.columnSpacing + 0.5, dot(from, plane.column) / plane.rowSpacing + 0.5];
}

export function placeOf(plane: Plane, [column, row]: PixelPoint): [number, number, number] {
  const right = (column - 0.5) * plane.columnSpacing;
  const down = (row - 0.5) * plane.rowSpacing;
  const along = (axis: 0 | 1 | 2) => plane.origin[axis] + right * plane.row[axis] + down * plane.column[axis];
  return [along(0), along(1), along(2)];
}
