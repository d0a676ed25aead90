import type { ReadingTargets } from "@isocenter/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api, apiRoot, fetchAuthorized } from "../api/client.ts";
import { errorOf } from "../api/problem.ts";
import { type DashboardState, type Span, unitOf } from "./dashboard-state.ts";
import { type FigureName, figures } from "./figures.ts";

export interface Row {
  group: Record<string, string | null>;
  [figure: string]: unknown;
}

export interface Answer {
  from: string;
  to: string;
  groupBy: string[];
  asOf: string;
  data: Row[];
}

export interface Query {
  from: string;
  to: string;
  groupBy: string;
  basis?: string;
  facilityId?: string;
  modality?: string;
  priority?: string;
  radiologistId?: string;
}

/** What the server is asked for: the groups with `time` as it fits the span, and the filters that the figure knows. */
export function queryOf(name: FigureName, state: DashboardState, span: Span, by: string): Query {
  const query: Query = { ...span, groupBy: by.replace("time", unitOf(span)) };
  if (name === "turnaround") query.basis = "PERFORMED";
  if (state.facilityId) query.facilityId = state.facilityId;
  for (const filter of figures[name].narrowedBy) {
    const value = state[filter];
    if (value) query[filter] = value;
  }
  return query;
}

const read = async (name: FigureName, query: Query, signal: AbortSignal): Promise<Answer> =>
  (await answerOf(
    api.GET(`/api/v1/analytics/${name}`, { params: { query: query as never }, signal }),
  )) as unknown as Answer;

/** Figures of a department go on by themselves; they are made anew every minute, not with each event. */
const againMs = 60_000;

export const useFigures = (name: FigureName, query: Query, enabled = true) =>
  useQuery({
    queryKey: ["analytics", name, query],
    queryFn: ({ signal }) => read(name, query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
    staleTime: againMs / 2,
    enabled,
  });

export const useTargets = (facilityId: string | undefined, enabled: boolean) =>
  useQuery({
    queryKey: ["reading-targets", facilityId],
    meta: { live: ["reading-target"] },
    queryFn: ({ signal }): Promise<ReadingTargets> =>
      answerOf(
        api.GET("/api/v1/reading-targets", { params: { query: facilityId ? { facilityId } : {} }, signal }),
      ),
    enabled,
  });

/** The file of what is shown, made by the server, which writes down that it went out. */
export async function figuresCsv(name: FigureName, query: Query): Promise<Blob> {
  const search = new URLSearchParams({ ...query, format: "csv" });
  const answer = await fetchAuthorized(`${apiRoot}/analytics/${name}?${search}`);
  if (!answer.ok) throw await errorOf(answer);
  return answer.blob();
}
