import type { ImagingOrder, Schedule } from "@isocenter/contract";

interface Place {
  station: string;
  startsAt: string;
}

export const endOf = (startsAt: string, minutes: number): string =>
  new Date(Date.parse(startsAt) + minutes * 60_000).toISOString();

/** The day as it is once the order has this appointment: gone from where it was, and there where its new time is of the day. */
export function moveIn(day: Schedule, order: ImagingOrder, { station, startsAt }: Place): Schedule {
  const endsAt = endOf(startsAt, order.durationMinutes);
  const modalities = order.modality === "PET_CT" ? ["PT", "CT"] : [order.modality];
  const status: ImagingOrder["status"] = order.status === "ARRIVED" ? "ARRIVED" : "SCHEDULED";
  const moved = {
    orderId: order.id,
    startsAt,
    endsAt,
    modalities,
    // What may be done with it the server says.
    order: { ...order, status, scheduledAt: startsAt, stationAeTitle: station, actions: [] },
  };
  const here = startsAt < day.to && endsAt > day.from && order.facilityId === day.facilityId;
  return {
    ...day,
    data: day.data.map((column) => {
      const others = column.appointments.filter(({ orderId }) => orderId !== order.id);
      const appointments =
        here && column.station?.aeTitle === station
          ? [...others, moved].sort((a, b) => a.startsAt.localeCompare(b.startsAt))
          : others;
      return { ...column, appointments };
    }),
  };
}

/** The day with another state of the order, wherever it stands. */
export function withOrder(day: Schedule, order: ImagingOrder): Schedule {
  return {
    ...day,
    data: day.data.map((column) => ({
      ...column,
      appointments: column.appointments.map((one) => (one.orderId === order.id ? { ...one, order } : one)),
    })),
  };
}

/** States in which an appointment holds its time. */
const holding: readonly string[] = ["SCHEDULED", "ARRIVED", "IN_PROGRESS"];

/** The first appointment of the station that has some of this time; of another order. */
export function inTheWay(day: Schedule, order: ImagingOrder, { station, startsAt }: Place) {
  const endsAt = endOf(startsAt, order.durationMinutes);
  return (
    day.data
      .find((column) => column.station?.aeTitle === station)
      ?.appointments.find(
        (one) =>
          one.orderId !== order.id &&
          holding.includes(one.order.status) &&
          Date.parse(one.startsAt) < Date.parse(endsAt) &&
          Date.parse(one.endsAt) > Date.parse(startsAt),
      ) ?? null
  );
}
