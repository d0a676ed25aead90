/**
 * The clock on the wall of a facility: its IANA time zone, with summer time and days of 23 and 25 hours. Dates are `YYYY-MM-DD`, times of day
 * minutes after midnight as the clock shows them.
 */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const formats = new Map<string, Intl.DateTimeFormat>();
/** There are some hundred zones; names that are none throw before they are kept. */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** What the clock shows, as if it were UTC, to the second. */
function shown(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const offset = (at: number, zone: string): number => shown(at, zone) - Math.floor(at / 1000) * 1000;

/** The date and time (`HH:MM:SS`) that the clock shows. @throws RangeError where there is no such zone */
export function localTime(at: Date, zone: string): { date: string; time: string } {
  const text = new Date(shown(at.getTime(), zone)).toISOString();
  return { date: text.slice(0, 10), time: text.slice(11, 19) };
}

/** The moments at which the clock shows the time, the earlier first; in the hour that summer time skips the moment of the leap. */
function momentsOf(date: string, minutes: number, zone: string): [Date, Date] {
  const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * minuteMs;
  const offsets = [offset(wanted - dayMs, zone), offset(wanted + dayMs, zone)];
  const found = offsets
    .map((value) => wanted - value)
    .filter((at) => shown(at, zone) === wanted)
    .sort((a, b) => a - b);
  if (found.length > 0) return [new Date(found[0]!), new Date(found.at(-1)!)];
  let [before, after] = [wanted - Math.max(...offsets), wanted - Math.min(...offsets)];
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    if (shown(middle, zone) < wanted) before = middle;
    else after = middle;
  }
  return [new Date(after), new Date(after)];
}

/** The first moment at which the clock shows the time; `minutes` may be 1440, the midnight that follows. */
export const firstMoment = (date: string, minutes: number, zone: string): Date =>
  momentsOf(date, minutes, zone)[0];

/** The last: another one where the clock is set back. */
export const lastMoment = (date: string, minutes: number, zone: string): Date =>
  momentsOf(date, minutes, zone)[1];

/** The day from its midnight to the next: 23 to 25 hours. */
export const dayOf = (date: string, zone: string): { from: Date; to: Date } => ({
  from: firstMoment(date, 0, zone),
  to: firstMoment(addDays(date, 1), 0, zone),
});

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

/** Monday is 1, Sunday 7 (ISO 8601). */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
