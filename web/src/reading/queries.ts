import type { ReadingListQuery } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient, useLive } from "../api/live.ts";
import { ApiError } from "../api/problem.ts";
import { toGoOnWith } from "./next.ts";
import { type ReadingState, toReadingQuery } from "./reading-state.ts";

const withoutFeedMs = 15_000;
/** Waiting goes on without events: the list is read again to find what became late or came to its end elsewhere. */
const withFeedMs = 60_000;

export const mostShown = 200;

export function useReadingList(state: ReadingState) {
  const live = useLive().status === "live";
  const query: ReadingListQuery = { limit: mostShown, ...toReadingQuery(state) };
  return useQuery({
    queryKey: ["worklist", query],
    meta: { live: ["study", "report", "reading", "order", "patient", "finding", "reconciliation"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/worklist", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: live ? withFeedMs : withoutFeedMs,
  });
}

/** What was signed of the patient before, the newest first. */
export const usePriorReports = (patientId: string, exceptStudyId: string) =>
  useQuery({
    queryKey: ["reports", "patient", patientId],
    meta: { live: ["report"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/reports/patient/{patientId}", {
          params: { path: { patientId }, query: { limit: 20 } },
          signal,
        }),
      ),
    select: (page) =>
      page.data.filter((report) => report.studyId !== exceptStudyId && report.signedAt !== null),
  });

const changed = () => void queryClient.invalidateQueries({ queryKey: ["worklist"] });

const ofStudy = (studyId: string) => ({ params: { path: { id: studyId } } });

/** Claims the most urgent study that the reader may go on with, and answers it; null where none waits. */
export async function claimNext(exceptStudyId: string) {
  const ask = async (query: ReadingListQuery) =>
    (await answerOf(api.GET("/api/v1/worklist", { params: { query } }))).data;
  const asked = { status: "COMPLETED", limit: 100 } as const;
  const [free, own] = await Promise.all([ask({ ...asked, claim: "NONE" }), ask({ ...asked, claim: "MINE" })]);
  for (const next of toGoOnWith(free, own, exceptStudyId)) {
    try {
      await claimStudy(next.id);
      return next;
    } catch (error) {
      // A colleague was faster: the one after it.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
  return null;
}

export const claimStudy = (studyId: string) =>
  answerOf(api.POST("/api/v1/studies/{id}/claim", ofStudy(studyId))).finally(changed);
export const releaseStudy = (studyId: string) =>
  answerOf(api.POST("/api/v1/studies/{id}/release", ofStudy(studyId))).finally(changed);
export const assignStudy = (studyId: string, userId: string) =>
  answerOf(api.POST("/api/v1/studies/{id}/assign", { ...ofStudy(studyId), body: { userId } })).finally(
    changed,
  );
export const skipStudy = (studyId: string, minutes: number) =>
  answerOf(api.POST("/api/v1/studies/{id}/skip", { ...ofStudy(studyId), body: { minutes } })).finally(
    changed,
  );
