import type { Study } from "@isocenter/contract";
import { apiRoot, dicomwebRoot } from "./client.ts";

export const studyThumbnailUrl = (study: Pick<Study, "id">) => `${apiRoot}/studies/${study.id}/thumbnail`;

/** The middle image of a series (PS3.18 10.4.1.1.5), fitted into a square of so many pixels. */
export const seriesThumbnailUrl = (studyUid: string, seriesUid: string, pixels: number) =>
  `${dicomwebRoot}/studies/${studyUid}/series/${seriesUid}/thumbnail?viewport=${pixels},${pixels}`;

/** One image, fitted into a square of so many pixels. */
export const imagePreviewUrl = (imageId: string, pixels: number) =>
  `${apiRoot}/images/${imageId}/preview?size=${pixels}`;
