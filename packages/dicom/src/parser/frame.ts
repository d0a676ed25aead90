import type { DataSet, Element } from "../model.ts";

export const undefinedLength = 0xffffffff;
export const itemTag = 0xfffee000;
export const itemDelimiter = 0xfffee00d;
export const sequenceDelimiter = 0xfffee0dd;

/** What the next bytes are. */
export const Mode = {
  start: 0,
  syntax: 1,
  element: 2,
  item: 3,
  fragment: 4,
  value: 5,
  skip: 6,
  deflated: 7,
  padding: 8,
} as const;
export type Mode = (typeof Mode)[keyof typeof Mode];

/** A data set, a sequence or an encapsulated value that is being read. */
export interface Frame {
  readonly mode: Mode;
  /** The data set being filled, or the one that the sequence or the fragments stand in. */
  readonly set: DataSet;
  readonly element: Element | null;
  /** Where it ends; infinite where a delimiter tells. */
  readonly end: number;
  /** Where it has to have ended. */
  readonly bound: number;
  lastTag: number;
  sorted: boolean;
}
