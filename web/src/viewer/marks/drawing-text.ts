import type { MeasurementKind } from "@isocenter/contract";
import { type DrawnData, measuredOn } from "./annotations.ts";
import { linesOf } from "./words.ts";

const imageIdOf = (target: string) => target.replace(/^imageId:/, "");

/**
 * What stands beside a drawing, for a tool of Cornerstone's. The figures are ours: the same that are listed and kept.
 */
export function drawingText(kind: MeasurementKind) {
  return (data: DrawnData, targets: string | string[]): string[] | undefined => {
    const target = Array.isArray(targets) ? targets[0] : targets;
    if (target === undefined) return undefined;
    const measured = measuredOn(kind, data, imageIdOf(target));
    if (!measured) return undefined;
    const label = (data.label ?? "").trim();
    return linesOf({ ...measured, ...(label ? { label } : {}) }, measured.source);
  };
}
