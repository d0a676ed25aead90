import { readEnumeration, readModality } from "@isocenter/contract/enumerations";
import { priorities } from "@isocenter/contract/workflow";
import { addDays } from "../studies/list-state.ts";
import { message } from "../words/words.ts";
import { type FigureName, figures } from "./figures.ts";

/** Periods by name; they move with the day, so that a kept address stays true. `days` with today. */
export const periods = {
  "7d": { label: message("Last 7 days"), days: 7 },
  "14d": { label: message("Last 14 days"), days: 14 },
  "30d": { label: message("Last 30 days"), days: 30 },
  "90d": { label: message("Last 90 days"), days: 90 },
  "365d": { label: message("Last 12 months"), days: 365 },
} as const;
export type PeriodName = keyof typeof periods;
export const defaultPeriod: PeriodName = "14d";

export type View = "overview" | FigureName;

/** What the address of the dashboards says. Members at their default are left out. */
export interface DashboardState {
  view?: FigureName;
  period?: PeriodName;
  /** First and last day, both included, in the place of a period with a name. */
  from?: string;
  to?: string;
  modality?: string;
  facilityId?: string;
  priority?: string;
  radiologistId?: string;
  /** What the figures of the view are put together by, in the place of what it has of itself. */
  by?: string;
  /** Numbers in the place of drawings. */
  table?: "yes";
}

const isDay = (value: unknown): value is string =>
  typeof value === "string" &&
  /^(19|20|21)\d\d-\d\d-\d\d$/.test(value) &&
  new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value) === true;
const isId = (value: unknown): value is string =>
  typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readDashboardState(search: Record<string, unknown>): DashboardState {
  const state: DashboardState = {};
  const { view, period, from, to, by } = search;
  if (typeof view === "string" && Object.hasOwn(figures, view)) state.view = view as FigureName;
  if (isDay(from) && isDay(to) && from <= to) Object.assign(state, { from, to });
  else if (typeof period === "string" && period !== defaultPeriod && Object.hasOwn(periods, period))
    state.period = period as PeriodName;
  const modality = typeof search.modality === "string" ? readModality(search.modality) : null;
  if (modality) state.modality = modality;
  const priority = typeof search.priority === "string" ? readEnumeration(priorities, search.priority) : null;
  if (priority) state.priority = priority;
  if (isId(search.facilityId)) state.facilityId = search.facilityId;
  if (isId(search.radiologistId)) state.radiologistId = search.radiologistId;
  if (state.view && typeof by === "string" && figures[state.view].groupings.some((one) => one.by === by))
    state.by = by;
  if (search.table === "yes") state.table = "yes";
  return state;
}

export interface Span {
  from: string;
  to: string;
}

/** The days that the state asks for, given what day it is at the facility. */
export function spanOf(state: DashboardState, today: string): Span {
  if (state.from && state.to) return { from: state.from, to: state.to };
  return { from: addDays(today, 1 - periods[state.period ?? defaultPeriod].days), to: today };
}

export const daysOf = ({ from, to }: Span): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;

/** As many days, right before. */
export function spanBefore(span: Span): Span {
  const days = daysOf(span);
  return { from: addDays(span.from, -days), to: addDays(span.to, -days) };
}

/** The period one length earlier (-1) or later (1); never past today. */
export function moved(state: DashboardState, today: string, direction: -1 | 1): DashboardState {
  const span = spanOf(state, today);
  const days = daysOf(span) * direction;
  const next = { from: addDays(span.from, days), to: addDays(span.to, days) };
  if (direction === 1 && next.to > today) {
    const { from: _, to: __, ...rest } = state;
    return rest;
  }
  const { period: _, ...rest } = state;
  return { ...rest, ...next };
}

/** Which part of a period its columns stand for. */
export function unitOf(span: Span): "day" | "week" | "month" {
  const days = daysOf(span);
  return days <= 31 ? "day" : days <= 120 ? "week" : "month";
}

/** The days of the span, its ISO weeks or its months, in order, as the server names them. */
export function partsOf(span: Span, unit: "day" | "week" | "month"): string[] {
  const parts: string[] = [];
  for (let day = span.from; day <= span.to; day = addDays(day, 1)) {
    const part = unit === "day" ? day : unit === "month" ? day.slice(0, 7) : weekOf(day);
    if (parts.at(-1) !== part) parts.push(part);
  }
  return parts;
}

/** The week of a day by ISO 8601: `2026-W02`. */
export function weekOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  // The week is of the year of its Thursday.
  at.setUTCDate(at.getUTCDate() + 4 - (at.getUTCDay() || 7));
  const year = at.getUTCFullYear();
  const week = Math.ceil(((at.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7);
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** Whether a day, week or month is not over yet, or begins before or ends behind the span. */
export function isUnfinished(part: string, span: Span, today: string): boolean {
  if (/^\d{4}-\d{2}-\d{2}$/.test(part)) return part >= today;
  const own = /W/.test(part) ? daysOfWeek(part) : daysOfMonth(part);
  return own.to >= today || own.from < span.from || own.to > span.to;
}

function daysOfWeek(week: string): Span {
  const [year = 0, number = 0] = week.split("-W").map(Number);
  // The fourth of January is always in the first week.
  const fourth = new Date(Date.UTC(year, 0, 4));
  const monday = addDays(`${year}-01-04`, 1 - (fourth.getUTCDay() || 7) + (number - 1) * 7);
  return { from: monday, to: addDays(monday, 6) };
}

function daysOfMonth(month: string): Span {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return { from: `${month}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
}
