import type { ImagingOrder, Study } from "@isocenter/contract";
import { useQueries, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient, useLive } from "../api/live.ts";
import { requestKey } from "../api/request-key.ts";

const withoutFeedMs = 5_000;
const ofId = (id: string) => ({ params: { path: { id } } });
const useAgain = () => (useLive().status === "live" ? (false as const) : withoutFeedMs);

/** What modalities are told to do for the order, and what they say that they did. */
export const useSteps = (orderId: string) =>
  useQuery({
    queryKey: ["orders", "steps", orderId],
    meta: { live: ["order", "study"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/imaging-orders/{id}/steps", { ...ofId(orderId), signal })),
    refetchInterval: useAgain(),
  });

/** How it is prepared and done; null where the order is of nothing in the catalogue. */
export const useProcedure = (id: string | null) =>
  useQuery({
    queryKey: ["procedures", "one", id],
    meta: { live: ["procedure"] },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/procedures/{id}", { ...ofId(id ?? ""), signal })),
    enabled: id !== null,
    staleTime: 60_000,
  });

/** While images come: the archive tells of the first ones at once and of what follows now and then, and somebody stands before this page. */
const arrivingMs = 3_000;

/** Studies of the order: those that answer it, and those with its number whose patient is another, which are in doubt. */
export function useStudiesOf({ id, patientId, accessionNumber, status }: ImagingOrder) {
  const again = useAgain();
  const read = (query: { patientId: string } | { accessionNumber: string }) => ({
    queryKey: ["studies", "of-order", query],
    meta: { live: ["study", "series", "image", "patient", "reconciliation", "order"] },
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      answerOf(
        api.GET("/api/v1/studies", {
          params: { query: { ...query, limit: 100, sort: "-createdAt" } },
          signal,
        }),
      ),
    refetchInterval: ({ state }: { state: { data?: { data: Study[] } | undefined } }) => {
      const open = state.data?.data.some((one) => one.orderId === id && one.status === "IN_PROGRESS");
      return open || status === "ARRIVED" || status === "IN_PROGRESS" ? arrivingMs : again;
    },
  });
  // By the patient too: images that were another's keep the number under which they came.
  const [ofPatient, ofNumber] = useQueries({ queries: [read({ patientId }), read({ accessionNumber })] });
  const mine = (ofPatient.data?.data ?? []).filter(({ orderId }) => orderId === id);
  const doubtful = (ofNumber.data?.data ?? []).filter(
    (one) => one.orderId === null && one.patientId !== patientId,
  );
  const withImages = ({ numberOfInstances }: Study) => numberOfInstances > 0;
  return {
    loaded: ofPatient.data !== undefined && ofNumber.data !== undefined,
    error: ofPatient.data ? null : ofPatient.error,
    refetch: () => void Promise.all([ofPatient.refetch(), ofNumber.refetch()]),
    mine: mine.filter(withImages),
    doubtful: doubtful.filter(withImages),
  };
}

/** Whether images of the order have come, as far as this screen knows; who asked for the examination's panel knows at once. */
export function hasImages({ id, patientId }: ImagingOrder): boolean {
  const known = queryClient.getQueryData<{ data: Study[] }>(["studies", "of-order", { patientId }]);
  return (
    known?.data.some(({ orderId, numberOfInstances }) => orderId === id && numberOfInstances > 0) ?? false
  );
}

const changed = () => {
  for (const queryKey of [["studies"], ["series"], ["schedule"], ["orders"]])
    void queryClient.invalidateQueries({ queryKey });
};

/** Moves a study: COMPLETED gives it to the readers at once, IN_PROGRESS takes it back from them. @throws ApiError */
export const moveStudy = (study: Study, status: Study["status"], reason?: string) =>
  answerOf(
    api.PATCH("/api/v1/studies/{id}/status", {
      ...ofId(study.id),
      body: { status, expectedVersion: study.version, ...(reason ? { reason } : {}) },
    }),
  ).finally(changed);

/** Takes a series from every door; administrators can bring it back. @throws ApiError */
export const rejectSeries = (id: string, reason: string) =>
  answerOf(api.DELETE("/api/v1/series/{id}", { ...ofId(id), body: { reason } })).finally(changed);

/** The images are another patient's, and answer that patient's order. @throws ApiError */
export const giveTo = (study: Study, order: ImagingOrder, reason: string) =>
  answerOf(
    api.PATCH("/api/v1/studies/{id}", {
      ...ofId(study.id),
      body: { patientId: order.patientId, orderId: order.id, reason, expectedVersion: study.version },
    }),
  ).finally(changed);

/** Writes into the workflow log. @throws ApiError */
export const writeLog = (
  action: "IDENTITY_CHECKED" | "IDENTITY_NOT_CHECKED" | "QUALITY_ACCEPTED" | "NOTE_TO_READER",
  subject: { type: "order" | "study"; id: string },
  note?: string,
) =>
  answerOf(
    api.POST("/api/v1/logs", {
      params: { header: { "Idempotency-Key": requestKey() } },
      body: { action, subject, ...(note ? { note } : {}) },
    }),
  ).finally(() => void queryClient.invalidateQueries({ queryKey: ["logs"] }));
