import type { ImageVersion, Study } from "@isocenter/contract";
import type { JsonDataSet } from "@isocenter/presentation";
import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../api/api.ts";
import { api, dicomwebRoot, fetchAuthorized } from "../../api/client.ts";
import { errorOf } from "../../api/problem.ts";
import { saveFile } from "../../kit/save-file.ts";
import { split, type Values } from "./attributes.ts";

const mostImages = 200;
const live = { live: ["study", "series", "image"] } as const;

export const useImagesOf = (studyId: string, seriesUID: string) =>
  useQuery({
    queryKey: ["correct", "images", studyId, seriesUID],
    meta: live,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/studies/{id}/series/{seriesUID}/images", {
          params: { path: { id: studyId, seriesUID }, query: { limit: mostImages } },
          signal,
        }),
      ),
    enabled: seriesUID !== "",
  });

interface Place {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
}

/** The attributes of an image as they are sent now (WADO-RS, PS3.18 10.4.1.1.2). */
export const useAttributes = (place: Place | null) =>
  useQuery({
    queryKey: ["correct", "attributes", place],
    meta: live,
    queryFn: async ({ signal }): Promise<JsonDataSet> => {
      const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = place!;
      const path = `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
      const headers = { accept: "application/dicom+json" };
      const response = await fetchAuthorized(`${dicomwebRoot}/${path}/metadata`, { headers, signal });
      if (!response.ok) throw await errorOf(response);
      return ((await response.json()) as JsonDataSet[])[0] ?? {};
    },
    enabled: place !== null,
  });

export const useVersions = (imageId: string) =>
  useQuery({
    queryKey: ["correct", "versions", imageId],
    meta: live,
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/images/{id}/versions", {
          params: { path: { id: imageId }, query: { limit: 200 } },
          signal,
        }),
      ),
    enabled: imageId !== "",
  });

interface Correction {
  study: Pick<Study, "id" | "version">;
  image: { id: string; version: number };
  values: Values;
  reason: string;
}

/** Corrects a study, a series and an image: what has no place in the image's own correction goes to the study. */
export async function correct({ study, image, values, reason }: Correction): Promise<void> {
  const parts = split(values);
  if (Object.keys(parts.study).length > 0)
    await answerOf(
      api.PATCH("/api/v1/studies/{id}", {
        params: { path: { id: study.id } },
        body: { ...parts.study, reason, expectedVersion: study.version },
      }),
    );
  if (Object.keys(parts.image).length > 0)
    await answerOf(
      api.PATCH("/api/v1/images/{id}/metadata", {
        params: { path: { id: image.id } },
        body: {
          attributes: parts.image as Record<string, string | string[] | null>,
          reason,
          expectedVersion: image.version,
        },
      }),
    );
}

/** Saves an image as it was: as it came, or before it was replaced. */
export async function saveVersion(imageId: string, { id, kind }: ImageVersion): Promise<void> {
  const { data } = await api.GET("/api/v1/images/{id}/versions/{versionId}/content", {
    params: { path: { id: imageId, versionId: id } },
    headers: { accept: "application/dicom" },
    parseAs: "blob",
  });
  saveFile(data as Blob, `${kind.toLowerCase()}.dcm`);
}
