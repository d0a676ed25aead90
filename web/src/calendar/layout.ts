import { type Day, minutesInto, minutesOfDay } from "./clock.ts";

/** Minutes, 24 pixels. What is shorter is drawn as long, so that it can be hit; its neighbour stands beside it. */
const shortestDrawn = 20;

export interface Span {
  startsAt: string;
  endsAt: string;
}

/** A place beside others that have the same time: the lane, and how many lanes there are. */
export interface Lane {
  lane: number;
  lanes: number;
}

/** Lanes for what stands in one column, in the order given; what does not overlap has the whole width. */
export function lanesOf(spans: readonly Span[]): Lane[] {
  const times = spans.map(({ startsAt, endsAt }, index) => {
    const from = Date.parse(startsAt);
    return { index, from, to: Math.max(Date.parse(endsAt), from + shortestDrawn * 60_000) };
  });
  const result: Lane[] = spans.map(() => ({ lane: 0, lanes: 1 }));
  let group: number[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const index of group) result[index]!.lanes = ends.length;
    group = [];
    ends = [];
  };
  for (const { index, from, to } of times.sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (ends.every((end) => end <= from)) close();
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    result[index]!.lane = lane;
    group.push(index);
  }
  close();
  return result;
}

export interface Minutes {
  from: number;
  to: number;
}

/** What lies between what is open, in minutes of the day. */
export function closedOf(day: Day, open: readonly { from: string; to: string }[]): Minutes[] {
  const closed: Minutes[] = [];
  let at = 0;
  for (const { from, to } of open) {
    const begin = minutesInto(day, from);
    if (begin > at) closed.push({ from: at, to: begin });
    at = Math.max(at, minutesInto(day, to));
  }
  const end = minutesOfDay(day);
  if (at < end) closed.push({ from: at, to: end });
  return closed;
}

interface Column {
  day: Day;
  open: readonly { from: string; to: string }[];
  appointments: readonly Span[];
}

/** The part of the day that is worth looking at: from an hour before the first to an hour after the last, by full hours. */
export function shownOf(columns: readonly Column[]): Minutes {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  let longest = 1440;
  for (const { day, open, appointments } of columns) {
    longest = Math.max(longest, minutesOfDay(day));
    for (const { from, to } of [
      ...open,
      ...appointments.map(({ startsAt, endsAt }) => ({ from: startsAt, to: endsAt })),
    ]) {
      first = Math.min(first, minutesInto(day, from));
      last = Math.max(last, minutesInto(day, to));
    }
  }
  if (first > last) return { from: 7 * 60, to: 19 * 60 };
  return {
    from: Math.max(0, (Math.floor(first / 60) - 1) * 60),
    to: Math.min(longest, (Math.ceil(last / 60) + 1) * 60),
  };
}

/** How much of the opening hours is booked, in percent; null where it is closed all day. */
export function bookedOf(
  open: readonly { from: string; to: string }[],
  appointments: readonly Span[],
): number | null {
  const total = open.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
  if (total <= 0) return null;
  const taken = appointments.reduce(
    (sum, { startsAt, endsAt }) =>
      sum +
      open.reduce((inside, { from, to }) => {
        const begin = Math.max(Date.parse(from), Date.parse(startsAt));
        return inside + Math.max(0, Math.min(Date.parse(to), Date.parse(endsAt)) - begin);
      }, 0),
    0,
  );
  return Math.min(100, Math.round((taken / total) * 100));
}
