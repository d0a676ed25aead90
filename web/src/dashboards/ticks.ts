import type { Kind } from "./figures.ts";

/** Steps of time that a person counts in, in seconds. */
const timeSteps = [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

/** Round values from 0 to the most, about so many as asked for. */
export function ticksOf(most: number, kind: Kind, wanted: number): number[] {
  const raw = most / Math.max(1, wanted);
  let step: number;
  if (kind === "seconds" && raw < 604_800) step = timeSteps.find((one) => one >= raw) ?? 604_800;
  else {
    const power = 10 ** Math.floor(Math.log10(raw));
    step = ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
    if (kind === "count" || kind === "money") step = Math.max(1, Math.round(step));
  }
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}
