export type WindowFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

/** A window of PS3.3 C.11.2.1.2, in the units that the modality transformation gives. */
export interface Window {
  center: number;
  width: number;
  function: WindowFunction;
  explanation: string | null;
}

/** Width must be at least 1 for LINEAR and above 0 otherwise (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export function isUsableWindow(window: { center: number; width: number; function: WindowFunction }): boolean {
  if (!Number.isFinite(window.center) || !Number.isFinite(window.width)) return false;
  return window.function === "LINEAR" ? window.width >= 1 : window.width > 0;
}
