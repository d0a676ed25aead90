import type { OpeningHours, Weekday } from "@isocenter/contract";
import { addDays, firstMoment, invalidAt, lastMoment, localTime, weekdayOf } from "../../platform/index.ts";

/** From one moment until just before another. */
export interface Interval {
  from: Date;
  to: Date;
}

const minuteMs = 60_000;
/** What is free is offered from a time of day that people say: a multiple of this many minutes. */
const rasterMs = 5 * minuteMs;

/** Minutes after midnight of `HH:MM`. */
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** @throws Refusal `invalid` (`station.invalid-opening-hours`) where two times of a day overlap */
export function checkOpeningHours(hours: OpeningHours): void {
  for (const [weekday, pairs = []] of Object.entries(hours) as [string, [string, string][]][]) {
    const spans = pairs
      .map(([from, to]) => ({ from: minutesOf(from), to: endOf(from, to) }))
      .sort((a, b) => a.from - b.from);
    const wrong = spans.some(
      ({ from }, index) => from === 1440 || (index > 0 && from < spans[index - 1]!.to),
    );
    if (wrong)
      throw invalidAt(
        "station.invalid-opening-hours",
        `body.openingHours.${weekday}`,
        "begins before 24:00, and no two times of a day overlap",
      );
  }
}

/** Minutes after the midnight that the day begins with: beyond 1440 where it ends on the next day. */
function endOf(from: string, to: string): number {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return end > begin ? end : end + 1440;
}

/** When a station is open that opens on one of the dates, in order, those that touch made one. */
export function openingsOn(hours: OpeningHours, dates: readonly string[], zone: string): Interval[] {
  const all = dates.flatMap((date) => {
    const pairs = (hours[String(weekdayOf(date)) as Weekday] ?? []) as [string, string][];
    return pairs.map(([from, to]) => {
      const end = endOf(from, to);
      return {
        from: firstMoment(date, minutesOf(from), zone),
        to: end > 1440 ? lastMoment(addDays(date, 1), end - 1440, zone) : lastMoment(date, end, zone),
      };
    });
  });
  return joined(all);
}

/** In order, what overlaps or touches made one, what is empty left out. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from.getTime() - b.from.getTime());
  const result: Interval[] = [];
  for (const { from, to } of sorted) {
    const last = result.at(-1);
    if (last && from <= last.to) last.to = to > last.to ? to : last.to;
    else result.push({ from, to });
  }
  return result;
}

/** Whether a station with these hours is open all the time. */
export function isOpen(hours: OpeningHours, { from, to }: Interval, zone: string): boolean {
  const [first, last] = [localTime(from, zone).date, localTime(to, zone).date];
  const dates = [addDays(first, -1), first];
  for (let date = addDays(first, 1); date <= last; date = addDays(date, 1)) dates.push(date);
  return openingsOn(hours, dates, zone).some((open) => open.from <= from && to <= open.to);
}

export interface SlotsWanted {
  open: readonly Interval[];
  taken: readonly Interval[];
  /** Slots begin within it, and not before `earliest`. */
  day: Interval;
  earliest: Date;
  durationMinutes: number;
}

/** The slots that are free, one after the other, so that as many as possible fit. */
export function freeSlots({ open, taken, day, earliest, durationMinutes }: SlotsWanted): Interval[] {
  const durationMs = durationMinutes * minuteMs;
  const busy = joined(taken);
  const slots: Interval[] = [];
  for (const opening of open) {
    const end = opening.to.getTime();
    let at = onRaster(Math.max(opening.from.getTime(), day.from.getTime(), earliest.getTime()));
    while (at < day.to.getTime() && at + durationMs <= end) {
      const blocking = busy.find(({ from, to }) => from.getTime() < at + durationMs && to.getTime() > at);
      if (blocking) at = onRaster(blocking.to.getTime());
      else {
        slots.push({ from: new Date(at), to: new Date(at + durationMs) });
        at += durationMs;
      }
    }
  }
  return slots;
}

const onRaster = (at: number): number => Math.ceil(at / rasterMs) * rasterMs;
