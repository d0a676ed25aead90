import { dot, subtract, type Vector } from "../model/geometry.ts";
import { type Plane, placeOf } from "../model/pixel-space.ts";
import type { VolumeGeometry } from "../volume/geometry.ts";
import { between } from "../volume/reslice.ts";

/** A rectangle of an image, cut into equal cells. */
export interface Grid {
  /** The image's. */
  plane: Plane;
  /** The image's size in its own pixels. */
  extent: readonly [columns: number, rows: number];
  /** How many cells across and down. */
  size: readonly [columns: number, rows: number];
}

/** A grid over an image, of no more than `most` cells along its longer side. */
export function gridOver(plane: Plane, columns: number, rows: number, most: number): Grid {
  const width = columns * plane.columnSpacing;
  const height = rows * plane.rowSpacing;
  const cell = Math.max(width, height) / Math.min(most, Math.max(columns, rows));
  const cells = (length: number) => Math.max(1, Math.round(length / cell));
  return { plane, extent: [columns, rows], size: [cells(width), cells(height)] };
}

/** How many steps along an axis of the volume a place lies, as a fraction; slices may lie unevenly. */
function stepsOf(volume: VolumeGeometry, place: Vector): [number, number, number] {
  const from = subtract(place, volume.origin);
  const along = dot(from, volume.axes[2]);
  const { places } = volume;
  const last = places.length - 1;
  const edge = (places[last]! - places[0]!) / last / 2;
  // Half a slice beyond the first and the last still belongs to them.
  if (along < -edge || along > places[last]! + edge) return [0, 0, Number.NaN];
  const [low, , share] = between(places, along);
  return [
    dot(from, volume.axes[0]) / volume.spacing[0],
    dot(from, volume.axes[1]) / volume.spacing[1],
    low + share,
  ];
}

/**
 * The values of a volume at the middle of each cell, between its own pixels in all three directions; NaN outside of it.
 * @param slices of the volume, in its order
 */
export function sampleVolume(
  volume: VolumeGeometry,
  slices: readonly ArrayLike<number>[],
  { plane, extent, size }: Grid,
): Float32Array<ArrayBuffer> {
  const [columns, rows] = size;
  const values = new Float32Array(columns * rows);
  const [width, height, depth] = volume.size;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const place = placeOf(plane, [
        ((column + 0.5) / columns) * extent[0],
        ((row + 0.5) / rows) * extent[1],
      ]);
      const [x, y, z] = stepsOf(volume, place);
      const inside = x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5 && z >= 0;
      values[at] = inside ? valueAt(slices, [width, height, depth], x, y, z) : Number.NaN;
    }
  }
  return values;
}

function valueAt(
  slices: readonly ArrayLike<number>[],
  [width, height, depth]: readonly [number, number, number],
  x: number,
  y: number,
  z: number,
): number {
  const [left, right, across] = neighbours(x, width);
  const [top, bottom, down] = neighbours(y, height);
  const [near, far, through] = neighbours(z, depth);
  const inSlice = (slice: ArrayLike<number>) => {
    const above = mix(slice[top * width + left]!, slice[top * width + right]!, across);
    const below = mix(slice[bottom * width + left]!, slice[bottom * width + right]!, across);
    return mix(above, below, down);
  };
  const value = inSlice(slices[near]!);
  return through === 0 ? value : mix(value, inSlice(slices[far]!), through);
}

const mix = (from: number, to: number, share: number) => from + share * (to - from);

/** The two pixels that a place lies between, and the share of the second; beyond the ends the outermost. */
function neighbours(place: number, count: number): [number, number, number] {
  const inside = Math.min(count - 1, Math.max(0, place));
  const low = Math.floor(inside);
  return [low, Math.min(count - 1, low + 1), inside - low];
}
