import type { Kind } from "./figures.ts";

export type Segment =
  | "ORDERED_TO_SCHEDULED"
  | "SCHEDULED_TO_ARRIVED"
  | "ARRIVED_TO_PERFORMED"
  | "PERFORMED_TO_READ"
  | "READ_TO_SIGNED"
  | "SIGNED_TO_ACKNOWLEDGED"
  | "PERFORMED_TO_SIGNED"
  | "ORDERED_TO_SIGNED";

/** One of the ramp of times (`t1`, `t2`, `act` the one to act on) or of the categories (`k1` to `k6`), or a state. */
export type Tone = "t1" | "t2" | "act" | "k1" | "k2" | "k3" | "k4" | "k5" | "k6" | "ok" | "late" | "never";

export interface Series {
  label: string;
  tone: Tone;
}

/** Rows of lying bars. */
export interface Bars {
  kind: "bars";
  unit: Kind;
  currency?: string;
  series: Series[];
  /** What the line of a target is; null: the chart has none. */
  targetLabel: string | null;
  rows: {
    key: string;
    label: string;
    /** In the order of the series; 0 where there is none. */
    values: number[];
    /** What stands behind the bar. */
    text: string;
    /** How many it was made of; few make a median that means little. */
    count: number | null;
    target: number | null;
    late: boolean;
    /** What is read out. */
    said: string;
  }[];
}

/** Standing columns, one for each day, week or month. */
export interface Columns {
  kind: "columns";
  unit: Kind;
  currency?: string;
  series: Series[];
  targetLabel: string | null;
  target: number | null;
  parts: {
    key: string;
    label: string;
    unfinished: boolean;
    weekend: boolean;
    values: number[];
    text: string;
    said: string;
  }[];
}

/** A field for each row and each day, week or month, 0 to 1 and over; null: closed, which is not nothing. */
export interface Heat {
  kind: "heat";
  parts: { key: string; label: string; unfinished: boolean }[];
  rows: { key: string; label: string; cells: { share: number | null; said: string }[] }[];
}

export type Model = Bars | Columns | Heat;
