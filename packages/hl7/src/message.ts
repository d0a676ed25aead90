import type { Delimiters } from "./delimiters.ts";

/** Its sub-components, escape sequences replaced. */
export type Component = readonly string[];
export type Repetition = readonly Component[];
export type Field = readonly Repetition[];

export interface Segment {
  /** Three letters and digits. */
  readonly name: string;
  /** The first is field 1; of MSH that is the separator itself, as the standard counts. */
  readonly fields: readonly Field[];
}

export interface Message {
  readonly delimiters: Delimiters;
  /** MSH-18, or what was said to stand for it; empty: nothing was. */
  readonly characterSets: readonly string[];
  /** False where there were bytes that the character sets do not have. */
  readonly isClean: boolean;
  /** The first is MSH. */
  readonly segments: readonly Segment[];
}

/** `""` in a field: what the receiver has is to be deleted. An empty field leaves it as it is. */
export const deleted = '""';

/** What a field says: a text, that there is nothing (`""`, null), or nothing at all (undefined). */
export type Stated = string | null | undefined;

export const stated = (text: string): Stated =>
  text === deleted ? null : text.trim() === "" ? undefined : text.trim();

export const segmentsOf = (message: Message, name: string): readonly Segment[] =>
  message.segments.filter((segment) => segment.name === name);

export const segmentOf = (message: Message, name: string): Segment | undefined =>
  message.segments.find((segment) => segment.name === name);

/** The repetitions of a field that hold anything. */
export const repetitionsOf = (segment: Segment | undefined, field: number): readonly Repetition[] =>
  (segment?.fields[field - 1] ?? []).filter((repetition) =>
    repetition.some((component) => component.some((part) => part !== "")),
  );

/** All counted from 1. Empty where there is none. */
export const componentOf = (repetition: Repetition | undefined, component: number, sub = 1): string =>
  repetition?.[component - 1]?.[sub - 1] ?? "";

/** Of the first repetition; empty where there is none. */
export const fieldValue = (segment: Segment | undefined, field: number, component = 1, sub = 1): string =>
  componentOf(segment?.fields[field - 1]?.[0], component, sub);
