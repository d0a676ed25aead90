import { type JsonDataSet, numberOf } from "@isocenter/presentation";
import { tags } from "../model/tags.ts";
import type { PixelStatistics } from "../model/windows.ts";
import type { ModalityTransform } from "./gray.ts";

const bins = 4096;

/** Range and percentiles of a picture; pixels within `padding` do not count, unless there are no others. */
export function statisticsOf(
  pixels: ArrayLike<number>,
  padding: { low: number; high: number } | undefined,
): PixelStatistics {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const low = padding?.low ?? Number.POSITIVE_INFINITY;
  const high = padding?.high ?? Number.NEGATIVE_INFINITY;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    if (value >= low && value <= high) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return padding ? statisticsOf(pixels, undefined) : { min: 0, max: 0, percentile: () => 0 };
  return { min, max, percentile: percentiles(pixels, min, max, low, high) };
}

/** Made when first asked for: most images never are. */
function percentiles(pixels: ArrayLike<number>, min: number, max: number, low: number, high: number) {
  let cumulative: Uint32Array | undefined;
  let total = 0;
  const scale = max > min ? (bins - 1) / (max - min) : 0;
  return (part: number): number => {
    if (!cumulative) {
      cumulative = new Uint32Array(bins);
      for (let i = 0; i < pixels.length; i++) {
        const value = pixels[i]!;
        if (value >= low && value <= high) continue;
        const bin = Math.floor((value - min) * scale);
        cumulative[bin] = cumulative[bin]! + 1;
        total++;
      }
      for (let i = 1; i < bins; i++) cumulative[i] = cumulative[i]! + cumulative[i - 1]!;
    }
    const wanted = part * total;
    let bin = 0;
    while (bin < bins - 1 && cumulative[bin]! < wanted) bin++;
    return scale === 0 ? min : min + bin / scale;
  };
}

/** The values that stand for "outside of the picture", after rescaling (PS3.3 C.7.5.1.1.2). */
export function paddingOf(
  attributes: JsonDataSet,
  transform: ModalityTransform,
): { low: number; high: number } | undefined {
  const value = numberOf(attributes, tags.PixelPaddingValue);
  if (value === undefined || transform.kind === "table") return undefined;
  const limit = numberOf(attributes, tags.PixelPaddingRangeLimit) ?? value;
  const ends = [value * transform.slope + transform.intercept, limit * transform.slope + transform.intercept];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
