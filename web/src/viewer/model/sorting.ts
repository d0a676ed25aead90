import { dot, type Orientation, orientationOf, planeOf, positionOf } from "./geometry.ts";
import type { StackImage } from "./image.ts";

/**
 * The order in which a series is scrolled. Where all images are parallel slices at places of their own, they are ordered along their
 * common normal; the end to begin with is that of the lowest instance numbers where these run with the places, else the head, the
 * front or the right. All other series follow instance and frame numbers.
 */
export function sortImages(images: readonly StackImage[]): StackImage[] {
  const byNumber = [...images].sort(compareNumbers);
  const places = placesAlongNormal(byNumber);
  if (!places) return byNumber;
  const order = byNumber.map((image, index) => ({ image, index, place: places.values[index]! }));
  order.sort((a, b) => a.place - b.place);
  if (runsBackwards(order, places.orientation)) order.reverse();
  return order.map(({ image }) => image);
}

function compareNumbers(a: StackImage, b: StackImage): number {
  return (
    (a.instanceNumber ?? Number.MAX_SAFE_INTEGER) - (b.instanceNumber ?? Number.MAX_SAFE_INTEGER) ||
    (a.sopInstanceUid < b.sopInstanceUid ? -1 : a.sopInstanceUid > b.sopInstanceUid ? 1 : 0) ||
    a.frameNumber - b.frameNumber
  );
}

interface Places {
  orientation: Orientation;
  values: number[];
}

/** Millimetres along the common normal, or undefined when the images are not slices of one volume. */
function placesAlongNormal(images: readonly StackImage[]): Places | undefined {
  const first = images[0] && orientationOf(images[0].attributes);
  if (!first || images.length < 2) return undefined;
  const values: number[] = [];
  for (const image of images) {
    const orientation = orientationOf(image.attributes);
    const position = positionOf(image.attributes);
    if (!orientation || !position) return undefined;
    if (dot(orientation.row, first.row) < 0.999 || dot(orientation.column, first.column) < 0.999)
      return undefined;
    values.push(dot(position, first.normal));
  }
  const sorted = [...values].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) if (sorted[i]! - sorted[i - 1]! < 0.01) return undefined;
  return { orientation: first, values };
}

function runsBackwards(
  order: readonly { index: number; place: number }[],
  orientation: Orientation,
): boolean {
  let forwards = 0;
  for (let i = 1; i < order.length; i++) if (order[i]!.index > order[i - 1]!.index) forwards++;
  if (forwards === order.length - 1) return false;
  if (forwards === 0) return true;
  // Instance numbers say nothing clear. Ascending places follow the normal; begin at the head, the front or the right.
  const [x, y, z] = orientation.normal;
  const plane = planeOf(orientation);
  if (plane === "Coronal") return y < 0;
  if (plane === "Sagittal") return x < 0;
  return z > 0;
}

/** Series in the order of their numbers; those without one last. */
export function compareSeries(
  a: { seriesNumber: number | undefined; seriesInstanceUid: string },
  b: { seriesNumber: number | undefined; seriesInstanceUid: string },
): number {
  return (
    (a.seriesNumber ?? Number.MAX_SAFE_INTEGER) - (b.seriesNumber ?? Number.MAX_SAFE_INTEGER) ||
    (a.seriesInstanceUid < b.seriesInstanceUid ? -1 : a.seriesInstanceUid > b.seriesInstanceUid ? 1 : 0)
  );
}
