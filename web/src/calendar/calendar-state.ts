/** What the address of the calendar says. Members at their default are left out. */
export interface CalendarState {
  /** The day, or a day of the week; today at the facility where it is left out. */
  date?: string;
  /** The week of a station, in the place of the day of all. */
  view?: "week";
  /** AE title: of the week, or of the one station that a phone shows. */
  station?: string;
  facility?: string;
}

export const isDay = (value: unknown): value is string =>
  typeof value === "string" &&
  /^(19|20|21)\d\d-\d\d-\d\d$/.test(value) &&
  new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value) === true;

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readCalendarState(search: Record<string, unknown>): CalendarState {
  const { date, view, station, facility } = search;
  return {
    ...(isDay(date) ? { date } : {}),
    ...(view === "week" ? { view } : {}),
    ...(typeof station === "string" && /^[!-~][ -~]{0,15}$/.test(station) ? { station } : {}),
    ...(typeof facility === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(facility)
      ? { facility }
      : {}),
  };
}
