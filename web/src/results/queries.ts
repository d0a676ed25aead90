import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient, useLive } from "../api/live.ts";
import { withOlder } from "./results.ts";

const withoutFeedMs = 15_000;
export const mostShown = 100;
/** Results that came before those of the list, fetched one by one. */
export const mostBeyond = 20;

const useAgain = () => (useLive().status === "live" ? (false as const) : withoutFeedMs);

/** Notices of reports: the newest, read and unread, and however old those that are unread. */
export function useReportNotices() {
  const refetchInterval = useAgain();
  const read = (query: { kind: string; limit: number; unread?: boolean }) => ({
    queryKey: ["notices", query],
    meta: { live: ["notice", "report"] },
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      answerOf(api.GET("/api/v1/notifications", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  const of = { kind: "report.*", limit: 200 };
  const newest = useQuery(read(of));
  const older = newest.data !== undefined && newest.data.pagination.total > newest.data.data.length;
  const unread = useQuery({ ...read({ ...of, unread: true }), enabled: older });
  return withOlder(newest.data?.data, older, unread.data?.data);
}

/** Studies with a final report whose patients are in the person's care. */
export function useReportedStudies(text: string | undefined) {
  const query = {
    status: "FINAL",
    sort: "-lastReceivedAt",
    limit: mostShown,
    ...(text ? { query: text } : {}),
  };
  return useQuery({
    queryKey: ["studies", "results", query],
    meta: { live: ["study", "report", "patient", "reconciliation"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/studies", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: useAgain(),
  });
}

/** Studies by their ids, beside the list; one that is not to be seen any more is left out. */
export const useStudiesById = (ids: readonly string[]) =>
  useQueries({
    queries: ids.slice(0, mostBeyond).map((id) => ({
      queryKey: ["studies", "one", id],
      meta: { live: ["study", "patient", "reconciliation", "report"] },
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answerOf(api.GET("/api/v1/studies/{id}", { params: { path: { id } }, signal })),
    })),
    combine: (answers) => answers.flatMap(({ data }) => (data ? [data] : [])),
  });

/** Orders of the person that are not reported yet, and those that came to nothing. */
export function useMyOrders(providerId: string) {
  const status = "PENDING,SCHEDULED,ARRIVED,IN_PROGRESS,PERFORMED,ON_HOLD,NO_SHOW";
  const query = { providerId, status, limit: mostShown };
  return useQuery({
    queryKey: ["orders", "mine", query],
    meta: { live: ["order", "study", "patient", "report"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/imaging-orders", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: useAgain(),
    enabled: providerId !== "",
  });
}

/** The report of the study as the person may see it; read again when it is amended. */
export const useResultReport = (studyId: string) =>
  useQuery({
    queryKey: ["reports", "result", studyId],
    meta: { live: ["report"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/reports/study/{studyId}", { params: { path: { studyId } }, signal })),
    select: ({ data }) => data.find(({ status }) => status !== "CANCELLED") ?? null,
  });

export const useVersions = (reportId: string, number: number | null) =>
  useQuery({
    queryKey: ["reports", "versions", reportId, number],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/reports/{id}/versions", {
          params: { path: { id: reportId }, query: { limit: 200 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Says that these notices were read; what fails is tried when the result is opened again. */
export async function markRead(ids: readonly string[]): Promise<void> {
  await Promise.allSettled(
    ids.map((id) => answerOf(api.POST("/api/v1/notifications/{id}/read", { params: { path: { id } } }))),
  );
  await queryClient.invalidateQueries({ queryKey: ["notices"] });
}
