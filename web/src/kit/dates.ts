import { locale } from "../words/words.ts";

/**
 * Dates and times as every page writes them, in the person's language: "20 Nov 2026", "20 Nov 2026 10:33". The month is a word, so that nobody
 * takes it for the day, and the clock has 24 hours.
 */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a while, and lists write hundreds. A time zone that the browser does not know is taken for UTC. */
export function formatOf(
  timeZone: string | undefined,
  options: Intl.DateTimeFormatOptions,
  language = locale(),
): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(language, { timeZone, ...options });
    } catch {
      format = new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
    }
    formats.set(key, format);
  }
  return format;
}

const dayOptions = { day: "numeric", month: "short", year: "numeric" } as const;
const clockOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** A date, `YYYY-MM-DD`, of no time zone: "20 Nov 2026". What is no such date is said as it is. */
export function dayOf(date: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(at) ? date : formatOf("UTC", dayOptions).format(at);
}

/** "20 Nov 2026 10:33", or the date alone. */
export const dateAndTime = (date: string | null, time: string | null): string =>
  [date && dayOf(date), time?.slice(0, 5)].filter(Boolean).join(" ");

/** The date of a moment in a time zone, as YYYY-MM-DD: to reckon with, not to be read. */
export const dateIn = (timeZone: string | undefined, at: number): string =>
  formatOf(timeZone, { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(at);

/** The day of a moment as the facility has it: "20 Nov 2026". */
export function dayIn(timeZone: string | undefined, iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : formatOf(timeZone, dayOptions).format(at);
}

/** The same where the year stands above: "20 Nov". */
export function dayInYear(timeZone: string | undefined, iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : formatOf(timeZone, { day: "numeric", month: "short" }).format(at);
}

/** The facility's clock at a moment: "10:33". */
export function clockIn(timeZone: string | undefined, iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? "" : formatOf(timeZone, clockOptions).format(at);
}

/** A moment as the facility's clock shows it: "20 Nov 2026 10:33". */
export const momentIn = (timeZone: string | undefined, iso: string): string =>
  [dayIn(timeZone, iso), clockIn(timeZone, iso)].filter(Boolean).join(" ");
