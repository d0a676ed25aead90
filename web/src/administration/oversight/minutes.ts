import { t } from "../../words/words.ts";

/** Minutes as a person writes them: "15 min", "1 h 30 min", "2 d"; empty where there is no limit. */
export function minutesText(minutes: number | null, day = t("d|days")): string {
  if (minutes === null) return "";
  const parts = [
    [Math.floor(minutes / 1440), day],
    [Math.floor((minutes % 1440) / 60), "h"],
    [minutes % 60, "min"],
  ] as const;
  const text = parts.flatMap(([value, unit]) => (value > 0 ? [`${value} ${unit}`] : [])).join(" ");
  return text || "0 min";
}

/** Minutes of "15", "15 min", "1 h 30" or "2 d" (also j, for jours); null for nothing, undefined for what is no time. */
export function readMinutes(text: string): number | null | undefined {
  const written = text.trim().toLowerCase();
  if (written === "") return null;
  const found = /^(?:(\d{1,3})\s*[dj])?\s*(?:(\d{1,4})\s*h)?\s*(?:(\d{1,6})\s*(?:m|min)?)?$/.exec(written);
  if (!found) return undefined;
  const [days = 0, hours = 0, minutes = 0] = found.slice(1).map((one) => Number(one ?? 0));
  return days * 1440 + hours * 60 + minutes;
}

/** Whether each step of a ladder that has a time comes after those before it. */
export function stepsInOrder(steps: readonly { afterMinutes: number | null | undefined }[]): boolean {
  const times = steps.flatMap(({ afterMinutes }) => afterMinutes ?? []);
  return times.every((time, index) => index === 0 || time >= times[index - 1]!);
}
