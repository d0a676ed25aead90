/** Wall-clock parts of an instant in a time zone (IANA). */
function partsIn(at: Date, timeZone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  }).formatToParts(at);
  return (type) => parts.find((one) => one.type === type)?.value ?? "";
}

/** `2026-01-05 09:15 (UTC+01:00)`: nobody has to guess whose clock it was. */
export function localMoment(at: Date, timeZone: string): string {
  const part = partsIn(at, timeZone);
  const offset = part("timeZoneName").replace("GMT", "UTC");
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")} (${offset})`;
}

/** As DICOM writes them: DA, TM, and DT with its offset from UTC (PS3.5 6.2). */
export function dicomMoment(at: Date, timeZone: string): { date: string; time: string; dateTime: string } {
  const part = partsIn(at, timeZone);
  const date = part("year") + part("month") + part("day");
  const time = part("hour") + part("minute") + part("second");
  const offset = part("timeZoneName").replace("GMT", "").replace(":", "") || "+0000";
  return { date, time, dateTime: date + time + offset };
}
