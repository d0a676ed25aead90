import { dayOf, type LocalSpan, localTime, type Span } from "../../platform/index.ts";

const prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"] as const;
type Prefix = (typeof prefixes)[number];

const pattern =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** A value of a date parameter (R4 3.1.1.4.7), with the precision that it was written in. */
export interface DateValue {
  prefix: Prefix;
  /** The first day, `YYYY-MM-DD`, and the day after the last. */
  days: { from: string; to: string };
  /** Where it says a time: the time of day, and how much it leaves open. */
  time: { text: string; ms: number; zone: string | null } | null;
}

const dayText = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** @returns null where it is none, such as the 30th of February */
export function readDate(text: string): DateValue | null {
  const found = prefixes.find((one) => text.startsWith(one));
  const match = pattern.exec(found ? text.slice(2) : text);
  if (!match) return null;
  const [, year = "", month, day, hour, minute, second, fraction, zone] = match;
  // A year either side of those that the database knows is left for time zones.
  if (Number(year) < 1 || Number(year) > 9998) return null;
  const first = Date.parse(`${year}-${month ?? "01"}-${day ?? "01"}T00:00:00Z`);
  if (Number.isNaN(first) || (day !== undefined && !dayText(first).endsWith(day))) return null;
  const next = new Date(first);
  if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(next.getUTCFullYear() + 1);
  const days = { from: dayText(first), to: dayText(next.getTime()) };
  const prefix = found ?? "eq";
  if (hour === undefined || minute === undefined) return { prefix, days, time: null };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null;
  // R4 2.24.0.1 (dateTime): offsets end at 14:00.
  if (zone !== undefined && !/^(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$/.test(zone)) return null;
  const ms = second === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  const parts = `${hour}:${minute}:${second ?? "00"}.${(fraction ?? "").slice(0, 3).padEnd(3, "0")}`;
  return { prefix, days, time: { text: parts, ms, zone: zone ?? null } };
}

/** What lies before, within or after a value that is as long as its precision: a moment is compared with the whole of it. */
function compared<T>(prefix: Prefix, from: T, to: T): { from: T | null; to: T | null }[] {
  switch (prefix) {
    case "eq":
      return [{ from, to }];
    case "ne":
      return [
        { from: null, to: from },
        { from: to, to: null },
      ];
    case "gt":
    case "sa":
      return [{ from: to, to: null }];
    case "ge":
      return [{ from, to: null }];
    case "lt":
    case "eb":
      return [{ from: null, to: from }];
    case "le":
      return [{ from: null, to }];
  }
}

/** Of moments. A day, or a time without a zone, is one at the clock of the time zone. */
export function spansOf({ prefix, days, time }: DateValue, timeZone: string): Span[] {
  if (time === null) return compared(prefix, dayOf(days.from, timeZone).from, dayOf(days.to, timeZone).from);
  const from = time.zone
    ? Date.parse(`${days.from}T${time.text}${time.zone}`)
    : dayOf(days.from, timeZone).from.getTime() + Date.parse(`1970-01-01T${time.text}Z`);
  return compared(prefix, new Date(from), new Date(from + time.ms));
}

/** Of days. @returns null where a time of day is named */
export function daySpansOf({ prefix, days, time }: DateValue): LocalSpan[] | null {
  return time === null ? compared(prefix, days.from, days.to) : null;
}

/** Of dates and times at the clock of the time zone. */
export function localSpansOf({ prefix, days, time }: DateValue, timeZone: string): LocalSpan[] {
  if (time === null) return compared(prefix, `${days.from}T00:00:00`, `${days.to}T00:00:00`);
  const at = Date.parse(`${days.from}T${time.text}Z`);
  const local = (ms: number) => {
    if (time.zone === null) return new Date(at + ms).toISOString().slice(0, 23);
    const moment = new Date(Date.parse(`${days.from}T${time.text}${time.zone}`) + ms);
    const shown = localTime(moment, timeZone);
    return `${shown.date}T${shown.time}.${String(moment.getUTCMilliseconds()).padStart(3, "0")}`;
  };
  return compared(prefix, local(0), local(time.ms));
}

/** A date and time of day at a facility's clock as FHIR writes it, with the offset; the date alone where no time is known. */
export function dateTimeAt(date: string, time: string | null, timeZone: string): string {
  if (time === null) return date;
  const start = dayOf(date, timeZone).from.getTime();
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  const wanted = Date.parse(`${date}T${time}Z`);
  let moment = start + ((hour * 60 + minute) * 60 + second) * 1000;
  // On a day of 23 or 25 hours the clock does not show what has passed since midnight.
  const shown = localTime(new Date(moment), timeZone);
  moment += wanted - Date.parse(`${shown.date}T${shown.time}Z`);
  const offset = Math.round((wanted - moment) / 60_000);
  const sign = offset < 0 ? "-" : "+";
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date}T${time}${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
