import { numberOf } from "@isocenter/presentation";
import type { Grid } from "../layers/sample.ts";
import { slicePlaneOf } from "../space/slice-plane.ts";
import { dot, type Vector } from "./geometry.ts";
import type { StackImage } from "./image.ts";
import { drawnPlaneOf, type Plane, pixelOf, placeOf } from "./pixel-space.ts";
import { type Segmentation, segmentNumberOf } from "./segments.ts";
import { tags } from "./tags.ts";

/** The frames of one segment, or of all of a label map, one behind the other: what lies between two of them belongs to the nearer one. */
export interface SegmentStack {
  /** 0: the pixels themselves say which segment. */
  segment: number;
  frames: readonly StackImage[];
  planes: readonly Plane[];
  normal: Vector;
  /** Where each frame lies along the normal, growing. */
  places: readonly number[];
  /** Millimetres by which a frame reaches to either side. */
  reach: number;
  size: readonly [columns: number, rows: number];
  frameOfReferenceUid: string;
}

/** The cosine above which frames are of one direction. */
const parallel = 0.999;

export function stacksOf({ frames, isLabelMap }: Segmentation): SegmentStack[] {
  const bySegment = new Map<number, StackImage[]>();
  for (const frame of frames) {
    const number = isLabelMap ? 0 : segmentNumberOf(frame);
    bySegment.set(number, [...(bySegment.get(number) ?? []), frame]);
  }
  return [...bySegment].flatMap(([segment, own]) => stackOf(segment, own) ?? []);
}

function stackOf(segment: number, frames: readonly StackImage[]): SegmentStack | undefined {
  const first = frames.map(slicePlaneOf).find((plane) => plane !== undefined);
  if (!first) return undefined;
  const placed = frames
    .flatMap((frame) => {
      const plane = slicePlaneOf(frame);
      if (!plane || plane.frameOfReferenceUid !== first.frameOfReferenceUid) return [];
      if (Math.abs(dot(plane.normal, first.normal)) < parallel) return [];
      const drawn = drawnPlaneOf(frame);
      return [{ frame, drawn, place: dot(drawn.origin, first.normal) }];
    })
    .sort((a, b) => a.place - b.place);
  const { attributes } = placed[0]!.frame;
  const steps = placed.slice(1).map(({ place }, n) => place - placed[n]!.place);
  const between = steps.filter((step) => step > 1e-3).sort((a, b) => a - b);
  const alone = numberOf(attributes, tags.SpacingBetweenSlices) ?? numberOf(attributes, tags.SliceThickness);
  // Where a segment ends in between and begins again, the smallest distance is that of the slices.
  const step = between[0] ?? alone ?? 1;
  return {
    segment,
    frames: placed.map(({ frame }) => frame),
    planes: placed.map(({ drawn }) => drawn),
    normal: first.normal,
    places: placed.map(({ place }) => place),
    reach: step / 2 + 1e-3,
    size: [numberOf(attributes, tags.Columns) ?? 0, numberOf(attributes, tags.Rows) ?? 0],
    frameOfReferenceUid: first.frameOfReferenceUid,
  };
}

/** The frame nearest to a place along the normal; -1 where none reaches it. */
export function frameAt({ places, reach }: Pick<SegmentStack, "places" | "reach">, along: number): number {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! < along) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 && along - places[low - 1]! < places[low]! - along ? low - 1 : low;
  return Math.abs(places[before]! - along) <= reach ? before : -1;
}

/**
 * The values of a stack at the middle of each cell of a picture, of the nearest pixel; 0 outside of it.
 * @param slices of the stack, in its order
 */
export function sampleStack(
  stack: SegmentStack,
  slices: readonly ArrayLike<number>[],
  { plane, extent, size }: Grid,
): Int16Array<ArrayBuffer> {
  const [columns, rows] = size;
  const [width, height] = stack.size;
  const values = new Int16Array(columns * rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const place = placeOf(plane, [
        ((column + 0.5) / columns) * extent[0],
        ((row + 0.5) / rows) * extent[1],
      ]);
      const index = frameAt(stack, dot(place, stack.normal));
      if (index < 0) continue;
      const [x, y] = pixelOf(stack.planes[index]!, place);
      if (x >= 0 && y >= 0 && x < width && y < height)
        values[at] = slices[index]![Math.floor(y) * width + Math.floor(x)]!;
    }
  }
  return values;
}
