import type { MeasuredPlane, Measurement, MeasurementKind, PlaneMeasurement } from "@isocenter/contract";
import { type PixelPoint, textOf } from "@isocenter/presentation";
import { dot, orientationOf, subtract, type Vector } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { drawnPlaneOf, pixelOf, placeOf } from "../model/pixel-space.ts";
import { tags } from "../model/tags.ts";
import { distanceTo, slicePlaneOf } from "../space/slice-plane.ts";

export const isInPlane = (measurement: Measurement): measurement is PlaneMeasurement =>
  "plane" in measurement;

/** A plane of images without a frame of reference is nowhere that could be found again. */
export const canBeKept = ({ plane }: PlaneMeasurement): boolean => plane.frameOfReferenceUid !== "";

type SlabOfContract = NonNullable<MeasuredPlane["slab"]>;
type SlabOfImage = NonNullable<StackImage["reformat"]>["slab"];

const slabModes = { average: "AVERAGE", maximum: "MIP", minimum: "MINIP" } as const;
const imageModes = { AVERAGE: "average", MIP: "maximum", MINIP: "minimum" } as const;

/** The slab of a viewport as it is kept; undefined for the thinnest. */
const keptSlab = ({ mode, thickness }: SlabOfImage): SlabOfContract | undefined =>
  thickness > 0 ? { mode: slabModes[mode], thickness } : undefined;

/** The other way; undefined for the thinnest. */
export const shownSlab = (slab: SlabOfContract | undefined): SlabOfImage | undefined =>
  slab && { mode: imageModes[slab.mode], thickness: slab.thickness };

const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals));

/**
 * The plane of a picture that was cut through a volume; undefined for one that was not. Its frame of reference is "" where the images say none: then
 * it cannot be kept.
 */
export const measuredPlane = (image: StackImage): MeasuredPlane | undefined =>
  image.reformat && planeOfPicture(image);

/** The same of any picture that says where it lies. */
function planeOfPicture(image: StackImage): MeasuredPlane | undefined {
  const orientation = orientationOf(image.attributes);
  if (!orientation) return undefined;
  const slab = image.reformat && keptSlab(image.reformat.slab);
  return {
    frameOfReferenceUid: textOf(image.attributes, tags.FrameOfReferenceUID) ?? "",
    seriesInstanceUid: image.seriesInstanceUid,
    normal: orientation.normal.map((part) => rounded(part, 9)),
    ...(slab ? { slab } : {}),
  };
}

/** Points of a picture in the patient, to a ten-thousandth of a millimetre. */
export const inPatient = (points: readonly PixelPoint[], image: StackImage): number[][] => {
  const plane = drawnPlaneOf(image);
  return points.map((point) => placeOf(plane, point).map((part) => rounded(part, 4)));
};

/** The other way: points of the patient by what lies before them in a picture. */
export function inPicture(points: readonly number[][], image: StackImage): PixelPoint[] {
  const plane = drawnPlaneOf(image);
  return points.map((point) => pixelOf(plane, point));
}

/** The middle of what was drawn. */
export function middleOf({ points }: Pick<PlaneMeasurement, "points">): Vector {
  const sum = (axis: 0 | 1 | 2) => points.reduce((total, point) => total + (point[axis] ?? 0), 0);
  return [sum(0) / points.length, sum(1) / points.length, sum(2) / points.length];
}

/** Half a degree: planes that are turned by less lie alike. */
const alike = Math.cos((0.5 * Math.PI) / 180);
const askew = Math.sin((0.5 * Math.PI) / 180);

export const normalOf = ({ normal }: MeasuredPlane): Vector => normal as unknown as Vector;

/** Whether two planes lie alike, whichever way their normals point. */
const lieAlike = (a: Vector, b: Vector): boolean => Math.abs(dot(a, b)) >= alike;

/** The direction of a side, where what was drawn has sides that must run along the rows or columns of a picture: the tools draw no others. */
export function sideOf({ kind, points }: Pick<PlaneMeasurement, "kind" | "points">): Vector | undefined {
  const [a, b] = points as unknown as Vector[];
  if ((kind !== "rectangle" && kind !== "ellipse") || !a || !b) return undefined;
  const side = subtract(b, a);
  const length = Math.hypot(...side);
  return length > 1e-3 ? [side[0] / length, side[1] / length, side[2] / length] : undefined;
}

/** Whether a picture with these rows and columns can show what was drawn. */
function runsAlong(measurement: InSpace, row: Vector, column: Vector): boolean {
  const side = sideOf(measurement);
  return !side || Math.min(Math.abs(dot(side, row)), Math.abs(dot(side, column))) <= askew;
}

/** Figures of pixels are those of one slab alone; lengths and angles are the same in all. */
const saysOfPixels = ({ statistics, values }: PlaneMeasurement) =>
  statistics !== undefined || values.some(({ quantity }) => quantity === "value");

const isSameSlab = (a: SlabOfContract | undefined, b: SlabOfContract | undefined) =>
  a?.mode === b?.mode && a?.thickness === b?.thickness;

const steps = new WeakMap<readonly StackImage[], number>();

/** Millimetres from picture to picture of a stack; 0 of a single one. */
function stepOf(images: readonly StackImage[]): number {
  let step = steps.get(images);
  if (step === undefined) {
    const [first, last] = [images[0], images.at(-1)].map((image) => image && slicePlaneOf(image));
    step =
      first && last && images.length > 1 ? Math.abs(distanceTo(first, last.centre)) / (images.length - 1) : 0;
    steps.set(images, step);
  }
  return step;
}

/** What was drawn in a plane, as far as it matters where it lies. */
interface InSpace extends Pick<PlaneMeasurement, "kind" | "points" | "plane"> {
  /** Whether its figures are of pixels. */
  ofPixels: boolean;
}

/** Whether a picture of a stack lies where something was measured, so that it can be drawn there. */
export const liesOn = (
  measurement: PlaneMeasurement,
  image: StackImage,
  images: readonly StackImage[],
): boolean => isPlaceOf({ ...measurement, ofPixels: saysOfPixels(measurement) }, image, images);

function isPlaceOf(measurement: InSpace, image: StackImage, images: readonly StackImage[]): boolean {
  const { plane } = measurement;
  const [seen, orientation] = [slicePlaneOf(image), orientationOf(image.attributes)];
  if (!seen || !orientation || image.seriesInstanceUid !== plane.seriesInstanceUid) return false;
  if ((textOf(image.attributes, tags.FrameOfReferenceUID) ?? "") !== plane.frameOfReferenceUid) return false;
  if (!lieAlike(seen.normal, normalOf(plane))) return false;
  if (Math.abs(distanceTo(seen, middleOf(measurement))) > stepOf(images) / 2 + 1e-3) return false;
  if (!runsAlong(measurement, orientation.row, orientation.column)) return false;
  const slab = image.reformat && keptSlab(image.reformat.slab);
  return !measurement.ofPixels || isSameSlab(slab, plane.slab);
}

const figuresOfPixels: ReadonlySet<MeasurementKind> = new Set(["probe", "ellipse", "rectangle", "freehand"]);

/**
 * Whether what is drawn on one picture is to be seen on another, which shows the same place in another form: a slice as it was acquired and as a plane, or planes as slabs
 * of two thicknesses. Two slices as they were acquired are two images.
 */
export function isSeenAlsoOn(
  { kind, points, on }: { kind: MeasurementKind; points: readonly PixelPoint[]; on: StackImage },
  image: StackImage,
  images: readonly StackImage[],
): boolean {
  if (!(on.reformat || image.reformat) || on.seriesInstanceUid !== image.seriesInstanceUid) return false;
  const plane = planeOfPicture(on);
  if (!plane) return false;
  return isPlaceOf(
    { kind, plane, points: inPatient(points, on), ofPixels: figuresOfPixels.has(kind) },
    image,
    images,
  );
}

/** What a viewport shows, as far as measurements in planes go. */
export interface Seen {
  images: readonly StackImage[];
  imageIds: readonly string[];
  /** Of the picture on the screen; -1 while there is none. */
  shownIndex: number;
}

/**
 * The image on which a measurement in a plane is to be drawn: the one it is drawn on, while that is on a screen or could be scrolled to; another on the
 * screen that lies there; or none, "".
 */
export function imageFor(measurement: PlaneMeasurement, drawnOn: string, seen: readonly Seen[]): string {
  const shown = seen.filter(({ shownIndex }) => shownIndex >= 0);
  if (drawnOn !== "" && shown.some(({ imageIds, shownIndex }) => imageIds[shownIndex] === drawnOn))
    return drawnOn;
  const other = shown.find(({ images, shownIndex }) => {
    const image = images[shownIndex];
    return image !== undefined && liesOn(measurement, image, images);
  });
  if (other) return other.imageIds[other.shownIndex] ?? "";
  return drawnOn !== "" && seen.some(({ imageIds }) => imageIds.includes(drawnOn)) ? drawnOn : "";
}
