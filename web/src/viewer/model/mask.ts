import { itemsOf, numberOf, numbersOf, textOf } from "./dicom-json.ts";
import type { StackImage } from "./image.ts";
import { tags } from "./tags.ts";

/** What is subtracted from which frames of an instance to make one picture of vessels alone. Frames are counted from 1. */
export interface Masking {
  /** Averaged, and subtracted. */
  mask: readonly number[];
  /** Averaged before: as a rule the frame alone. */
  contrast: readonly number[];
  /** Pixels by which the mask is moved first: down, and to the left (PS3.3 C.7.6.10.1.2). */
  shift: readonly [down: number, left: number];
}

/** What a person chose instead of what the picture says: another mask, or that it be moved. */
export interface MaskChoice {
  frame?: number;
  shift?: readonly [down: number, left: number];
}

/** Whether one frame can be taken from another: several grey frames of X-rays, or whatever says how that is done. */
export function canBeMasked(image: StackImage | undefined): boolean {
  if (!image || image.reformat || image.numberOfFrames < 2) return false;
  if ((numberOf(image.attributes, tags.SamplesPerPixel) ?? 1) !== 1) return false;
  const isRadiographic = image.modality === "XA" || image.modality === "RF";
  return isRadiographic || itemsOf(image.dataSet, tags.MaskSubtractionSequence).length > 0;
}

/** Whether the picture is meant to be seen subtracted (Recommended Viewing Mode, PS3.3 C.7.6.10), and says how. */
export const isMeantMasked = (image: StackImage | undefined): boolean =>
  image !== undefined &&
  textOf(image.dataSet, tags.RecommendedViewingMode) === "SUB" &&
  canBeMasked(image) &&
  saysHow(image);

const allowed = (frames: readonly number[], count: number) =>
  frames.filter((frame) => Number.isInteger(frame) && frame >= 1 && frame <= count);

/** What the picture says of one frame; undefined where it is to be seen as it is, or by a way that is not ours (REV_TID). */
function stated({ dataSet, frameNumber, numberOfFrames }: StackImage): Masking | undefined {
  const item = itemsOf(dataSet, tags.MaskSubtractionSequence).find((one) => {
    const ranges = numbersOf(one, tags.ApplicableFrameRange);
    if (ranges.length < 2) return true;
    return ranges.some(
      (first, at) => at % 2 === 0 && frameNumber >= first && frameNumber <= (ranges[at + 1] ?? first),
    );
  });
  if (!item) return undefined;
  const operation = textOf(item, tags.MaskOperation);
  const [down = 0, left = 0] = numbersOf(item, tags.MaskSubPixelShift);
  const shift = [down, left] as const;
  if (operation === "TID") {
    const mask = allowed([frameNumber - (numberOf(item, tags.TIDOffset) ?? 1)], numberOfFrames);
    return mask.length > 0 ? { mask, contrast: [frameNumber], shift } : undefined;
  }
  if (operation !== "AVG_SUB") return undefined;
  const mask = allowed(numbersOf(item, tags.MaskFrameNumbers), numberOfFrames);
  if (mask.length === 0) return undefined;
  const averaged = Math.max(1, Math.trunc(numberOf(item, tags.ContrastFrameAveraging) ?? 1));
  const contrast = Array.from({ length: Math.min(averaged, 64) }, (_, nth) => frameNumber + nth);
  return { mask, contrast: allowed(contrast, numberOfFrames), shift };
}

/** Whether the picture says for any of its frames how it is subtracted, in a way that is ours. */
function saysHow({ dataSet }: StackImage): boolean {
  const operations = itemsOf(dataSet, tags.MaskSubtractionSequence).map((item) =>
    textOf(item, tags.MaskOperation),
  );
  return operations.some((operation) => operation === "AVG_SUB" || operation === "TID");
}

/** What is subtracted from a frame: as a person chose, else as the picture says, else its first frame where it does not say how. */
export function maskingOf(image: StackImage, choice: MaskChoice): Masking | undefined {
  const frame = choice.frame ?? (saysHow(image) ? undefined : 1);
  const base =
    frame === undefined
      ? stated(image)
      : { mask: [frame], contrast: [image.frameNumber], shift: [0, 0] as const };
  return base && { ...base, ...(choice.shift ? { shift: choice.shift } : {}) };
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
  const hasTable = itemsOf(attributes, tags.ModalityLUTSequence).length > 0;
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
export function shifted(
  frame: ArrayLike<number>,
  columns: number,
  [down, left]: Masking["shift"],
): ArrayLike<number> {
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

/** Contrast less mask: nothing is zero, and what holds back more rays than before is negative. */
export function subtract(
  contrast: ArrayLike<number>,
  mask: ArrayLike<number>,
  { logarithmic, levels }: Scale,
): Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  const result = levels <= 2 ** 15 ? new Int16Array(contrast.length) : new Float32Array(contrast.length);
  // So that the whole range stays the whole range.
  const step = levels / Math.log(levels);
  const curve = (value: number) => step * Math.log(1 + Math.max(0, value));
  for (let i = 0; i < result.length; i++) {
    const [one, other] = [contrast[i]!, mask[i] ?? 0];
    const difference = logarithmic ? curve(one) - curve(other) : one - other;
    result[i] = result instanceof Int16Array ? Math.round(difference) : difference;
  }
  return result;
}
