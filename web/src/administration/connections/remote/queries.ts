import type { JsonDataSet } from "@isocenter/presentation";
import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../../../api/api.ts";
import { api, dicomwebRoot, fetchAuthorized } from "../../../api/client.ts";
import { errorOf } from "../../../api/problem.ts";
import { type Here, newestFirst, readHere, readSeries, readStudies } from "./matches.ts";

const mostFound = 200;
/** UIDs in one question to our own archive, which stand in its address. */
const uidsAtOnce = 40;

/** Another system is asked once, when the person asks, and not again by itself. */
const once = { staleTime: Infinity, refetchOnWindowFocus: false, retry: false } as const;

export const useRemoteStudies = (modalityId: string, keys: Record<string, string> | null) =>
  useQuery({
    queryKey: ["remote", "studies", modalityId, keys],
    queryFn: async ({ signal }) => {
      const { data, complete } = await answerOf(
        api.POST("/api/v1/modalities/{id}/find", {
          params: { path: { id: modalityId } },
          body: { level: "STUDY", keys: keys ?? {}, limit: mostFound, timeoutSeconds: 60 },
          signal,
        }),
      );
      return { studies: newestFirst(readStudies(data)), complete };
    },
    enabled: modalityId !== "" && keys !== null,
    ...once,
  });

export const useRemoteSeries = (modalityId: string, studyInstanceUid: string) =>
  useQuery({
    queryKey: ["remote", "series", modalityId, studyInstanceUid],
    queryFn: async ({ signal }) => {
      const { data } = await answerOf(
        api.POST("/api/v1/modalities/{id}/find", {
          params: { path: { id: modalityId } },
          body: { level: "SERIES", keys: { StudyInstanceUID: studyInstanceUid }, limit: 1000 },
          signal,
        }),
      );
      return readSeries(data);
    },
    ...once,
  });

/** QIDO-RS of this archive (PS3.18 10.6); nothing found is an empty list. */
async function ask(path: string, signal: AbortSignal): Promise<JsonDataSet[]> {
  const headers = { accept: "application/dicom+json" };
  const response = await fetchAuthorized(`${dicomwebRoot}/${path}`, { headers, signal });
  if (!response.ok) throw await errorOf(response);
  return response.status === 204 ? [] : await response.json();
}

const live = { live: ["study", "image"] } as const;

/** How many images of each of these studies are here already. */
export const useStudiesHere = (uids: readonly string[]) =>
  useQuery({
    queryKey: ["remote", "here", uids],
    meta: live,
    queryFn: async ({ signal }): Promise<Here> => {
      const parts: Here[] = [];
      for (let from = 0; from < uids.length; from += uidsAtOnce) {
        const some = uids.slice(from, from + uidsAtOnce);
        const found = await ask(`studies?StudyInstanceUID=${some.join(",")}&limit=${some.length}`, signal);
        parts.push(readHere(found, "0020000D", "00201208"));
      }
      return Object.assign({}, ...parts);
    },
    enabled: uids.length > 0,
    placeholderData: (before) => before,
  });

/** How many images of each series of a study are here already. */
export const useSeriesHere = (studyInstanceUid: string) =>
  useQuery({
    queryKey: ["remote", "here", studyInstanceUid],
    meta: live,
    queryFn: async ({ signal }): Promise<Here> =>
      readHere(await ask(`studies/${studyInstanceUid}/series?limit=1000`, signal), "0020000E", "00201209"),
  });
