import type { Station } from "@isocenter/contract";

export type OpeningHours = Station["openingHours"];
export const weekdays = ["1", "2", "3", "4", "5", "6", "7"] as const;
export type Weekday = (typeof weekdays)[number];

/** "08:00-12:00, 13:00-17:00" of a day; empty where it is closed. */
export const hoursText = (spans: OpeningHours[Weekday]): string =>
  (spans ?? []).map(([from, to]) => `${from}-${to}`).join(", ");

const time = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const span = new RegExp(`^(${time})\\s*[-–]\\s*(${time}|24:00)$`);

/** The spans that a text names, in their order; null where it is none, or they overlap. */
export function readHours(text: string): [string, string][] | null {
  const parts = text.split(",").flatMap((part) => part.trim() || []);
  const spans: [string, string][] = [];
  for (const part of parts) {
    const found = span.exec(part);
    if (!found?.[1] || !found[2] || found[1] >= found[2]) return null;
    spans.push([found[1], found[2]]);
  }
  spans.sort(([a], [b]) => a.localeCompare(b));
  return spans.some(([from], index) => index > 0 && from < spans[index - 1]![1]) ? null : spans;
}

/** Days in a row that are open alike, from the first to the last of them; closed days are left out. */
export function hoursByDays(hours: OpeningHours): { from: Weekday; to: Weekday; text: string }[] {
  const groups: { from: Weekday; to: Weekday; text: string }[] = [];
  for (const day of weekdays) {
    const text = hoursText(hours[day]);
    const last = groups.at(-1);
    if (text === "") continue;
    if (last?.text === text && Number(last.to) === Number(day) - 1) last.to = day;
    else groups.push({ from: day, to: day, text });
  }
  return groups;
}
