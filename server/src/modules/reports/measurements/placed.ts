import type { Measurement } from "@isocenter/contract";
import { Refusal } from "../../../platform/index.ts";

/** Millimetres, or cosines, in the patient's coordinates (PS3.3 C.7.6.2.1.1). */
export type Vector = readonly [number, number, number];

/** Where a series lies that planes are cut from. */
export interface Volume {
  frameOfReferenceUid: string;
  /** Of the first pixel of one of its slices. */
  position: Vector;
}

/** By their place in a list. */
export type Placed = readonly [index: number, measurement: Measurement];

/** Of a measurement, or of what it points at. */
export const wrong = (path: string, message: string): Refusal =>
  new Refusal("invalid", "measurement.invalid", `${path} ${message}.`, {
    errors: [{ path: `body.${path}`, message }],
  });
