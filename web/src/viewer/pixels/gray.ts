import { type JsonDataSet, type LookupTable, lookupTable, numberOf } from "@isocenter/presentation";
import { modalityTableOf } from "../model/lookup-table.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import type { PixelDescription } from "./description.ts";

export type GrayPixels = Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** The Modality LUT of an image: a table, or a line. */
export type ModalityTransform =
  | { kind: "linear"; slope: number; intercept: number }
  | ({ kind: "table" } & LookupTable);

/** From stored values to values with a meaning: Hounsfield units, uptake, dose (PS3.3 C.11.1). */
export function modalityTransformOf(attributes: JsonDataSet): ModalityTransform {
  const table = modalityTableOf(attributes);
  if (table) {
    const values = lookupTable(table, tags.LUTDescriptor, tags.LUTData);
    if (values) return { kind: "table", ...values };
  }
  const dose = numberOf(attributes, tags.DoseGridScaling);
  if (dose !== undefined) return { kind: "linear", slope: dose, intercept: 0 };
  const slope = numberOf(attributes, tags.RescaleSlope) ?? 1;
  const intercept = numberOf(attributes, tags.RescaleIntercept) ?? 0;
  const suv = suvFactorOf(attributes) ?? 1;
  return { kind: "linear", slope: (slope === 0 ? 1 : slope) * suv, intercept: intercept * suv };
}

/** Stored values after the Modality LUT, in the smallest type that holds them exactly or, for fractions, in single precision. */
export function applyModality(
  stored: ArrayLike<number> & { length: number },
  transform: ModalityTransform,
): GrayPixels {
  if (transform.kind === "table") return applyTable(stored, transform);
  const { slope, intercept } = transform;
  const [low, high] = minAndMax(stored);
  const ends = [low * slope + intercept, high * slope + intercept];
  const whole =
    Number.isInteger(slope) &&
    Number.isInteger(intercept) &&
    Number.isInteger(low) &&
    Number.isInteger(high) &&
    !(stored instanceof Float32Array || stored instanceof Float64Array);
  const pixels = allocate(stored.length, Math.min(...ends), Math.max(...ends), whole);
  if (slope === 1 && intercept === 0) {
    pixels.set(stored);
    return pixels;
  }
  for (let i = 0; i < stored.length; i++) pixels[i] = stored[i]! * slope + intercept;
  return pixels;
}

function applyTable(stored: ArrayLike<number>, table: LookupTable): GrayPixels {
  const last = table.values.length - 1;
  const pixels = new Uint16Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const index = stored[i]! - table.first;
    pixels[i] = table.values[index < 0 ? 0 : index > last ? last : index]!;
  }
  return pixels;
}

function allocate(length: number, low: number, high: number, whole: boolean): GrayPixels {
  if (whole && low >= -32768 && high <= 32767) return new Int16Array(length);
  if (whole && low >= 0 && high <= 65535) return new Uint16Array(length);
  return new Float32Array(length);
}

function minAndMax(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/**
 * Uncompressed cells whose stored bits do not fill the cell may carry overlay bits above or below them: they are cleared here, in
 * place where the bytes allow, before the decoder takes the whole cell as the value (PS3.5 8.1.1). Little endian.
 */
export function maskUnusedBits(
  bytes: Uint8Array<ArrayBuffer>,
  description: PixelDescription,
): Uint8Array<ArrayBuffer> {
  const { bitsAllocated, bitsStored, highBit } = description;
  const shift = highBit + 1 - bitsStored;
  if (bitsAllocated !== 16 || shift < 0 || (bitsStored === 16 && shift === 0)) return bytes;
  const mask = 2 ** bitsStored - 1;
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const cells = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
  for (let i = 0; i < cells.length; i++) cells[i] = (cells[i]! >> shift) & mask;
  return aligned;
}

/** One bit per pixel, the first in the lowest bit, as one byte per pixel (PS3.5 8.1.1). */
export function unpackBits(bytes: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) pixels[i] = (bytes[i >> 3]! >> (i & 7)) & 1;
  return pixels;
}
