import { decodableTransferSyntaxes } from "@isocenter/imaging";
import type { StoredInstance } from "../archive/index.ts";

/** Whether a frame of the instance can be shown. */
export const isPicture = (instance: StoredInstance): boolean =>
  instance.numberOfFrames > 0 &&
  instance.pixels !== null &&
  (!instance.pixels.encapsulated || decodableTransferSyntaxes.includes(instance.transferSyntaxUID));

/** The instance that stands for its series: the middle one that is a picture, else the first of whatever it is; undefined for none. */
export function middleOf(series: readonly StoredInstance[]): StoredInstance | undefined {
  const pictures = series.filter(isPicture);
  return pictures[Math.floor((pictures.length - 1) / 2)] ?? series[0];
}

/** A scout or a localizer has few images; the series that follows it shows more of the study. */
const fewPictures = 4;

/**
 * The instance that stands for a study: of the first series with more than a few pictures, else of the first with any. Reads no further than
 * that series.
 * @param batches the study's instances by series
 */
export async function pickForStudy(
  batches: AsyncIterable<readonly StoredInstance[]>,
): Promise<StoredInstance | undefined> {
  let fallback: StoredInstance | undefined;
  let series: StoredInstance[] = [];
  const isEnough = () => series.filter(isPicture).length >= fewPictures;
  const closeSeries = () => {
    const middle = middleOf(series);
    if (!fallback || (!isPicture(fallback) && middle && isPicture(middle))) fallback = middle;
  };
  for await (const batch of batches)
    for (const instance of batch) {
      if (series.length > 0 && series[0]!.seriesId !== instance.seriesId) {
        if (isEnough()) return middleOf(series);
        closeSeries();
        series = [];
      }
      series.push(instance);
    }
  if (isEnough()) return middleOf(series);
  closeSeries();
  return fallback;
}
