import { dot, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { areParallel, nearestSlice, type SlicePlane, slicePlaneOf } from "./slice-plane.ts";

/** A stack on the screen, as far as scrolling together goes. */
export interface Follower {
  images: readonly StackImage[];
  index: number;
}

/** The place of a plane along a direction, in millimetres. */
const placeAlong = (normal: Vector, plane: SlicePlane) => dot(normal, plane.centre);

function extentAlong(normal: Vector, images: readonly StackImage[]): [number, number] | undefined {
  const [first, last] = [images[0], images.at(-1)].map((image) => image && slicePlaneOf(image));
  if (!first || !last) return undefined;
  const ends = [placeAlong(normal, first), placeAlong(normal, last)];
  return [Math.min(...ends), Math.max(...ends)];
}

/**
 * How far a stack of another examination is to be shifted along a normal to lie on this one: not at all where the two overlap by half of the
 * shorter one, else so that their middles meet.
 */
export function shiftBetween(
  normal: Vector,
  leader: readonly StackImage[],
  follower: readonly StackImage[],
): number {
  const [ours, theirs] = [extentAlong(normal, leader), extentAlong(normal, follower)];
  if (!ours || !theirs) return 0;
  const overlap = Math.min(ours[1], theirs[1]) - Math.max(ours[0], theirs[0]);
  if (overlap >= Math.min(ours[1] - ours[0], theirs[1] - theirs[0]) / 2) return 0;
  return (theirs[0] + theirs[1] - ours[0] - ours[1]) / 2;
}

/**
 * The image that a stack shows when another is at `leading`: in the same frame of reference the one nearest to its middle; of another examination that
 * lies the same way the one at the same place, `shift` millimetres on; in a stack without places none.
 */
export function followingIndex(
  leading: StackImage,
  follower: Follower,
  shift: number,
): { index: number; distance: number } | undefined {
  const plane = slicePlaneOf(leading);
  const theirs = follower.images[follower.index] && slicePlaneOf(follower.images[follower.index]!);
  if (!plane || !theirs || !areParallel(plane, theirs)) return undefined;
  const same = plane.frameOfReferenceUid === theirs.frameOfReferenceUid;
  const by = same ? 0 : shift;
  const place: Vector = [
    plane.centre[0] + plane.normal[0] * by,
    plane.centre[1] + plane.normal[1] * by,
    plane.centre[2] + plane.normal[2] * by,
  ];
  return nearestSlice(follower.images, place, follower.index);
}
