import type { PatientSummary, StudyStatus } from "@isocenter/contract";
import type { Tone } from "../kit/Tag.tsx";

const dayMs = 86_400_000;

/** Age as people in a department say it, at a date: days under a month, months under two years, then years. Null where it cannot be told. */
export function ageAt(birthDate: string | null, on: string | null): string | null {
  if (!birthDate || !on || birthDate > on) return null;
  const [by = 0, bm = 0, bd = 0] = birthDate.split("-").map(Number);
  const [y = 0, m = 0, d = 0] = on.split("-").map(Number);
  const months = (y - by) * 12 + (m - bm) - (d < bd ? 1 : 0);
  if (months >= 24) return `${Math.floor(months / 12)} y`;
  if (months >= 1) return `${months} mo`;
  return `${Math.round((Date.UTC(y, m - 1, d) - Date.UTC(by, bm - 1, bd)) / dayMs)} d`;
}

const sexes = { F: "female", M: "male", O: "other", U: "not known" } as const;

/** "F", spelled out for whoever listens instead of looking. */
export function sexWord(sex: PatientSummary["sex"]): string {
  return sex ? sexes[sex] : "sex not known";
}

/** "F 58 y", "M", "58 y", or nothing. */
export function sexAndAge(patient: Pick<PatientSummary, "sex" | "birthDate">, on: string | null): string {
  return [patient.sex === "U" ? null : patient.sex, ageAt(patient.birthDate, on)].filter(Boolean).join(" ");
}

/** "2026-11-20 10:33", or the date alone. */
export function dateAndTime(date: string | null, time: string | null): string {
  return [date, time?.slice(0, 5)].filter(Boolean).join(" ");
}

const counts = new Intl.NumberFormat("en");

export const count = (value: number): string => counts.format(value);

/** "10,000+" where counting stopped. */
export const totalOf = (total: number, exact: boolean): string => `${count(total)}${exact ? "" : "+"}`;

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Bytes as people read them, by powers of 1000. */
export function sizeOf(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** "just now", "2 min ago", "3 h ago", "4 days ago". */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 45) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h ago`;
  return `${Math.round(hours / 24)} days ago`;
}

const statusLooks: Record<StudyStatus, { word: string; tone: Tone }> = {
  SCHEDULED: { word: "Scheduled", tone: "line" },
  ARRIVED: { word: "Arrived", tone: "line" },
  IN_PROGRESS: { word: "In progress", tone: "beam" },
  COMPLETED: { word: "Completed", tone: "line" },
  PRELIMINARY: { word: "Preliminary", tone: "beam" },
  FINAL: { word: "Final", tone: "ok" },
  CANCELLED: { word: "Cancelled", tone: "line" },
};

export const statusLook = (status: StudyStatus) => statusLooks[status];

/** The date of a moment in a time zone, as YYYY-MM-DD. */
export function dateIn(timeZone: string | undefined, at: number): string {
  const parts = (zone: string | undefined) =>
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    }).format(at);
  try {
    return parts(timeZone);
  } catch {
    return parts("UTC");
  }
}

/** A moment as the facility's clock shows it: "2026-11-20 10:33". */
export function momentIn(timeZone: string | undefined, iso: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  const clock = (zone: string | undefined) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at);
  try {
    return `${dateIn(timeZone, at)} ${clock(timeZone)}`;
  } catch {
    return `${dateIn("UTC", at)} ${clock("UTC")}`;
  }
}
