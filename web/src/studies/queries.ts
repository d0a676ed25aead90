import type { Study } from "@isocenter/contract";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answerOf } from "../api/api.ts";
import { api, useMe } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { dateIn } from "../kit/dates.ts";
import { type StudyListState, toApiQuery } from "./list-state.ts";

/** How often lists are read again while the live feed is down; an empty archive more often, for its first image is awaited. */
const withoutFeedMs = 15_000;
const emptyWithoutFeedMs = 4_000;

/** Today at the facility, whose dates the studies bear. */
export function useToday(): string {
  const zone = useMe()?.facilities[0]?.timeZone;
  return dateIn(zone, Date.now());
}

export const useTimeZone = () => useMe()?.facilities[0]?.timeZone;

export function useStudies(state: StudyListState) {
  const today = useToday();
  const live = useLive().status === "live";
  const query = useMemo(() => toApiQuery(state, today), [state, today]);
  return useQuery({
    queryKey: ["studies", "list", query],
    meta: { live: ["study", "image", "patient", "reconciliation", "order", "report"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/studies", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      live ? false : data?.data.length === 0 ? emptyWithoutFeedMs : withoutFeedMs,
  });
}

export const useSeries = (studyId: string, version: number) =>
  useQuery({
    queryKey: ["series", studyId, version],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/studies/{id}/series", {
          params: { path: { id: studyId }, query: { limit: 200 } },
          signal,
        }),
      ),
    placeholderData: (before, query) => (query?.queryKey[1] === studyId ? before : undefined),
  });

export const useSystem = (enabled = true) =>
  useQuery({
    queryKey: ["system"],
    meta: { live: ["study"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/system", { signal })),
    enabled,
    staleTime: 60_000,
  });

/**
 * The study of a DICOM UID. The viewer and the report beside it both want it: the server is asked once. Neither takes its question back, for the
 * other waits for the answer too.
 */
export const studyByUid = (studyInstanceUid: string) =>
  queryOptions({
    queryKey: ["studies", "by-uid", studyInstanceUid],
    queryFn: () =>
      answerOf(api.GET("/api/v1/studies", { params: { query: { studyInstanceUid, limit: 2 } } })),
  });

const mostOfPatient = 50;

/** The newest studies of the study's patient, itself among them. */
export const studiesOfPatient = ({ id, patientId }: Pick<Study, "id" | "patientId">) =>
  queryOptions({
    queryKey: ["studies", "priors", patientId, id],
    meta: { live: ["study", "patient", "reconciliation"] },
    queryFn: () =>
      answerOf(
        api.GET("/api/v1/studies", {
          params: { query: { patientId, sort: "-studyDate", limit: mostOfPatient } },
        }),
      ),
  });
