/** Values and ranges of DA, TM and DT (PS3.5 6.2, PS3.4 C.2.2.2.5). */

export interface Range {
  /** First moment that matches; null where the range is open. */
  readonly from: string | null;
  /** Last moment that matches; null where the range is open. */
  readonly to: string | null;
}

const daysIn = (year: number, month: number) => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};

function isDay(year: number, month: number, day: number): boolean {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** "20260105" (or "2026.01.05", as ACR-NEMA wrote it) → "2026-01-05"; null for what is no day. */
export function parseDate(text: string): string | null {
  const found = /^(\d{4})(?:(\d{2})(\d{2})|\.(\d{2})\.(\d{2}))$/.exec(text.trim());
  if (!found) return null;
  const year = found[1]!;
  const month = found[2] ?? found[4]!;
  const day = found[3] ?? found[5]!;
  return isDay(+year, +month, +day) ? `${year}-${month}-${day}` : null;
}

interface TimeParts {
  readonly start: string;
  /** Last moment of what the precision leaves open. */
  readonly end: string;
}

function timeParts(text: string): TimeParts | null {
  const found = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(text.trim());
  if (!found) return null;
  const [, hour, minute, second, fraction] = found;
  if (+hour! > 23 || +(minute ?? 0) > 59 || +(second ?? 0) > 60) return null;
  // A leap second has no name in most databases: it is the last moment of its minute
  if (second === "60") return { start: `${hour}:${minute}:59.999999`, end: `${hour}:${minute}:59.999999` };
  const start = `${hour}:${minute ?? "00"}:${second ?? "00"}${fraction === undefined ? "" : `.${fraction}`}`;
  const end = `${hour}:${minute ?? "59"}:${second ?? "59"}.${(fraction ?? "").padEnd(6, "9")}`;
  return { start, end };
}

/** "101530.25" → "10:15:30.25", "10" → "10:00:00"; null for what is no time of day. */
export function parseTime(text: string): string | null {
  return timeParts(text)?.start ?? null;
}

interface MomentParts {
  readonly start: string;
  readonly end: string;
}

function momentParts(text: string): MomentParts | null {
  const found = /^(\d{4})(\d{2})?(\d{2})?(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?([+-]\d{4})?$/.exec(
    text.trim(),
  );
  if (!found) return null;
  const [, year, month, day, time, zone] = found;
  if ((day === undefined && time !== undefined) || !isDay(+year!, +(month ?? 1), +(day ?? 1))) return null;
  const clock = time === undefined ? null : timeParts(time);
  if (time !== undefined && clock === null) return null;
  const offset = zone === undefined ? "" : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  if (zone !== undefined && (Math.abs(+zone) > 1400 || +zone.slice(3) > 59)) return null;
  const lastMonth = month ?? "12";
  const lastDay = day ?? String(daysIn(+year!, +lastMonth)).padStart(2, "0");
  return {
    start: `${year}-${month ?? "01"}-${day ?? "01"}T${clock?.start ?? "00:00:00"}${offset}`,
    end: `${year}-${lastMonth}-${lastDay}T${clock?.end ?? "23:59:59.999999"}${offset}`,
  };
}

/** "20260105101530.5+0100" → "2026-01-05T10:15:30.5+01:00"; parts left out are their first; null for what is no DT. */
export function parseDateTime(text: string): string | null {
  return momentParts(text)?.start ?? null;
}

function rangeOf(from: string, to: string, parse: (text: string) => MomentParts | null): Range | null {
  const first = from.trim() === "" ? null : parse(from);
  const last = to.trim() === "" ? null : parse(to);
  if ((first === null && from.trim() !== "") || (last === null && to.trim() !== "")) return null;
  return first === null && last === null ? null : { from: first?.start ?? null, to: last?.end ?? null };
}

const split = (text: string): [string, string] | null => {
  const parts = text.split("-");
  if (parts.length === 1) return [text, text];
  return parts.length === 2 ? [parts[0]!, parts[1]!] : null;
};

const datePart = (text: string): MomentParts | null => {
  const date = parseDate(text);
  return date === null ? null : { start: date, end: date };
};

/** "20260101-20260131", "20260101-", "-20260131" or one date → its days, both included; null for anything else. */
export function parseDateRange(text: string): Range | null {
  const parts = split(text);
  return parts && rangeOf(parts[0], parts[1], datePart);
}

/** "1000-12", "10-", "-12" or one time → first and last moment: "10:00:00" to "12:59:59.999999"; null for anything else. */
export function parseTimeRange(text: string): Range | null {
  const parts = split(text);
  return parts && rangeOf(parts[0], parts[1], timeParts);
}

/** A DT range. The hyphen between its ends is told from one of a time zone by what stands on both sides. */
export function parseDateTimeRange(text: string): Range | null {
  const whole = momentParts(text);
  if (whole) return { from: whole.start, to: whole.end };
  for (let at = text.indexOf("-"); at >= 0; at = text.indexOf("-", at + 1)) {
    const range = rangeOf(text.slice(0, at), text.slice(at + 1), momentParts);
    if (range) return range;
  }
  return null;
}

/** "2026-01-05" → "20260105". */
export const formatDate = (iso: string): string => iso.replaceAll("-", "");

/** "10:15:30.250000" → "101530.250000". */
export const formatTime = (iso: string): string => iso.replaceAll(":", "");
