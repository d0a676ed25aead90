import type { OnCallEntry } from "@isocenter/contract";

export interface Span {
  from: number;
  to: number;
}

type Shift = Pick<OnCallEntry, "startsAt" | "endsAt">;

export const spanOf = ({ startsAt, endsAt }: Shift): Span => ({
  from: Date.parse(startsAt),
  to: Date.parse(endsAt),
});

/** What lies of a span in another; null where nothing does. */
export function within(span: Span, bounds: Span): Span | null {
  const from = Math.max(span.from, bounds.from);
  const to = Math.min(span.to, bounds.to);
  return from < to ? { from, to } : null;
}

/** When nobody is on call, at whatever level. */
export function gapsOf(shifts: readonly Shift[], bounds: Span): Span[] {
  const gaps: Span[] = [];
  let covered = bounds.from;
  for (const { from, to } of shifts.map(spanOf).sort((one, other) => one.from - other.from)) {
    if (from > covered && covered < bounds.to) gaps.push({ from: covered, to: Math.min(from, bounds.to) });
    covered = Math.max(covered, to);
  }
  if (covered < bounds.to) gaps.push({ from: covered, to: bounds.to });
  return gaps;
}

/** The names of services, each once however it is written, in the order of the alphabet. */
export function servicesOf(names: readonly string[]): string[] {
  const byFolded = new Map<string, string>();
  for (const name of names) {
    const folded = name.normalize("NFKC").trim().toLowerCase();
    if (!byFolded.has(folded)) byFolded.set(folded, name);
  }
  return [...byFolded.values()].sort((one, other) => one.localeCompare(other));
}
