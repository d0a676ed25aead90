const dayMilliseconds = 86_400_000;

/** A date (YYYYMMDD, or YYYY.MM.DD of old) moved by whole days; null where it is no date. */
export function movedDate(text: string, days: number): string | null {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text.trim());
  if (!found) return null;
  const [, year, month, day] = found.map(Number) as [number, number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return null;
  const moved = new Date(at.getTime() + days * dayMilliseconds);
  if (moved.getUTCFullYear() < 1 || moved.getUTCFullYear() > 9999) return null;
  return moved.toISOString().slice(0, 10).replaceAll("-", "");
}

/** A date and time (PS3.5 6.2 DT) moved by whole days, as exact as it was; null where it is none. */
export function movedDateTime(text: string, days: number): string | null {
  const found = /^(\d{4})(\d{2})?(\d{2})?(\d{0,6}(?:\.\d{1,6})?(?:[+-]\d{4})?)$/.exec(text.trim());
  if (!found) return null;
  const [, year, month, day, rest] = found;
  // A month or a year alone is moved by its middle
  const moved = movedDate(`${year}${month ?? "07"}${day ?? (month ? "15" : "01")}`, days);
  if (moved === null) return null;
  if (month === undefined) return rest === "" ? moved.slice(0, 4) : null;
  return day === undefined ? moved.slice(0, 6) : moved + rest;
}
