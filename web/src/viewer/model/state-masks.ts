import {
  itemsFor,
  itemsOf,
  type JsonDataSet,
  lookupTable,
  numberOf,
  numbersOf,
  textOf,
} from "@isocenter/presentation";
import type { StackImage } from "./image.ts";
import { displayOf, isInRanges, maskingIn } from "./mask.ts";
import type { Masking, MaskRegion } from "./masking.ts";
import { tags } from "./tags.ts";

/**
 * What a presentation state subtracts from a frame (PS3.3 C.11.13, C.11.19); undefined where it shows it without. The tables of the state must be here.
 */
export function stateMaskingOf(state: JsonDataSet, image: StackImage): Masking | undefined {
  const { frameNumber } = image;
  const display = displayFor(state, image);
  if (display && textOf(display, tags.RecommendedViewingMode) === "NAT") return undefined;
  const item = itemsFor(state, tags.MaskSubtractionSequence, image).find((one) =>
    isInRanges(frameNumber, numbersOf(one, tags.ApplicableFrameRange)),
  );
  const masking = item && maskingIn(item, image);
  if (!masking) return undefined;
  const regions = regionsFor(item, frameNumber);
  const visible = Math.min(
    100,
    Math.max(0, (display && numberOf(display, tags.MaskVisibilityPercentage)) ?? 0),
  );
  const hasTables = itemsOf(item, tags.PixelIntensityRelationshipLUTSequence).length > 0;
  return {
    ...masking,
    ...(regions.length > 0 ? { regions } : {}),
    ...(visible > 0 ? { visible: visible / 100 } : {}),
    ...(hasTables ? { toLogarithm: (frame: number) => tableFor(item, frame) } : {}),
  };
}

/** How the state wants a frame to be displayed (PS3.3 C.11.21). */
export const displayFor = (state: JsonDataSet, image: StackImage): JsonDataSet | undefined =>
  itemsFor(state, tags.MultiFramePresentationSequence, image)
    .map((item) => displayOf(item, image.frameNumber))
    .find((display) => display !== undefined);

function regionsFor(item: JsonDataSet, frame: number): MaskRegion[] {
  return itemsOf(item, tags.PixelShiftSequence)
    .filter((one) => isInRanges(frame, numbersOf(one, tags.PixelShiftFrameRange)))
    .flatMap((one) => itemsOf(one, tags.RegionPixelShiftSequence))
    .slice(0, 64)
    .map((region) => {
      const [down = 0, left = 0] = numbersOf(region, tags.MaskSubPixelShift);
      const corners = cornersOf(numbersOf(region, tags.VerticesOfTheRegion));
      return { shift: [down, left], corners: corners.length > 2 ? corners : undefined };
    });
}

/** Rows and columns, from 1\\1 for the first pixel, as columns and rows of ours; the pixels at the corners belong to the region. */
function cornersOf(numbers: readonly number[]): [number, number][] {
  const corners: [number, number][] = [];
  for (let n = 0; n + 1 < numbers.length; n += 2) corners.push([numbers[n + 1]!, numbers[n]!]);
  const middle = (axis: 0 | 1) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
  const [x, y] = [middle(0), middle(1)];
  // From the centre of a pixel to its outer corner.
  return corners.map(([column, row]) => [
    column - 0.5 + Math.sign(column - x) / 2,
    row - 0.5 + Math.sign(row - y) / 2,
  ]);
}

function tableFor(item: JsonDataSet, frame: number) {
  const found = itemsOf(item, tags.PixelIntensityRelationshipLUTSequence).find(
    (one) =>
      (textOf(one, tags.LUTFunction) ?? "TO_LOG") === "TO_LOG" &&
      isInRanges(frame, numbersOf(one, tags.LUTFrameRange)),
  );
  return found && lookupTable(found, tags.LUTDescriptor, tags.LUTData);
}
