import type { BillLineInput, PayBill, RefundBill } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api, apiRoot, fetchAuthorized } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import { errorOf } from "../api/problem.ts";
import { type BillingState, statusOf } from "./billing-state.ts";

export const pageSize = 50;
/** Bills become overdue with the day, without an event. */
const againMs = 60_000;
const lives = { live: ["bill", "payment", "refund", "patient"] };

/** The filters of the state as the API's parameters. */
const filtersOf = ({ view = "all", patientId, from, to }: BillingState) => {
  const status = statusOf(view);
  return {
    ...(status ? { status } : {}),
    ...(patientId ? { patientId } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
};
const daysOf = ({ from, to }: BillingState) => ({ ...(from ? { from } : {}), ...(to ? { to } : {}) });
const pageOf = ({ offset }: BillingState) => ({ limit: pageSize, ...(offset ? { offset } : {}) });

export const useBills = (state: BillingState, enabled: boolean) => {
  const sort = state.sort === "dueDate" ? { sort: "dueDate" } : {};
  const query = { ...pageOf(state), ...filtersOf(state), ...sort };
  return useQuery({
    queryKey: ["billing", "list", query],
    meta: lives,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/billing", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
    enabled,
  });
};

export const useMovements = (state: BillingState, enabled: boolean) => {
  const query = { ...pageOf(state), ...daysOf(state) };
  return useQuery({
    queryKey: ["billing", "payments", query],
    meta: lives,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/billing/payments", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    enabled,
  });
};

export const useWithoutPrice = (state: BillingState, enabled: boolean) => {
  const query = pageOf(state);
  return useQuery({
    queryKey: ["billing", "without-price", query],
    meta: { live: ["bill", "order", "procedure"] },
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/billing/without-price", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    enabled,
  });
};

export const useAging = () =>
  useQuery({
    queryKey: ["billing", "aging"],
    meta: lives,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/billing/aging", { params: { query: {} }, signal })),
    refetchInterval: againMs,
  });

export const useBill = (id: string) =>
  useQuery({
    queryKey: ["billing", "one", id],
    meta: lives,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/billing/{id}", { params: { path: { id } }, signal })),
  });

const of = (id: string) => ({ path: { id } });
/** The key of one act of a person: sent twice, it is done once. */
const once = (key: string) => ({ "idempotency-key": key });
const changed = () => queryClient.invalidateQueries({ queryKey: ["billing"] });

export const payBill = (id: string, key: string, body: PayBill) =>
  answerOf(
    api.PUT("/api/v1/billing/{id}/pay", { params: { ...of(id), header: once(key) } as never, body }),
  ).finally(changed);
export const refundBill = (id: string, key: string, body: RefundBill) =>
  answerOf(
    api.POST("/api/v1/billing/{id}/refunds", { params: { ...of(id), header: once(key) } as never, body }),
  ).finally(changed);
export const voidBill = (id: string, key: string, body: { reason: string; expectedVersion: number }) =>
  answerOf(
    api.POST("/api/v1/billing/{id}/void", { params: { ...of(id), header: once(key) } as never, body }),
  ).finally(changed);
export const changeBill = (
  id: string,
  body: { lines: BillLineInput[]; dueDate: string | null; expectedVersion: number },
) => answerOf(api.PATCH("/api/v1/billing/{id}", { params: of(id), body })).finally(changed);
export const issueBill = (
  key: string,
  body: {
    patientId: string;
    orderId?: string;
    reportId?: string;
    lines: BillLineInput[];
    currency: string;
    dueDate?: string | null;
  },
) => answerOf(api.POST("/api/v1/billing", { params: { header: once(key) } as never, body })).finally(changed);
export const dismissPrice = (orderId: string) =>
  answerOf(api.DELETE("/api/v1/billing/without-price/{orderId}", { params: { path: { orderId } } })).finally(
    changed,
  );

/** The file of what the tab shows, all pages of it; made by the server, which writes down that it went out. */
export async function billingCsv(state: BillingState): Promise<{ name: string; blob: Blob }> {
  const movements = state.view === "payments";
  const search = new URLSearchParams({ ...(movements ? daysOf(state) : filtersOf(state)), format: "csv" });
  return {
    name: movements ? "payments.csv" : "bills.csv",
    blob: await csv(`${movements ? "/payments" : ""}?${search}`),
  };
}
export const agingCsv = async () => ({ name: "aging.csv", blob: await csv("/aging?format=csv") });

async function csv(path: string): Promise<Blob> {
  const answer = await fetchAuthorized(`${apiRoot}/billing${path}`);
  if (!answer.ok) throw await errorOf(answer);
  return answer.blob();
}
