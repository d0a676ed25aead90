import { locale } from "../words/words.ts";

/** A day, `YYYY-MM-DD`, as the person's language writes it. */
export const day = (date: string): string =>
  new Intl.DateTimeFormat(locale(), {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    year: "numeric",
  }).format(new Date(`${date}T00:00:00Z`));

/** A moment by the clock of the facility. */
export const moment = (iso: string, timeZone: string | undefined): string =>
  new Intl.DateTimeFormat(locale(), {
    ...(timeZone ? { timeZone } : {}),
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(iso));
