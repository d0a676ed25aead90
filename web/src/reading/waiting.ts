import type { ReadingItem } from "@isocenter/contract";
import { message, t } from "../words/words.ts";

export type Urgency = "late" | "soon" | "within";

/** Within so many minutes of its target, a study is due soon. */
const soonMinutes = 30;

/** How a study stands against its target now. @param now in milliseconds */
export function urgencyOf(item: Pick<ReadingItem, "dueAt">, now: number): Urgency {
  const left = (Date.parse(item.dueAt) - now) / 60_000;
  if (left < 0) return "late";
  return left <= soonMinutes ? "soon" : "within";
}

/** Minutes as a person says them: `38 min`, `2 h 08`, `25 h`, `6 d`. */
export function spoken(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 72) return t("{count} d", { count: Math.floor(hours / 24) });
  const rest = minutes % 60;
  return hours < 10 && rest > 0 ? `${hours} h ${String(rest).padStart(2, "0")}` : `${hours} h`;
}

/** How long it has waited of how long it may, and how full the bar is; the target stands at 70 % of it. */
export function waitingOf(item: Pick<ReadingItem, "dueAt" | "targetMinutes">, now: number) {
  const waited = Math.max(0, Math.floor(item.targetMinutes - (Date.parse(item.dueAt) - now) / 60_000));
  return {
    text: t("{time} of {target}", { time: spoken(waited), target: spoken(item.targetMinutes) }),
    percent: Math.min(100, Math.round((waited / item.targetMinutes) * 70)),
  };
}

export const groups: readonly { urgency: Urgency; title: string }[] = [
  { urgency: "late", title: message("Past target") },
  { urgency: "soon", title: message("Due within 30 min") },
  { urgency: "within", title: message("Within target") },
];

/** The items in the order of the page: by how they stand, and within that as the server has them. */
export function grouped(items: readonly ReadingItem[], now: number) {
  return groups
    .map((group) => ({ ...group, items: items.filter((item) => urgencyOf(item, now) === group.urgency) }))
    .filter((group) => group.items.length > 0);
}

/** The median of how long the items have waited, in minutes; null where there are none. */
export function medianWait(items: readonly Pick<ReadingItem, "waitingMinutes">[]): number | null {
  const sorted = items.map((item) => item.waitingMinutes).sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)]!;
}
