/** A point in time as HL7 writes it (DTM, TS, DT): down to what is given. */
export interface Time {
  year: number;
  month: number | null;
  day: number | null;
  hour: number | null;
  minute: number | null;
  second: number | null;
  millisecond: number;
  /** Of the zone, in minutes east of UTC; null: none is given. */
  offset: number | null;
}

const pattern =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,4}))?)?)?)?)?)?(?:([+-])(\d{2}):?(\d{2}))?$/;

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Null where it is no time: a letter too much, the 30th of February, 25 o'clock. */
export function parseTime(text: string): Time | null {
  const match = pattern.exec(text.trim());
  if (!match) return null;
  const number = (index: number): number | null => (match[index] === undefined ? null : Number(match[index]));
  const time: Time = {
    year: Number(match[1]),
    month: number(2),
    day: number(3),
    hour: number(4),
    minute: number(5),
    second: number(6),
    millisecond: match[7] === undefined ? 0 : Math.trunc(Number(`0.${match[7]}`) * 1000),
    offset:
      match[8] === undefined
        ? null
        : (match[8] === "-" ? -1 : 1) * (Number(match[9]) * 60 + Number(match[10])),
  };
  const { month, day, hour, minute, second, offset } = time;
  const isTime =
    time.year > 0 &&
    (month === null || (month >= 1 && month <= 12)) &&
    (day === null || (day >= 1 && day <= daysIn(time.year, month!))) &&
    (hour ?? 0) <= 23 &&
    (minute ?? 0) <= 59 &&
    // A leap second.
    (second ?? 0) <= 60 &&
    Math.abs(offset ?? 0) <= 14 * 60;
  return isTime ? time : null;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `YYYY-MM-DD`; null where the day is not given. */
export const dateOf = ({ year, month, day }: Time): string | null =>
  month === null || day === null ? null : `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;

/**
 * The moment; null where not even the hour is given.
 * @param local what the clock on the wall shows, where no zone is given: the date and the minutes after midnight
 */
export function momentOf(time: Time, local: (date: string, minutes: number) => Date): Date | null {
  const date = dateOf(time);
  if (date === null || time.hour === null) return null;
  const minutes = time.hour * 60 + (time.minute ?? 0);
  const begun =
    time.offset === null
      ? local(date, minutes).getTime()
      : Date.parse(`${date}T00:00:00Z`) + (minutes - time.offset) * 60_000;
  return new Date(begun + (time.second ?? 0) * 1000 + time.millisecond);
}

/** `YYYYMMDDHHMMSS+ZZZZ`. @param offset of the zone to write it in, in minutes east of UTC */
export function formatTime(at: Date, offset = 0): string {
  const local = new Date(at.getTime() + offset * 60_000).toISOString();
  const size = Math.abs(offset);
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
  return `${local.slice(0, 19).replace(/[-T:]/g, "")}${zone}`;
}

/** `YYYYMMDD` of `YYYY-MM-DD`. */
export const formatDate = (date: string): string => date.replaceAll("-", "");
