import type { CreatePatient, Pagination, Patient, Series, Study, StudyListQuery } from "@isocenter/contract";
import { apiUrl, call, dicomwebRoot } from "./client.ts";

export interface Page<T> {
  data: T[];
  pagination: Pagination;
}

export interface SystemInfo {
  aeTitle: string;
  dicomPort: number;
  host: string;
  version: string;
  demo: { available: boolean; loaded: boolean };
}

export const listStudies = (query: StudyListQuery, signal?: AbortSignal) =>
  call<Page<Study>>("/studies", { query, signal });

export const listSeries = (studyId: string, signal?: AbortSignal) =>
  call<Page<Series> | { data: Series[] }>(`/studies/${studyId}/series`, { query: { limit: 200 }, signal });

export const searchPatients = (query: string, signal?: AbortSignal) =>
  call<Page<Patient>>("/patients", { query: { query, limit: 8 }, signal });

export const createPatient = (patient: CreatePatient, idempotencyKey: string) =>
  call<Patient>("/patients", { method: "POST", body: patient, idempotencyKey });

export const systemInfo = (signal?: AbortSignal) => call<SystemInfo>("/system", { signal });

export const loadDemonstration = () => call<{ jobId: string }>("/demo", { method: "POST" });

export const changePassword = (currentPassword: string, newPassword: string) =>
  call<unknown>("/users/me/password", { method: "POST", body: { currentPassword, newPassword } });

export const studyThumbnailUrl = (study: Pick<Study, "id">) => apiUrl(`/studies/${study.id}/thumbnail`);

/** The middle image of a series (PS3.18 10.4.1.1.5), fitted into a square of so many pixels. */
export const seriesThumbnailUrl = (studyUid: string, seriesUid: string, pixels: number) =>
  `${dicomwebRoot}/studies/${studyUid}/series/${seriesUid}/thumbnail?viewport=${pixels},${pixels}`;
