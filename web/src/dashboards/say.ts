import { formatOf } from "../kit/dates.ts";
import { priorityWord } from "../orders/priorities.ts";
import { locale, message, t } from "../words/words.ts";
import type { Kind } from "./figures.ts";
import type { Segment } from "./model-types.ts";

export const countOf = (value: number): string => new Intl.NumberFormat(locale()).format(value);

/** Seconds as people say them: `45 s`, `38 min`, `2 h 08`, `25 h`, `6 d`. */
export function duration(seconds: number): string {
  if (seconds < 60) return t("{count} s", { count: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("{count} min", { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours >= 72) return t("{count} d", { count: Math.round(hours / 24) });
  const rest = minutes % 60;
  return hours < 10 && rest > 0
    ? t("{hours} h {minutes}", { hours, minutes: String(rest).padStart(2, "0") })
    : t("{count} h", { count: hours });
}

export const percent = (share: number): string =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(share);

/** An amount of minor units in its currency, as the person's language writes it. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat(locale(), { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

/** A value of a table or a mark; `–` where there is none. */
export function sayValue(value: unknown, kind: Kind, currency?: unknown): string {
  if (value === null || value === undefined) return "–";
  if (kind === "text") return segmentWord(String(value));
  const number = Number(value);
  if (kind === "seconds") return duration(number);
  if (kind === "minutes") return duration(number * 60);
  if (kind === "share") return percent(number);
  if (kind === "money") return money(number, String(currency));
  return countOf(number);
}

const segments: Readonly<Record<Segment, string>> = {
  ORDERED_TO_SCHEDULED: message("Ordered to scheduled"),
  SCHEDULED_TO_ARRIVED: message("Scheduled to arrived"),
  ARRIVED_TO_PERFORMED: message("Arrived to performed"),
  PERFORMED_TO_READ: message("Waiting to be read"),
  READ_TO_SIGNED: message("Reading to signed"),
  SIGNED_TO_ACKNOWLEDGED: message("Signed to seen"),
  PERFORMED_TO_SIGNED: message("Performed to signed"),
  ORDERED_TO_SIGNED: message("Ordered to signed"),
};
export const segmentWord = (segment: string): string =>
  Object.hasOwn(segments, segment) ? t(segments[segment as Segment]) : segment;

const severityWords: Readonly<Record<string, string>> = {
  CRITICAL: message("Critical"),
  HIGH: message("High"),
  MODERATE: message("Moderate"),
  LOW: message("Low"),
};

/** The value of a group as a person reads it. */
export function groupWord(name: string, group: Readonly<Record<string, string | null>>): string {
  const value = group[`${name}Name`] ?? group[name] ?? null;
  if (value === null) return t("not known");
  if (name === "priority") return priorityWord(value);
  if (name === "severity") return severityWords[value] ? t(severityWords[value]) : value;
  if (name === "day" || name === "week" || name === "month") return partWord(value);
  return value;
}

/** A day, week or month in few signs: `20 Nov`, `W47`, `Nov 26`. */
export function partWord(part: string): string {
  if (part.includes("W")) return t("W{week}", { week: Number(part.slice(6)) });
  const month = part.length === 7;
  return formatOf("UTC", {
    month: "short",
    ...(month ? { year: "2-digit" } : { day: "numeric" }),
  }).format(new Date(`${part}${month ? "-01" : ""}T00:00:00Z`));
}

const groups: Readonly<Record<string, string>> = {
  facility: message("Facility"),
  modality: message("Modality"),
  priority: message("Priority"),
  station: message("Station"),
  procedure: message("Procedure"),
  radiologist: message("Radiologist"),
  author: message("Author"),
  technologist: message("Technologist"),
  severity: message("Severity"),
  raiser: message("Raised by"),
  day: message("Day"),
  week: message("Week"),
  month: message("Month"),
};
export const groupTitle = (name: string): string => t(groups[name] ?? name);
