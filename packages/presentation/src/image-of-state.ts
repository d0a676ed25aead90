import type { FrameOfInstance } from "./references.ts";

/** What of an image counts for how a presentation state shows it. */
export interface ImageOfState extends FrameOfInstance {
  columns: number;
  rows: number;
  /** Its own rescaling (PS3.3 C.11.1), 1 and 0 where it says nothing. */
  slope: number;
  intercept: number;
  /** Whether its values come through a Modality LUT of its own. */
  hasModalityTable: boolean;
  /** What the values are multiplied with besides, such as to uptake values; absent: with nothing. */
  factor?: number;
  /** Whether its values are differences of frames. */
  isDifference?: boolean;
}
