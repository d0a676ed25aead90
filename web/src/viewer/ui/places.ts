import type { Whereabouts } from "../marks/words.ts";
import type { SeriesEntry } from "../model/study.ts";
import { registeredImage } from "../pixels/image-source.ts";

/** An image by where people find it. */
export interface Place {
  series: SeriesEntry;
  /** In the stack, from 0. */
  index: number;
  /** In the stack, from 1. */
  imageNumber: number;
}

export interface Places {
  ofImage(imageId: string): Place | undefined;
  ofInstance(image: { sopInstanceUid: string; frame?: number | undefined }): Place | undefined;
}

/** Finds images in the series that are open. */
export function placesIn(series: readonly SeriesEntry[]): Places {
  let found: Map<string, Place> | undefined;
  const all = () => {
    found ??= new Map(
      series.flatMap((entry) =>
        entry.images.map(
          (image, index) =>
            [
              `${image.sopInstanceUid}/${image.frameNumber}`,
              { series: entry, index, imageNumber: index + 1 },
            ] as const,
        ),
      ),
    );
    return found;
  };
  return {
    ofImage(imageId) {
      const image = registeredImage(imageId);
      return image && all().get(`${image.sopInstanceUid}/${image.frameNumber}`);
    },
    ofInstance: ({ sopInstanceUid, frame = 1 }) => all().get(`${sopInstanceUid}/${frame}`),
  };
}

/** An image as a report cites it. */
export const citedAt = ({ series, imageNumber }: Place): Whereabouts => ({
  seriesNumber: series.seriesNumber,
  imageNumber,
});
