import type { StudyListQuery } from "@isocenter/contract";
import { readEnumeration, readModality, studyStatuses } from "@isocenter/contract/enumerations";
import { message } from "../words/words.ts";

/** Date ranges by name; they move with the day, so that a kept address stays true. */
export const datePresets = {
  today: { label: message("Today"), from: 0, to: 0 },
  yesterday: { label: message("Yesterday"), from: -1, to: -1 },
  "7d": { label: message("Last 7 days"), from: -6, to: 0 },
  "30d": { label: message("Last 30 days"), from: -29, to: 0 },
  "365d": { label: message("Last 12 months"), from: -364, to: 0 },
} as const;
export type DatePreset = keyof typeof datePresets;

const sortFields = [
  "lastReceivedAt",
  "studyDate",
  "patientName",
  "accessionNumber",
  "numberOfInstances",
  "numberOfImages",
] as const;
export type SortField = (typeof sortFields)[number];
export type Sort = SortField | `-${SortField}`;

export const defaultSort: Sort = "-lastReceivedAt";
export const pageSizes = [25, 50, 100, 200] as const;
export const defaultPageSize = 50;

/** What the address of the study list says. Members at their default are left out of the address. */
export interface StudyListState {
  query?: string;
  /** Any of these codes, with commas between. */
  modality?: string;
  /** Any of these states, with commas between. */
  status?: string;
  date?: DatePreset;
  from?: string;
  to?: string;
  sort?: Sort;
  size?: number;
  /** How many studies come before the page. */
  offset?: number;
  /** The key of the last study before the page, where the page was reached from the one before. */
  after?: string;
}

const isDate = (text: unknown): text is string =>
  typeof text === "string" &&
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text);

/** Reads an address that a person may have written: what makes no sense is left out. */
export function readListState(search: Record<string, unknown>): StudyListState {
  const state: StudyListState = {};
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const query = text("query").slice(0, 128);
  if (query.trim()) state.query = query;
  const modality = readSeveral(text("modality"), readModality);
  if (modality) state.modality = modality;
  const status = readSeveral(text("status"), (one) => readEnumeration(studyStatuses, one));
  if (status) state.status = status;
  if (Object.hasOwn(datePresets, text("date"))) state.date = text("date") as DatePreset;
  else {
    if (isDate(search.from)) state.from = search.from;
    if (isDate(search.to)) state.to = search.to;
  }
  const sort = text("sort");
  if (sort !== defaultSort && (sortFields as readonly string[]).includes(sort.replace(/^-/, ""))) {
    state.sort = sort as Sort;
  }
  const size = Number(text("size"));
  if (size !== defaultPageSize && (pageSizes as readonly number[]).includes(size)) state.size = size;
  const offset = Number(text("offset"));
  if (Number.isInteger(offset) && offset > 0 && offset <= 1_000_000) state.offset = offset;
  const after = text("after");
  if (state.offset && after && after.length <= 512) state.after = after;
  return state;
}

/** The server takes no longer lists. */
const longestList = 64;

export function readSeveral(text: string, read: (one: string) => string | null): string {
  let list = "";
  for (const one of new Set(text.split(",").map(read))) {
    const longer = list && one ? `${list},${one}` : list || (one ?? "");
    if (longer.length > longestList) break;
    list = longer;
  }
  return list;
}

/** The members of a filter that takes several. */
export const membersOf = (list: string | undefined): string[] => (list ? list.split(",") : []);

/** A filter with one member more, or less where it had it. */
export function toggled(list: string | undefined, member: string): string | undefined {
  const members = membersOf(list);
  const next = members.includes(member) ? members.filter((one) => one !== member) : [...members, member];
  return next.join(",") || undefined;
}

/** A day some days from another, both as YYYY-MM-DD. */
export function addDays(day: string, days: number): string {
  const [y = 0, m = 1, d = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(y, m - 1, d + days)).toISOString().slice(0, 10);
}

/** First and last day that the state asks for, given what day it is at the facility. */
export function dateRange(state: StudyListState, today: string): { from?: string; to?: string } {
  if (!state.date) {
    const { from, to } = state;
    return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  }
  const preset = datePresets[state.date];
  return { from: addDays(today, preset.from), to: addDays(today, preset.to) };
}

/** What `GET /studies` is asked for the state. */
export function toApiQuery(state: StudyListState, today: string): StudyListQuery {
  const { from, to } = dateRange(state, today);
  return {
    limit: state.size ?? defaultPageSize,
    sort: state.sort ?? defaultSort,
    ...(state.query?.trim() ? { query: state.query.trim() } : {}),
    ...(state.modality ? { modality: state.modality } : {}),
    ...(state.status ? { status: state.status } : {}),
    ...(from ? { studyDateFrom: from } : {}),
    ...(to ? { studyDateTo: to } : {}),
    // By key where there is one: such a page stays in place while studies arrive above it.
    ...(state.after ? { after: state.after } : state.offset ? { offset: state.offset } : {}),
  };
}

/** Whether anything narrows the list. */
export const isFiltered = (state: StudyListState): boolean =>
  Boolean(state.query || state.modality || state.status || state.date || state.from || state.to);

/** The state with a filter changed; the page starts again, for the old place means nothing in the new list. */
export function withFilter(state: StudyListState, change: Partial<StudyListState>): StudyListState {
  const next: Record<string, unknown> = { ...state, ...change, offset: undefined, after: undefined };
  return readListState(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)));
}

/** The cursor in the server's link to the next part of a list; null where there is none. */
export const cursorIn = (next: string | null): string | null =>
  next && new URL(next, "http://localhost").searchParams.get("after");

/** The state of the page after this one, or null where `next`, the server's link to it, is. */
export function pageAfter(state: StudyListState, next: string | null): StudyListState | null {
  if (!next) return null;
  const after = cursorIn(next);
  const { after: _before, ...rest } = state;
  return {
    ...rest,
    offset: (state.offset ?? 0) + (state.size ?? defaultPageSize),
    ...(after ? { after } : {}),
  };
}

/** The state of the page before this one, or null on the first. */
export function pageBefore(state: StudyListState): StudyListState | null {
  if (!state.offset) return null;
  const { after: _after, offset, ...rest } = state;
  const before = offset - (state.size ?? defaultPageSize);
  return before > 0 ? { ...rest, offset: before } : rest;
}

/** The order after a click on a header: first the field's natural direction, then the other. */
export function nextSort(current: Sort, field: SortField): Sort {
  const natural: Sort = field === "patientName" || field === "accessionNumber" ? field : `-${field}`;
  if (current !== natural) return natural;
  return natural.startsWith("-") ? field : `-${field}`;
}

/** Reads an address' search part: every value is text, so a search for "0012" stays one. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}
