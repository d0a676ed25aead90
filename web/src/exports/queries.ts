import type { Export } from "@isocenter/contract";
import { useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient } from "../api/live.ts";

/** What an export is to be. */
export interface ExportWish {
  studyIds: readonly string[];
  format: "zip" | "dicomdir";
  /** The profile and its options; undefined: as it is. */
  deidentify: string | undefined;
}

const key = ["exports"];
const againMs = 1500;

export const isUnderWay = ({ state }: Pick<Export, "state">): boolean =>
  state === "WAITING" || state === "RUNNING";

/** The exports that the person asked for in the last day, the newest first. */
export const useExports = (enabled: boolean) =>
  useQuery({
    queryKey: key,
    queryFn: ({ signal }) => answerOf(api.GET("/api/v1/exports", { signal })),
    enabled,
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.data.some(isUnderWay) ? againMs : false),
  });

/** Those that this window asked for: their files are saved by themselves as soon as they are there. */
export const askedHere = new Set<string>();

/** Has studies exported in the background: it goes on whatever becomes of this window. */
export async function askExport({ studyIds, format, deidentify }: ExportWish): Promise<void> {
  const { data } = await api.POST("/api/v1/exports", {
    body: { studyIds: [...studyIds], format, ...(deidentify ? { deidentify } : {}) },
    headers: { prefer: "respond-async" },
  });
  askedHere.add((data as unknown as { id: string }).id);
  await queryClient.invalidateQueries({ queryKey: key });
}

/** Stops an export, or forgets its file. */
export async function dropExport(id: string): Promise<void> {
  await answerOf(api.DELETE("/api/v1/exports/{id}", { params: { path: { id } } }));
  await queryClient.invalidateQueries({ queryKey: key });
}

/** Why an export failed: the refusal that would have come at once. */
export const useReason = ({ id, state }: Pick<Export, "id" | "state">) =>
  useQuery({
    queryKey: ["export-reason", id],
    queryFn: async ({ signal }) => {
      try {
        await api.GET("/api/v1/jobs/{id}/result", { params: { path: { id } }, signal });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    },
    enabled: state === "FAILED",
    staleTime: Number.POSITIVE_INFINITY,
  });
