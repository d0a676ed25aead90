import type { ImagingOrder, Schedule } from "@isocenter/contract";
import { scaleNow } from "../kit/scale.ts";
import { type Day, minuteMs, momentAt, snap } from "./clock.ts";
import type { Minutes } from "./layout.ts";
import type { Appointment, ScheduleColumn, StationHead } from "./queries.ts";

/** What stands side by side: the stations of a day, or the days of a station. */
export interface Column {
  key: string;
  day: Day & Pick<Schedule, "complete">;
  station: StationHead | null;
  open: ScheduleColumn["open"];
  appointments: readonly Appointment[];
}

export const columnsOfDay = (day: Schedule): Column[] =>
  day.data.map(({ station, open, appointments }) => ({
    key: station?.id ?? "none",
    day,
    station,
    open,
    appointments,
  }));

export const columnsOfWeek = (days: readonly Schedule[]): Column[] =>
  days.map((day) => {
    const one = day.data.find(({ station }) => station !== null);
    return {
      key: day.date,
      day,
      station: one?.station ?? null,
      open: one?.open ?? [],
      appointments: one?.appointments ?? [],
    };
  });

/** Of the screen. */
export const pixelsPerMinute = () => 1.2 * scaleNow();

const modalitiesOf = (order: Pick<ImagingOrder, "modality">): readonly string[] =>
  order.modality === "PET_CT" ? ["PT", "CT"] : [order.modality];

/** Whether the station can do what is ordered. */
export const fits = (station: StationHead | null, order: Pick<ImagingOrder, "modality">): boolean =>
  station?.active === true && modalitiesOf(order).every((one) => station.modalities.includes(one));

/** The time at a height of a column, on the five minutes. @param y from the top of the shown part, in pixels */
export function timeAt(column: Column, shown: Minutes, y: number): string {
  const length = (Date.parse(column.day.to) - Date.parse(column.day.from)) / minuteMs;
  const minutes = snap(shown.from + y / pixelsPerMinute());
  return momentAt(column.day, Math.max(0, Math.min(minutes, length - 5)));
}
