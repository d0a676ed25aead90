import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { everyPage } from "../api/every-page.ts";
import { queryClient } from "../api/live.ts";

export const useStudy = (studyId: string) =>
  useQuery({
    queryKey: ["studies", "one", studyId],
    meta: { live: ["study", "series", "image", "patient", "reconciliation", "report"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/studies/{id}", { params: { path: { id: studyId } }, signal })),
  });

const reportsOf = (studyId: string) =>
  ({
    queryKey: ["reports", "study", studyId],
    meta: { live: ["report", "reading", "reconciliation"] },
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      answerOf(api.GET("/api/v1/reports/study/{studyId}", { params: { path: { studyId } }, signal })),
  }) as const;

/** The report of the study that counts; null where there is none yet. */
export const useStudyReport = (studyId: string) =>
  useQuery({
    ...reportsOf(studyId),
    select: ({ data }) =>
      data.find(({ status }) => status !== "CANCELLED" && status !== "ENTERED_IN_ERROR") ?? null,
    // What is being written here is newer than what is there.
    refetchOnWindowFocus: false,
  });

/** Signed reports of the study that should never have been, the newest first: they count no more, and stay to be looked at. */
export const useWithdrawnReports = (studyId: string) =>
  useQuery({
    ...reportsOf(studyId),
    select: ({ data }) => data.filter(({ status }) => status === "ENTERED_IN_ERROR"),
  });

export const useTemplates = () =>
  useQuery({
    queryKey: ["report-templates"],
    queryFn: ({ signal }) =>
      everyPage((paging) =>
        answerOf(api.GET("/api/v1/report-templates", { params: { query: paging }, signal })),
      ),
  });

/** Puts the report as the server has it now in the place of what was known. */
export function keepReport(studyId: string): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ["worklist"] });
  return queryClient.invalidateQueries({ queryKey: ["reports", "study", studyId] });
}
