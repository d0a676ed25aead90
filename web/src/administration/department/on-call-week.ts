import { clockAt, dayWords } from "../../calendar/clock.ts";
import { dateIn } from "../../kit/dates.ts";
import type { Span } from "./roster.ts";

/** A week as a roster shows it, from Monday. */
export interface Week {
  monday: string;
  timeZone: string;
  bounds: Span;
}

/** A moment of a week: "Mon 23 Nov 18:00". */
export const momentWords = ({ timeZone }: Week, at: number): string =>
  `${dayWords(dateIn(timeZone, at))} ${clockAt(timeZone, at)}`;
