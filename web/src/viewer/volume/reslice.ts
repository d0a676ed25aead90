import type { Cut, VolumeGeometry } from "./geometry.ts";
import { samplesOf } from "./geometry.ts";

export type SlabMode = "average" | "maximum" | "minimum";

/** A plane of some thickness, and what becomes of the values that lie behind each other. */
export interface Slab {
  mode: SlabMode;
  /** Millimetres; 0 is the thinnest that there is. */
  thickness: number;
}

export const thinnest: Slab = { mode: "average", thickness: 0 };

type Values =
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** Between which two slices a place lies, and the share of the second. */
export function between(
  places: readonly number[],
  place: number,
): [low: number, high: number, share: number] {
  let [low, high] = [0, places.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle]! <= place) low = middle;
    else high = middle;
  }
  const share = (place - places[low]!) / (places[high]! - places[low]!);
  return [low, high, Math.min(1, Math.max(0, share))];
}

/** Values of the volume are taken here: the pixels of its slices, in the order of axis 2. */
interface Source {
  volume: VolumeGeometry;
  slices: readonly ArrayLike<number>[];
}

/** One plane of `cut`, `index` counted in the order of its stack, as pixels row by row. */
export function reslice({ volume, slices }: Source, cut: Cut, index: number, slab: Slab): Values {
  const samples = samplesOf(volume, cut);
  const [columns, rows] = [samples[cut.right].length, samples[cut.down].length];
  const layers = layersOf(samples[cut.through], cut, index, slab);
  const result = new Float32Array(columns * rows);
  layers.forEach((layer, nth) => {
    combine(result, layerOf({ volume, slices }, cut, samples, layer), slab.mode, nth);
  });
  if (slab.mode === "average" && layers.length > 1)
    for (let i = 0; i < result.length; i++) result[i]! /= layers.length;
  return like(slices[0]!, result);
}

/** The places along the axis that a slab takes in. */
function layersOf(along: readonly number[], cut: Cut, index: number, { thickness }: Slab): number[] {
  const at = cut.signs[cut.through] < 0 ? along.length - 1 - index : index;
  const middle = along[at] ?? 0;
  const layers = along.filter((place) => Math.abs(place - middle) <= thickness / 2 + 1e-6);
  return layers.length > 0 ? layers : [middle];
}

/** Adds one layer of a slab to those before. */
export function combine(result: Float32Array, layer: Float32Array, mode: SlabMode, nth: number): void {
  if (nth === 0) result.set(layer);
  else if (mode === "average") for (let i = 0; i < result.length; i++) result[i]! += layer[i]!;
  else if (mode === "maximum")
    for (let i = 0; i < result.length; i++) result[i] = Math.max(result[i]!, layer[i]!);
  else for (let i = 0; i < result.length; i++) result[i] = Math.min(result[i]!, layer[i]!);
}

/** Values at one place of the through axis. Along the slices' axis they are interpolated, else they are the pixels themselves. */
function layerOf(
  { volume, slices }: Source,
  cut: Cut,
  samples: [number[], number[], number[]],
  place: number,
): Float32Array {
  const [columns, rows] = [samples[cut.right].length, samples[cut.down].length];
  const width = volume.size[0];
  const layer = new Float32Array(columns * rows);
  const order = (axis: 0 | 1 | 2, i: number) => (cut.signs[axis] < 0 ? samples[axis].length - 1 - i : i);
  const stride = (axis: 0 | 1 | 2) => (axis === 0 ? 1 : axis === 1 ? width : 0);
  const fixed = cut.through === 2 ? 0 : Math.round(place / volume.spacing[cut.through]) * stride(cut.through);
  const onSlices = (axis: 0 | 1 | 2, at: number) =>
    between(volume.places, axis === 2 ? samples[2][at]! : place);
  for (let row = 0; row < rows; row++) {
    const y = order(cut.down, row);
    let [low, high, share] = cut.right === 2 ? [0, 0, 0] : onSlices(cut.down, y);
    for (let column = 0; column < columns; column++) {
      const x = order(cut.right, column);
      if (cut.right === 2) [low, high, share] = onSlices(2, x);
      const offset = fixed + x * stride(cut.right) + y * stride(cut.down);
      const value = slices[low]![offset]!;
      layer[row * columns + column] = share === 0 ? value : value + share * (slices[high]![offset]! - value);
    }
  }
  return layer;
}

/** In the type of the slices: whole numbers stay whole. */
export function like(slice: ArrayLike<number>, values: Float32Array<ArrayBuffer>): Values {
  if (slice instanceof Int16Array) return Int16Array.from(values, Math.round);
  if (slice instanceof Uint16Array) return Uint16Array.from(values, Math.round);
  if (slice instanceof Uint8Array) return Uint8Array.from(values, Math.round);
  return values;
}
