import type { PatientSummary } from "@isocenter/contract";
import { locale, message, t } from "../words/words.ts";

const dayMs = 86_400_000;

/** What is made of a study beside its images: reports, marks, chosen images. */
const derived: readonly string[] = ["DOC", "SR", "PR", "KO", "AU"];

/** The modalities that made a study; papers and marks about it only where there is nothing else. */
export function imagingModalities(modalities: readonly string[]): readonly string[] {
  const made = modalities.filter((modality) => !derived.includes(modality));
  return made.length > 0 ? made : modalities;
}

/** Age as people in a department say it, at a date: days under a month, months under two years, then years. Null where it cannot be told. */
export function ageAt(birthDate: string | null, on: string | null): string | null {
  if (!birthDate || !on || birthDate > on) return null;
  const [by = 0, bm = 0, bd = 0] = birthDate.split("-").map(Number);
  const [y = 0, m = 0, d = 0] = on.split("-").map(Number);
  const months = (y - by) * 12 + (m - bm) - (d < bd ? 1 : 0);
  if (months >= 24) return t("{count} y", { count: Math.floor(months / 12) });
  if (months >= 1) return t("{count} mo", { count: months });
  return t("{count} d", { count: Math.round((Date.UTC(y, m - 1, d) - Date.UTC(by, bm - 1, bd)) / dayMs) });
}

const sexes = {
  F: message("female"),
  M: message("male"),
  O: message("other|sex"),
  U: message("sex not known"),
} as const;

/** "F", spelled out for whoever listens instead of looking. */
export function sexWord(sex: PatientSummary["sex"]): string {
  return t(sexes[sex ?? "U"]);
}

/** "F 58 y", "M", "58 y", or nothing. */
export function sexAndAge(patient: Pick<PatientSummary, "sex" | "birthDate">, on: string | null): string {
  return [patient.sex === "U" ? null : patient.sex, ageAt(patient.birthDate, on)].filter(Boolean).join(" ");
}

const counts = new Map<string, Intl.NumberFormat>();

/** A number as the person's language writes it. */
export function count(value: number): string {
  let format = counts.get(locale());
  if (!format) {
    format = new Intl.NumberFormat(locale());
    counts.set(locale(), format);
  }
  return format.format(value);
}

/** "10,000+" where counting stopped. */
export const totalOf = (total: number, exact: boolean): string => `${count(total)}${exact ? "" : "+"}`;

export const imageCount = (value: number): string =>
  t("{count, plural, one {# image} other {# images}}", { count: value });

export const objectCount = (value: number): string =>
  t("{count, plural, one {# object} other {# objects}}", { count: value });

/** The images of a study or series, or the objects of one that holds no picture. */
export const contentCount = ({
  numberOfImages,
  numberOfInstances,
}: {
  numberOfImages: number;
  numberOfInstances: number;
}): string =>
  numberOfImages === 0 && numberOfInstances > 0 ? objectCount(numberOfInstances) : imageCount(numberOfImages);

export const seriesCount = (value: number): string =>
  t("{count, plural, one {# series} other {# series}}", { count: value });

const tenths = (value: number): string =>
  value.toLocaleString(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Bytes as people read them, by powers of 1000. */
export function sizeOf(bytes: number): string {
  const units = t("B kB MB GB TB").split(" ");
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : tenths(value)} ${units[unit]}`;
}

/** "just now", "2 min ago", "3 h ago", "4 days ago". */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 45) return t("just now");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("{count} min ago", { count: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 36) return t("{count} h ago", { count: hours });
  return t("{count} days ago", { count: Math.round(hours / 24) });
}
