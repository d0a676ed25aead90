import { type ImageOfState, numberOf } from "@isocenter/presentation";
import type { StackImage } from "./image.ts";
import { modalityTableOf } from "./lookup-table.ts";
import { suvFactorOf } from "./suv.ts";
import { tags } from "./tags.ts";

/** What of an image counts for how a presentation state shows it. */
export function imageOfState({
  sopInstanceUid,
  frameNumber,
  attributes,
  subtracted,
}: StackImage): ImageOfState {
  return {
    sopInstanceUid,
    frameNumber,
    columns: numberOf(attributes, tags.Columns) ?? 0,
    rows: numberOf(attributes, tags.Rows) ?? 0,
    slope: numberOf(attributes, tags.RescaleSlope) || 1,
    intercept: numberOf(attributes, tags.RescaleIntercept) ?? 0,
    hasModalityTable: modalityTableOf(attributes) !== undefined,
    factor: suvFactorOf(attributes) ?? 1,
    isDifference: subtracted !== undefined,
  };
}
