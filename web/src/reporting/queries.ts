import type { ImagingOrder, Report, Study } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { call } from "../api/client.ts";
import type { Page } from "../api/endpoints.ts";
import { queryClient } from "../api/live.ts";

export interface TemplateName {
  id: string;
  name: string;
  modality: string | null;
}

export const useStudy = (studyId: string) =>
  useQuery({
    queryKey: ["studies", "one", studyId],
    queryFn: ({ signal }) => call<Study>(`/studies/${studyId}`, { signal }),
  });

export const useOrder = (orderId: string | null) =>
  useQuery({
    queryKey: ["orders", orderId],
    queryFn: ({ signal }) => call<ImagingOrder>(`/imaging-orders/${orderId}`, { signal }),
    enabled: orderId !== null,
  });

/** The report of the study that counts; null where there is none yet. */
export const useStudyReport = (studyId: string) =>
  useQuery({
    queryKey: ["reports", "study", studyId],
    queryFn: ({ signal }) => call<Page<Report>>(`/reports/study/${studyId}`, { signal }),
    select: ({ data }) =>
      data.find(({ status }) => status !== "CANCELLED" && status !== "ENTERED_IN_ERROR") ?? null,
    // What is being written here is newer than what is there.
    refetchOnWindowFocus: false,
  });

export const useTemplates = () =>
  useQuery({
    queryKey: ["report-templates"],
    queryFn: ({ signal }) => call<Page<TemplateName>>("/report-templates", { query: { limit: 200 }, signal }),
  });

/** Puts the report as the server has it now in the place of what was known. */
export function keepReport(studyId: string): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ["worklist"] });
  return queryClient.invalidateQueries({ queryKey: ["reports", "study", studyId] });
}
