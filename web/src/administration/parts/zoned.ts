/** Moments as a facility's clocks show them, and back. */

const parts = (timeZone: string | undefined, at: number): Record<string, string> => {
  const read = (zone: string | undefined) =>
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).formatToParts(at);
  let found: Intl.DateTimeFormatPart[];
  try {
    found = read(timeZone);
  } catch {
    found = read("UTC");
  }
  return Object.fromEntries(found.map(({ type, value }) => [type, value]));
};

/** What the clocks show at a moment, as a field of date and time takes it: "2026-11-20T08:30". */
export function wallIn(timeZone: string | undefined, at: string | number): string {
  const { year, month, day, hour, minute } = parts(timeZone, new Date(at).getTime());
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** How far ahead of UTC the clocks are at a moment, in milliseconds. */
function offsetAt(timeZone: string | undefined, at: number): number {
  const { year, month, day, hour, minute, second } = parts(timeZone, at);
  const shown = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/**
 * The first moment at which the clocks show "2026-11-20T08:30"; where summer time leaves that out, the moment it would have been. Undefined for what
 * is no date and time.
 */
export function instantIn(timeZone: string | undefined, wall: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall)) return undefined;
  const utc = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 16) !== wall) return undefined;
  const dayMs = 86_400_000;
  const tries = [offsetAt(timeZone, utc - dayMs), offsetAt(timeZone, utc + dayMs)]
    .map((offset) => utc - offset)
    .sort((one, other) => one - other);
  const at = tries.find((one) => wallIn(timeZone, one) === wall) ?? utc - offsetAt(timeZone, utc - dayMs);
  return new Date(at).toISOString();
}

/** A date some days later. */
export const dateAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The Monday of a date's week. */
export const mondayOf = (date: string): string =>
  dateAfter(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));
