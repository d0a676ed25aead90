import { numberOf, textOf } from "@isocenter/presentation";
import { dot, orientationOf, positionOf, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";

/** An image's rectangle in the patient. */
export interface SlicePlane {
  frameOfReferenceUid: string;
  normal: Vector;
  centre: Vector;
  /** In the order round the edge. */
  corners: readonly [Vector, Vector, Vector, Vector];
}

const known = new WeakMap<StackImage, { plane: SlicePlane | undefined }>();

/** Where an image lies in the patient; undefined for pictures that say no place. */
export function slicePlaneOf(image: StackImage): SlicePlane | undefined {
  let found = known.get(image);
  if (!found) {
    found = { plane: readPlane(image) };
    known.set(image, found);
  }
  return found.plane;
}

function readPlane(image: StackImage): SlicePlane | undefined {
  const { attributes } = image;
  const orientation = orientationOf(attributes);
  const frameOfReferenceUid = textOf(attributes, tags.FrameOfReferenceUID);
  if (!orientation || !positionOf(attributes)) return undefined;
  const plane = drawnPlaneOf(image);
  const columns = numberOf(attributes, tags.Columns) ?? 0;
  const rows = numberOf(attributes, tags.Rows) ?? 0;
  return {
    frameOfReferenceUid: frameOfReferenceUid ?? image.seriesInstanceUid,
    normal: orientation.normal,
    centre: placeOf(plane, [columns / 2, rows / 2]),
    corners: [
      placeOf(plane, [0, 0]),
      placeOf(plane, [columns, 0]),
      placeOf(plane, [columns, rows]),
      placeOf(plane, [0, rows]),
    ],
  };
}

/** How far a point lies before the plane, in millimetres along its normal. */
export const distanceTo = (plane: SlicePlane, point: Vector): number =>
  dot(plane.normal, [point[0] - plane.centre[0], point[1] - plane.centre[1], point[2] - plane.centre[2]]);

/** The cosine above which two planes count as parallel: 15 degrees. */
const parallel = Math.cos((15 * Math.PI) / 180);
export const areParallel = (a: SlicePlane, b: SlicePlane) => Math.abs(dot(a.normal, b.normal)) > parallel;

/** Where one image's rectangle is cut by another image's plane; undefined where they do not meet, or all but coincide. */
export function cutOf(shown: SlicePlane, cutting: SlicePlane): [Vector, Vector] | undefined {
  if (shown.frameOfReferenceUid !== cutting.frameOfReferenceUid || areParallel(shown, cutting))
    return undefined;
  const ends: Vector[] = [];
  shown.corners.forEach((from, index) => {
    const to = shown.corners[(index + 1) % 4]!;
    const [a, b] = [distanceTo(cutting, from), distanceTo(cutting, to)];
    if (a < 0 === b < 0) return;
    const share = a / (a - b);
    ends.push([
      from[0] + share * (to[0] - from[0]),
      from[1] + share * (to[1] - from[1]),
      from[2] + share * (to[2] - from[2]),
    ]);
  });
  return ends.length === 2 ? [ends[0]!, ends[1]!] : undefined;
}

/** Millimetres within which slices lie at one place. */
const samePlace = 0.01;

/**
 * The image of a stack whose plane comes nearest to a point, and how near; undefined where none says its place.
 * @param from the image that the stack shows: of several at one place, such as phases or b-values, the one is taken that is of the same phase
 */
export function nearestSlice(
  images: readonly StackImage[],
  point: Vector,
  from?: number,
): { index: number; distance: number } | undefined {
  let best: { index: number; distance: number } | undefined;
  images.forEach((image, index) => {
    const plane = slicePlaneOf(image);
    if (!plane) return;
    const distance = distanceTo(plane, point);
    if (!best || Math.abs(distance) < Math.abs(best.distance)) best = { index, distance };
  });
  const shown = from === undefined ? undefined : images[from];
  if (!best || !shown) return best;
  const phase = atPlaceOf(images, shown).indexOf(from!);
  const there = atPlaceOf(images, images[best.index]!);
  return { ...best, index: there[Math.max(0, Math.min(phase, there.length - 1))]! };
}

/** The images of a stack that lie where one of them does, in their order. */
function atPlaceOf(images: readonly StackImage[], image: StackImage): number[] {
  const place = slicePlaneOf(image);
  return images.flatMap((other, index) => {
    const plane = place && slicePlaneOf(other);
    return plane && Math.abs(distanceTo(plane, place.centre)) < samePlace ? [index] : [];
  });
}
