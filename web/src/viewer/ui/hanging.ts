import { textsOf } from "../model/dicom-json.ts";
import type { SeriesEntry } from "../model/study.ts";
import { tags } from "../model/tags.ts";

/** Which of the four viewports are on the screen: the active one alone, its pair, or all. */
export function visibleSlots(layout: number, active: number): number[] {
  if (layout === 1) return [active];
  if (layout === 2) return active < 2 ? [0, 1] : [2, 3];
  return [0, 1, 2, 3];
}

/** Planning images (PS3.3 C.8.2.1.1.1, value 3 of Image Type): nobody opens a study to read them. */
const isLocalizer = (entry: SeriesEntry): boolean => {
  const first = entry.images[0];
  return first !== undefined && textsOf(first.attributes, tags.ImageType).includes("LOCALIZER");
};

/**
 * What a study opens with: the first series that holds pictures and is no localizer, as soon as all before it are known. Undefined while it
 * is too early to say. A study of localizers, or without any picture, opens with its first series.
 */
export function initialSeries(series: readonly SeriesEntry[]): string | undefined {
  for (const entry of series) {
    if (entry.state === "loading") return undefined;
    if (entry.state === "ready" && entry.images.length > 0 && !isLocalizer(entry))
      return entry.seriesInstanceUid;
  }
  return (series.find((entry) => entry.images.length > 0) ?? series[0])?.seriesInstanceUid;
}

/** Fills the empty ones of the visible viewports with the next series of pictures that is in none. */
export function seriesForSlots(
  series: readonly SeriesEntry[],
  assigned: readonly (string | undefined)[],
  visible: readonly number[],
): string[] {
  const filled = [...assigned];
  for (const slot of visible) {
    if (filled[slot]) continue;
    const next = series.find((entry) => entry.images.length > 0 && !filled.includes(entry.seriesInstanceUid));
    if (next) filled[slot] = next.seriesInstanceUid;
  }
  return filled as string[];
}
