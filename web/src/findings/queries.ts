import type { AcknowledgeFinding, ChangeFinding, FollowUpFinding } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import type { FindingView } from "./findings-state.ts";

/** Limits run while nothing happens: the list is read again to see what the server has made of them. */
const againMs = 20_000;
const mostShown = 200;

export const useFindings = (view: FindingView) =>
  useQuery({
    queryKey: ["findings", view],
    meta: { live: ["finding", "patient"] },
    queryFn: ({ signal }) =>
      view === "pending"
        ? answerOf(
            api.GET("/api/v1/critical-findings/pending", { params: { query: { limit: mostShown } }, signal }),
          )
        : answerOf(
            api.GET("/api/v1/critical-findings", {
              params: { query: { limit: mostShown, status: view } },
              signal,
            }),
          ),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  });

const ofFinding = (id: string) => ({ params: { path: { id } } });

/** Opening it tells the server that a recipient was reached. */
export const useFinding = (id: string) =>
  useQuery({
    queryKey: ["findings", "one", id],
    meta: { live: ["finding", "notice"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/critical-findings/{id}", { ...ofFinding(id), signal })),
    refetchInterval: againMs,
  });

export const useHistory = (id: string, version: number) =>
  useQuery({
    queryKey: ["findings", "history", id, version],
    meta: { live: ["finding", "notice"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/critical-findings/{id}/history", { ...ofFinding(id), signal })),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  });

const changed = () => void queryClient.invalidateQueries({ queryKey: ["findings"] });

export const acknowledge = (id: string, body: AcknowledgeFinding) =>
  answerOf(api.POST("/api/v1/critical-findings/{id}/acknowledge", { ...ofFinding(id), body })).finally(
    changed,
  );
export const followUp = (id: string, body: FollowUpFinding) =>
  answerOf(api.POST("/api/v1/critical-findings/{id}/follow-up", { ...ofFinding(id), body })).finally(changed);
export const close = (id: string, note: string) =>
  answerOf(
    api.POST("/api/v1/critical-findings/{id}/close", { ...ofFinding(id), body: note ? { note } : {} }),
  ).finally(changed);
export const changeFinding = (id: string, body: ChangeFinding) =>
  answerOf(api.PATCH("/api/v1/critical-findings/{id}", { ...ofFinding(id), body })).finally(changed);
export const voidFinding = (id: string, reason: string) =>
  answerOf(api.POST("/api/v1/critical-findings/{id}/void", { ...ofFinding(id), body: { reason } })).finally(
    changed,
  );
