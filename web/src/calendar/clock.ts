import { formatOf } from "../kit/dates.ts";

export const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A day of the facility as the server tells it: its first moment and that of the next day, 23, 24 or 25 hours later. */
export interface Day {
  date: string;
  timeZone: string;
  from: string;
  to: string;
}

export const minutesOfDay = ({ from, to }: Pick<Day, "from" | "to">): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / minuteMs);

/** How many minutes have gone by since the day began, by whatever its clocks say meanwhile. */
export const minutesInto = (day: Pick<Day, "from">, iso: string | number): number =>
  ((typeof iso === "number" ? iso : Date.parse(iso)) - Date.parse(day.from)) / minuteMs;

/** The moment so many minutes after the day began. */
export const momentAt = (day: Pick<Day, "from">, minutes: number): string =>
  new Date(Date.parse(day.from) + minutes * minuteMs).toISOString();

export const snap = (minutes: number, step = 5): number => Math.round(minutes / step) * step;

/** The facility's clock at a moment: "09:30". */
export const clockAt = (timeZone: string, iso: string | number): string =>
  formatOf(timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));

export const span = (timeZone: string, from: string, to: string): string =>
  `${clockAt(timeZone, from)}–${clockAt(timeZone, to)}`;

/** A date in words; it is of no time zone. */
export const dayWords = (date: string, style: "long" | "short" = "short"): string =>
  formatOf("UTC", {
    weekday: style,
    day: "numeric",
    month: style,
    ...(style === "long" ? { year: "numeric" } : {}),
  }).format(new Date(`${date}T00:00:00Z`));

export interface HourMark {
  minutes: number;
  /** What the clock shows then: "02:00". */
  label: string;
  /** The hour comes a second time on this day: summer time ends. */
  again: boolean;
}

/** The full hours of a day, as its clock shows them: one is missing, or comes twice, where summer time begins or ends. */
export function hoursOf(day: Day): HourMark[] {
  const seen = new Set<string>();
  const marks: HourMark[] = [];
  const end = Date.parse(day.to);
  // A change of half an hour moves the full hours against the beginning of the day.
  for (let at = Date.parse(day.from); at < end; at += hourMs / 2) {
    const label = clockAt(day.timeZone, at);
    if (!label.endsWith(":00")) continue;
    marks.push({ minutes: minutesInto(day, at), label, again: seen.has(label) });
    seen.add(label);
  }
  return marks;
}

/** Monday of the week of a date. */
export function mondayOf(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}
