import type { ChangePatient, CheckDuplicates, CreatePatient } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";
import type { PatientsState } from "./patients-state.ts";

export const pageSize = 50;
const live = ["patient", "reconciliation"];
const ofPatient = (id: string) => ({ params: { path: { id } } });

export const usePatients = ({ query, after }: PatientsState, limit = pageSize, enabled = true) =>
  useQuery({
    queryKey: ["patients", "list", query, after, limit],
    meta: { live },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/patients", {
          params: { query: { limit, ...(query ? { query } : {}), ...(after ? { after } : {}) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
  });

export const usePatient = (id: string) =>
  useQuery({
    queryKey: ["patients", "one", id],
    meta: { live },
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/patients/{id}", { ...ofPatient(id), signal })),
  });

export const useTimeline = (id: string, type: string | null) =>
  useQuery({
    queryKey: ["timeline", id, type],
    meta: { live: ["order", "study", "report", "finding", "bill", "patient"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/patients/{id}/timeline", {
          params: { path: { id }, query: { limit: 100, ...(type ? { type } : {}) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** All critical findings of the patient, whatever became of them. */
export const usePatientFindings = (patientId: string) =>
  useQuery({
    queryKey: ["findings", "patient", patientId],
    meta: { live: ["finding"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/critical-findings", { params: { query: { patientId, limit: 100 } }, signal }),
      ),
  });

/** What the patient was billed, has paid and owes; refused where that is in several currencies. */
export const useAccount = (patientId: string) =>
  useQuery({
    queryKey: ["billing", "total", patientId],
    meta: { live: ["bill", "payment", "refund"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/billing/patient/{patientId}/total", { params: { path: { patientId } }, signal }),
      ),
    retry: false,
  });

export const useAccesses = (id: string) =>
  useQuery({
    queryKey: ["patients", "accesses", id],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/patients/{id}/accesses", {
          params: { path: { id }, query: { limit: 100 } },
          signal,
        }),
      ),
  });

/** Who may be the same person as the one whose name and birth date are being written. */
export const useDuplicates = (known: CheckDuplicates | null) =>
  useQuery({
    queryKey: ["patients", "duplicates", known],
    queryFn: ({ signal }) =>
      answerOf(api.POST("/api/v1/patients/duplicates-check", { body: known!, signal })),
    enabled: known !== null,
    placeholderData: keepPreviousData,
  });

export const useMerges = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ["patients", "merges", id],
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/patients/{id}/merges", { ...ofPatient(id), signal })),
    enabled,
  });

const changed = () => {
  void queryClient.invalidateQueries({ queryKey: ["patients"] });
  void queryClient.invalidateQueries({ queryKey: ["timeline"] });
};

export const readPatient = (id: string) => answerOf(api.GET("/api/v1/patients/{id}", ofPatient(id)));
export const createPatient = (body: CreatePatient, key: string) =>
  answerOf(api.POST("/api/v1/patients", { params: { header: { "Idempotency-Key": key } }, body })).finally(
    changed,
  );
export const changePatient = (id: string, body: ChangePatient) =>
  answerOf(api.PATCH("/api/v1/patients/{id}", { ...ofPatient(id), body })).finally(changed);
export const mergePatient = (
  id: string,
  intoPatientId: string,
  reason: string,
  expectedVersion: number,
  key: string,
) =>
  answerOf(
    api.POST("/api/v1/patients/{id}/merge", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
      body: { intoPatientId, reason, expectedVersion },
    }),
  ).finally(changed);
export const undoMerge = (id: string) =>
  answerOf(api.POST("/api/v1/patients/merges/{id}/undo", ofPatient(id))).finally(changed);
export const breakGlass = (patientId: string, reason: string) =>
  answerOf(api.POST("/api/v1/break-glass", { body: { patientId, reason } })).finally(changed);
