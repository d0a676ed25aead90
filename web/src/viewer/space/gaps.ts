import { dot, subtract } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { areParallel, slicePlaneOf } from "./slice-plane.ts";

const known = new WeakMap<readonly StackImage[], ReadonlySet<number>>();
const none: ReadonlySet<number> = new Set();

/** So many times the usual step is a missing slice. */
const gap = 1.9;
/** In fewer slices no step is usual. */
const fewest = 5;

/** The images of a stack before which slices are missing, by their index: the step to them is longer than the usual one. */
export function gapsIn(images: readonly StackImage[]): ReadonlySet<number> {
  let found = known.get(images);
  if (!found) {
    found = images.length < fewest || images[0]?.reformat ? none : findGaps(images);
    known.set(images, found);
  }
  return found;
}

function findGaps(images: readonly StackImage[]): ReadonlySet<number> {
  const planes = images.map(slicePlaneOf);
  const [first] = planes;
  // Only of one stack of parallel slices is a step known.
  if (!first || !planes.every((plane) => plane && areParallel(plane, first))) return none;
  const steps = planes
    .slice(1)
    .map((plane, index) => Math.abs(dot(first.normal, subtract(plane!.centre, planes[index]!.centre))));
  const usual = [...steps].sort((a, b) => a - b)[steps.length >> 1]!;
  if (!(usual > 1e-3)) return none;
  return new Set(steps.flatMap((step, index) => (step > usual * gap ? [index + 1] : [])));
}
