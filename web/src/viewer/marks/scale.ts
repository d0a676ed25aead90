import { itemsOf, numberOf, type PixelPoint } from "@isocenter/presentation";
import { spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";

/** How large pixels are, and how that is known: in the patient, at the detector, in an ultrasound region, or not at all. */
export interface Scale {
  /** Millimetres from column to column and from row to row; one, or the ratio of the sides, where nothing is known. */
  column: number;
  row: number;
  source: "patient" | "detector" | "ultrasound" | "none";
}

/** Centimetres, in Physical Units X and Y Direction (PS3.3 C.8.5.5.1.4). */
const centimetres = 3;

/** The ultrasound region in which all points lie, if both of its directions are lengths. */
function ultrasoundScale(image: StackImage, points: readonly PixelPoint[]): Scale | undefined {
  for (const region of itemsOf(image.attributes, tags.SequenceOfUltrasoundRegions)) {
    const value = (tag: string) => numberOf(region, tag) ?? Number.NaN;
    const [left, top, right, bottom] = ["00186018", "0018601A", "0018601C", "0018601E"].map(value) as [
      number,
      number,
      number,
      number,
    ];
    // Locations name pixels; the last one belongs to the region.
    const inside = points.every(([x, y]) => x >= left && y >= top && x <= right + 1 && y <= bottom + 1);
    if (!inside || value("00186024") !== centimetres || value("00186026") !== centimetres) continue;
    const [dx, dy] = [Math.abs(value("0018602C")), Math.abs(value("0018602E"))];
    if (dx > 0 && dy > 0) return { column: dx * 10, row: dy * 10, source: "ultrasound" };
  }
  return undefined;
}

/** What pixels are worth where these points lie. */
export function scaleAt(image: StackImage, points: readonly PixelPoint[]): Scale {
  const spacing = spacingOf(image.attributes);
  if (itemsOf(image.attributes, tags.SequenceOfUltrasoundRegions).length > 0) {
    const region = ultrasoundScale(image, points);
    if (region) return region;
    // Beside the regions, or across two of them, a distance says nothing.
    if (spacing.source !== "patient") return { column: 1, row: 1, source: "none" };
  }
  return { column: spacing.column, row: spacing.row, source: spacing.source };
}
