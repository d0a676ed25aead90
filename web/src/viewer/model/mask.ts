import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "@isocenter/presentation";
import type { StackImage } from "./image.ts";
import { modalityTableOf } from "./lookup-table.ts";
import type { Masking, MaskRegion, Shift } from "./masking.ts";
import { tags } from "./tags.ts";

/** What a person chose instead of what the picture says: another mask, or that it be moved. */
export interface MaskChoice {
  frame?: number;
  shift?: Shift;
}

/** Whether one frame can be taken from another: several grey frames of X-rays, or whatever says how that is done. */
export function canBeMasked(image: StackImage | undefined): boolean {
  if (!image || image.reformat || image.numberOfFrames < 2) return false;
  if ((numberOf(image.attributes, tags.SamplesPerPixel) ?? 1) !== 1) return false;
  const isRadiographic = image.modality === "XA" || image.modality === "RF";
  return isRadiographic || itemsOf(image.dataSet, tags.MaskSubtractionSequence).length > 0;
}

/** Whether the picture is meant to be seen subtracted (Recommended Viewing Mode, PS3.3 C.7.6.10 and C.8.19.7), and says how. */
export const isMeantMasked = (image: StackImage | undefined): boolean =>
  image !== undefined &&
  [image.dataSet, ...itemsOf(image.dataSet, tags.FrameDisplaySequence)].some(
    (one) => textOf(one, tags.RecommendedViewingMode) === "SUB",
  ) &&
  canBeMasked(image) &&
  saysHow(image);

const allowed = (frames: readonly number[], count: number) =>
  frames.filter((frame) => Number.isInteger(frame) && frame >= 1 && frame <= count);

/** Whether a frame is in one of the ranges, pairs of a first and a last frame; without a pair all are. */
export const isInRanges = (frame: number, ranges: readonly number[]): boolean =>
  ranges.length < 2 ||
  ranges.some((first, at) => at % 2 === 0 && frame >= first && frame <= (ranges[at + 1] ?? first));

/** The item that says how a frame is to be displayed (PS3.3 C.8.19.7, C.11.21). */
export const displayOf = (said: JsonDataSet, frame: number): JsonDataSet | undefined =>
  itemsOf(said, tags.FrameDisplaySequence).find(
    (item) =>
      frame >= (numberOf(item, tags.StartTrim) ?? 1) &&
      frame <= (numberOf(item, tags.StopTrim) ?? Number.MAX_SAFE_INTEGER),
  );

const pair = (numbers: readonly number[]): Shift => [numbers[0] ?? 0, numbers[1] ?? 0];

/**
 * What an item of a Mask Subtraction Sequence says of one frame (PS3.3 C.7.6.10.1.1); undefined where it has no mask for it, as before the first.
 * @param item one that holds for the frame
 */
export function maskingIn(
  item: JsonDataSet,
  { frameNumber, numberOfFrames }: Pick<StackImage, "frameNumber" | "numberOfFrames">,
): Masking | undefined {
  const operation = textOf(item, tags.MaskOperation);
  const shift = pair(numbersOf(item, tags.MaskSubPixelShift));
  const offset = numberOf(item, tags.TIDOffset) ?? 1;
  const averaged = Math.max(1, Math.trunc(numberOf(item, tags.ContrastFrameAveraging) ?? 1));
  const contrast = allowed(
    Array.from({ length: Math.min(averaged, 64) }, (_, nth) => frameNumber + nth),
    numberOfFrames,
  );
  const less = (frames: readonly number[]) => {
    const mask = allowed(frames, numberOfFrames);
    return mask.length > 0 ? { mask, contrast, shift } : undefined;
  };
  if (operation === "AVG_SUB") return less(numbersOf(item, tags.MaskFrameNumbers).slice(0, 256));
  if (operation === "TID") return less([frameNumber - offset]);
  const [first] = numbersOf(item, tags.ApplicableFrameRange);
  // Backwards in time, from the first frame that is meant.
  if (operation === "REV_TID" && first !== undefined) return less([first - offset - (frameNumber - first)]);
  return undefined;
}

/** What the picture says of one frame; undefined where it is to be seen as it is. */
function stated(image: StackImage): Masking | undefined {
  const { dataSet, frameNumber } = image;
  const display = displayOf(dataSet, frameNumber);
  if (display && textOf(display, tags.RecommendedViewingMode) === "NAT") return undefined;
  const item = itemsOf(dataSet, tags.MaskSubtractionSequence).find((one) =>
    isInRanges(frameNumber, numbersOf(one, tags.ApplicableFrameRange)),
  );
  const masking = item && maskingIn(item, image);
  return masking && { ...masking, shift: ownShiftOf(image, item) ?? masking.shift };
}

/** By which a frame of an enhanced film says itself that its mask is moved (Frame Pixel Shift, PS3.3 C.7.6.16.2.14). */
function ownShiftOf({ dataSet, frameNumber }: StackImage, item: JsonDataSet): Shift | undefined {
  const id = numberOf(item, tags.SubtractionItemID);
  const own = itemsOf(dataSet, tags.PerFrameFunctionalGroupsSequence)[frameNumber - 1];
  const groups = [...(own ? [own] : []), ...itemsOf(dataSet, tags.SharedFunctionalGroupsSequence)];
  const said = groups
    .flatMap((group) => itemsOf(group, tags.FramePixelShiftSequence))
    .find((one) => numberOf(one, tags.SubtractionItemID) === id);
  return id !== undefined && said ? pair(numbersOf(said, tags.MaskSubPixelShift)) : undefined;
}

const operations: readonly (string | undefined)[] = ["AVG_SUB", "TID", "REV_TID"];

/** Whether the picture says for any of its frames how it is subtracted. */
const saysHow = ({ dataSet }: StackImage): boolean =>
  itemsOf(dataSet, tags.MaskSubtractionSequence).some((item) =>
    operations.includes(textOf(item, tags.MaskOperation)),
  );

/**
 * What is subtracted from a frame: as a person chose, else as a presentation state or the picture says, else its first frame where nobody says how.
 * @param of what a presentation state that subtracts says of the frame; absent: there is none
 */
export function maskingOf(
  image: StackImage,
  choice: MaskChoice,
  of?: (image: StackImage) => Masking | undefined,
): Masking | undefined {
  const frame = choice.frame ?? (of || saysHow(image) ? undefined : 1);
  const base =
    frame === undefined
      ? (of ?? stated)(image)
      : { mask: [frame], contrast: [image.frameNumber], shift: [0, 0] as const };
  if (!base || !choice.shift) return base;
  // Who moves the mask moves all of it.
  const { regions: _regions, ...whole } = base;
  return { ...whole, shift: choice.shift };
}

/** How pixels are subtracted, and what range of values is then worth looking at. */
export interface Scale {
  /** Of what a detector counts the logarithms are subtracted, of all else the values. */
  logarithmic: boolean;
  /** The values that a stored pixel may have. */
  levels: number;
}

export function scaleOf({ attributes }: StackImage): Scale {
  const isLinear = textOf(attributes, tags.PixelIntensityRelationship) === "LIN";
  // A table to the logarithm has been applied by now.
  const hasTable = modalityTableOf(attributes) !== undefined;
  const stored = numberOf(attributes, tags.BitsStored) ?? 8;
  return { logarithmic: isLinear && !hasTable, levels: 2 ** stored };
}

/** Several frames of equal size as one. */
export function averageOf(frames: readonly ArrayLike<number>[]): ArrayLike<number> {
  if (frames.length === 1) return frames[0]!;
  const sum = new Float32Array(frames[0]!.length);
  for (const frame of frames) for (let i = 0; i < sum.length; i++) sum[i]! += frame[i]!;
  for (let i = 0; i < sum.length; i++) sum[i]! /= frames.length;
  return sum;
}

/** The frame moved; what comes in from outside is the edge's own. Between pixels it is interpolated. */
export function shifted(frame: ArrayLike<number>, columns: number, [down, left]: Shift): ArrayLike<number> {
  if (down === 0 && left === 0) return frame;
  const rows = Math.floor(frame.length / columns);
  const result = new Float32Array(frame.length);
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const [floorDown, floorLeft] = [Math.floor(-down), Math.floor(left)];
  const [shareDown, shareLeft] = [-down - floorDown, left - floorLeft];
  for (let row = 0; row < rows; row++) {
    const top = clamp(row + floorDown, rows - 1) * columns;
    const bottom = clamp(row + floorDown + 1, rows - 1) * columns;
    for (let column = 0; column < columns; column++) {
      const near = clamp(column + floorLeft, columns - 1);
      const far = clamp(column + floorLeft + 1, columns - 1);
      const above = frame[top + near]! * (1 - shareLeft) + frame[top + far]! * shareLeft;
      const below = frame[bottom + near]! * (1 - shareLeft) + frame[bottom + far]! * shareLeft;
      result[row * columns + column] = above * (1 - shareDown) + below * shareDown;
    }
  }
  return result;
}

/** The frame moved by regions, each by its own shift, and what is in none by that of all. */
export function shiftedBy(
  frame: ArrayLike<number>,
  columns: number,
  { shift, regions = [] }: Pick<Masking, "shift" | "regions">,
): ArrayLike<number> {
  const whole = shifted(frame, columns, shift);
  if (regions.length === 0) return whole;
  const result = Float32Array.from(whole);
  for (const region of regions) {
    const moved = shifted(frame, columns, region.shift);
    for (let i = 0; i < result.length; i++) {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      if (!region.corners || isWithin(region.corners, column + 0.5, row + 0.5)) result[i] = moved[i]!;
    }
  }
  return result;
}

/** Whether a point is inside of a polygon. */
function isWithin(corners: NonNullable<MaskRegion["corners"]>, x: number, y: number): boolean {
  let inside = false;
  corners.forEach(([ax, ay], at) => {
    const [bx, by] = corners[(at + 1) % corners.length]!;
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  });
  return inside;
}

/**
 * Contrast less mask: nothing is zero, and what holds back more rays than before is negative.
 * @param visible the share of the mask that stays
 */
export function subtract(
  contrast: ArrayLike<number>,
  mask: ArrayLike<number>,
  { logarithmic, levels }: Scale,
  visible = 0,
): Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  const result = levels <= 2 ** 15 ? new Int16Array(contrast.length) : new Float32Array(contrast.length);
  // So that the whole range stays the whole range.
  const step = levels / Math.log(levels);
  const curve = (value: number) => step * Math.log(1 + Math.max(0, value));
  const taken = 1 - visible;
  for (let i = 0; i < result.length; i++) {
    const [one, other] = [contrast[i]!, mask[i] ?? 0];
    const difference = logarithmic ? curve(one) - taken * curve(other) : one - taken * other;
    result[i] = result instanceof Int16Array ? Math.round(difference) : difference;
  }
  return result;
}
