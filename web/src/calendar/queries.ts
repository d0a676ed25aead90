import type { ChangeImagingOrder, ImagingOrder, Schedule } from "@isocenter/contract";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { answerOf } from "../api/api.ts";
import { api } from "../api/client.ts";
import { queryClient, useLive } from "../api/live.ts";
import { moveIn, withOrder } from "./optimistic.ts";

const withoutFeedMs = 15_000;
const mostWaiting = 200;
const live = ["order", "station", "patient", "facility"];

export type ScheduleColumn = Schedule["data"][number];
export type Appointment = ScheduleColumn["appointments"][number];
export type StationHead = NonNullable<ScheduleColumn["station"]>;

interface Wanted {
  /** Today at the facility where it is left out. */
  date?: string | undefined;
  stationAeTitle?: string | undefined;
  facilityId?: string | undefined;
}

const given = (wanted: Wanted) =>
  Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as {
    date?: string;
    stationAeTitle?: string;
    facilityId?: string;
  };

const dayQuery = (wanted: Wanted, connected: boolean) => ({
  queryKey: ["schedule", given(wanted)],
  meta: { live },
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answerOf(api.GET("/api/v1/schedule", { params: { query: given(wanted) }, signal })),
  refetchInterval: connected ? (false as const) : withoutFeedMs,
});

/** A day of a facility, of all stations or of one. */
export function useDay(wanted: Wanted, enabled = true) {
  const connected = useLive().status === "live";
  return useQuery({ ...dayQuery(wanted, connected), placeholderData: keepPreviousData, enabled });
}

/** The days of a week of one station. */
export function useWeek(dates: readonly string[], wanted: Omit<Wanted, "date">) {
  const connected = useLive().status === "live";
  return useQueries({ queries: dates.map((date) => dayQuery({ ...wanted, date }, connected)) });
}

/** Orders without an appointment, the oldest first. */
export const useWaiting = (facilityId: string | undefined) =>
  useQuery({
    queryKey: ["orders", "waiting", facilityId],
    meta: { live: ["order", "patient"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/imaging-orders", {
          params: {
            query: {
              status: "PENDING,NO_SHOW",
              sort: "orderedAt",
              limit: mostWaiting,
              ...(facilityId ? { facilityId } : {}),
            },
          },
          signal,
        }),
      ),
    enabled: facilityId !== undefined,
    placeholderData: keepPreviousData,
  });

export const useSlots = (stationId: string | null, date: string, durationMinutes: number) =>
  useQuery({
    queryKey: ["slots", stationId, date, durationMinutes],
    meta: { live: ["order", "station"] },
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/stations/{id}/slots", {
          params: { path: { id: stationId! }, query: { date, durationMinutes } },
          signal,
        }),
      ),
    enabled: stationId !== null,
    staleTime: 0,
  });

const ofOrder = (id: string) => ({ params: { path: { id } } });

const readAgain = () => {
  for (const queryKey of [["schedule"], ["orders"], ["slots"]])
    void queryClient.invalidateQueries({ queryKey });
};

export interface Place {
  /** AE title. */
  station: string;
  startsAt: string;
}

const keepInSchedule = (order: ImagingOrder) =>
  queryClient.setQueriesData<Schedule>({ queryKey: ["schedule"] }, (day) => day && withOrder(day, order));

/**
 * Gives an order an appointment, or another one. The screen shows it at once; where the server says no everything is as it was before.
 * @throws ApiError
 */
export async function moveTo(order: ImagingOrder, { station, startsAt }: Place): Promise<ImagingOrder> {
  const keys = [["schedule"], ["orders", "waiting"]];
  for (const queryKey of keys) await queryClient.cancelQueries({ queryKey });
  const before = keys.flatMap((queryKey) => queryClient.getQueriesData({ queryKey }));
  const [schedules, waiting] = keys as [string[], string[]];
  queryClient.setQueriesData<Schedule>(
    { queryKey: schedules },
    (day) => day && moveIn(day, order, { station, startsAt }),
  );
  queryClient.setQueriesData<{ data: ImagingOrder[] }>(
    { queryKey: waiting },
    (list) => list && { ...list, data: list.data.filter(({ id }) => id !== order.id) },
  );
  try {
    const moved = await answerOf(
      api.PATCH("/api/v1/imaging-orders/{id}", {
        ...ofOrder(order.id),
        body: { scheduledAt: startsAt, stationAeTitle: station, expectedVersion: order.version },
      }),
    );
    // So that it can be moved on at once, and not only when the day has been read again.
    keepInSchedule(moved);
    return moved;
  } catch (error) {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
    throw error;
  } finally {
    readAgain();
  }
}

/** Moves an order to another state, at once on the screen. @throws ApiError, with everything as it was before */
export async function moveState(
  order: ImagingOrder,
  status: ImagingOrder["status"],
  reason?: string,
): Promise<void> {
  await queryClient.cancelQueries({ queryKey: ["schedule"] });
  const before = queryClient.getQueriesData({ queryKey: ["schedule"] });
  keepInSchedule({ ...order, status, actions: [] });
  const body: ChangeImagingOrder = {
    status,
    expectedVersion: order.version,
    ...(reason?.trim() ? { reason: reason.trim() } : {}),
  };
  try {
    keepInSchedule(await answerOf(api.PATCH("/api/v1/imaging-orders/{id}", { ...ofOrder(order.id), body })));
  } catch (error) {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
    throw error;
  } finally {
    readAgain();
  }
}
