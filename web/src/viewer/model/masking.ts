import type { LookupTable } from "@isocenter/presentation";

/** Pixels by which a mask is moved: down, and to the left (PS3.3 C.7.6.10.1.2). */
export type Shift = readonly [down: number, left: number];

/** A part of the contrast frame for which the mask is moved by itself. */
export interface MaskRegion {
  /** Corners of a polygon; undefined: the whole frame. */
  corners: readonly (readonly [column: number, row: number])[] | undefined;
  shift: Shift;
}

/** What is subtracted from which frames of an instance to make one picture of vessels alone. Frames are counted from 1. */
export interface Masking {
  /** Averaged, and subtracted. */
  mask: readonly number[];
  /** Averaged before: as a rule the frame alone. */
  contrast: readonly number[];
  /** By which the mask is moved first, where no region says otherwise. */
  shift: Shift;
  /** Where a place is in several, the last counts (PS3.3 C.11.19.1.2). */
  regions?: readonly MaskRegion[];
  /** The share of the mask that stays in the picture, 0 to 1; absent: none. */
  visible?: number;
  /** Tables from the values of a frame to logarithms of the rays; absent: the values are subtracted as they are, or by `Scale`. */
  toLogarithm?: (frame: number) => LookupTable | undefined;
}
