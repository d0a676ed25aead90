import type { LookupTable } from "./lookup-table.ts";

/** How values become grey, with the names of PS3.3 C.11.2.1.3. */
export type VoiFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

export interface VoiWindow {
  center: number;
  width: number;
  function: VoiFunction;
  /** Where a curve is brought instead; center and width are then its extent. */
  table?: LookupTable;
}

/** The values at which black and white begin (PS3.3 C.11.2.1.2 and C.11.2.1.3). */
export function rangeOfWindow(window: VoiWindow): { lower: number; upper: number } {
  if (window.function === "LINEAR_EXACT") {
    return { lower: window.center - window.width / 2, upper: window.center + window.width / 2 };
  }
  // With a width of one, LINEAR is a step at center - 0.5; a range needs some extent to be drawn.
  const reach = Math.max((window.width - 1) / 2, 1e-3);
  return { lower: window.center - 0.5 - reach, upper: window.center - 0.5 + reach };
}

/** From a value to its grey, 0 black to 1 white, in a window. */
export function shadesOf(window: VoiWindow): (value: number) => number {
  const inside = (grey: number) => Math.min(1, Math.max(0, grey));
  if (window.table) {
    const { first, values, maximum } = window.table;
    const last = values.length - 1;
    return (value) => inside(values[Math.min(last, Math.max(0, Math.round(value - first)))]! / maximum);
  }
  const { center, width } = window;
  if (window.function === "SIGMOID") return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  const { lower, upper } = rangeOfWindow(window);
  return (value) => inside((value - lower) / (upper - lower));
}
