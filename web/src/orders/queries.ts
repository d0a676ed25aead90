import type { ChangeImagingOrder, CreateImagingOrder, ImagingOrderListQuery } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { everyPage } from "../api/every-page.ts";
import { queryClient } from "../api/live.ts";
import { useToday } from "../studies/queries.ts";
import { type OrdersState, orderViews } from "./orders-state.ts";

export const pageSize = 50;
const live = ["order", "patient", "study"];

export function useOrders(state: OrdersState) {
  const today = useToday();
  const view = state.view ?? "open";
  const query: ImagingOrderListQuery = {
    limit: pageSize,
    status: orderViews[view].status,
    ...(view === "today" ? { scheduledFrom: today, scheduledTo: today, sort: "scheduledAt" } : {}),
    ...(state.modality ? { modality: state.modality } : {}),
    ...(state.priority ? { priority: state.priority } : {}),
    ...(state.accessionNumber ? { accessionNumber: state.accessionNumber } : {}),
    ...(state.after ? { after: state.after } : {}),
  };
  return useQuery({
    queryKey: ["orders", "list", query],
    meta: { live },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/imaging-orders", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

const mostStations = 200;

/** What people call a station, by its AE title; one that is not known any more is called by that. */
export function useStationNames(enabled = true): (aeTitle: string | null) => string | null {
  const stations = useQuery({
    queryKey: ["stations", "names"],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/stations", { params: { query: { limit: mostStations } }, signal })),
    enabled,
    staleTime: 5 * 60_000,
  });
  return (aeTitle) => stations.data?.data.find((one) => one.aeTitle === aeTitle)?.name || aeTitle;
}

const ofOrder = (id: string) => ({ params: { path: { id } } });

/** Null where there is none to ask for: a study that came without an order. */
export const useOrder = (id: string | null) =>
  useQuery({
    queryKey: ["orders", "one", id],
    meta: { live },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/imaging-orders/{id}", { ...ofOrder(id ?? ""), signal })),
    enabled: id !== null,
  });

export const usePatientOrders = (patientId: string) =>
  useQuery({
    queryKey: ["orders", "patient", patientId],
    meta: { live },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/imaging-orders/patient/{patientId}", {
          params: { path: { patientId }, query: { limit: 100 } },
          signal,
        }),
      ),
  });

/** The catalogue of a facility, what is not offered any more left out. */
export const useProcedures = () =>
  useQuery({
    queryKey: ["procedures", "offered"],
    queryFn: ({ signal }) =>
      everyPage((paging) =>
        answerOf(api.GET("/api/v1/procedures", { params: { query: { ...paging, active: true } }, signal })),
      ),
    staleTime: 60_000,
  });

/** Who may be named as asking, with the text in their name; the first of them. */
export const useProviders = (text: string, enabled: boolean) =>
  useQuery({
    queryKey: ["orders", "providers", text],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/imaging-orders/providers", {
          params: { query: text ? { query: text } : {} },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
    staleTime: 60_000,
  });

const changed = () => {
  void queryClient.invalidateQueries({ queryKey: ["orders"] });
  void queryClient.invalidateQueries({ queryKey: ["timeline"] });
};

export const changeOrder = (id: string, body: ChangeImagingOrder) =>
  answerOf(api.PATCH("/api/v1/imaging-orders/{id}", { ...ofOrder(id), body })).finally(changed);

export const createOrder = (body: CreateImagingOrder, key: string) =>
  answerOf(
    api.POST("/api/v1/imaging-orders", { params: { header: { "Idempotency-Key": key } }, body }),
  ).finally(changed);
