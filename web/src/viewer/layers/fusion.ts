import { textOf } from "@isocenter/presentation";
import { message, t } from "../../words/words.ts";
import type { StackImage } from "../model/image.ts";
import type { SeriesEntry } from "../model/study.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import { type ColorMapName, colorMap } from "./color-maps.ts";

/** How uptake lies over the pictures beneath it. */
export interface FusionLook {
  colorMap: ColorMapName;
  /** The share of the colours where the uptake is full, 0 to 1. */
  blend: number;
  /** What is drawn in the last colour: standardised uptake where the images say it, and else a part of the maximum. */
  upperSuv: number;
  upperPart: number;
}

export const initialLook: FusionLook = { colorMap: "hot-iron", blend: 0.6, upperSuv: 10, upperPart: 0.5 };

export const suvUppers = [2.5, 5, 7, 10, 15, 20];
export const partUppers = [0.1, 0.25, 0.5, 0.75, 1];

/** What the values of a volume are that lies over a picture. */
export interface Measure {
  /** Uptake ends where the look says; other values have the window that their images open with. */
  kind: "suv" | "uptake" | "other";
  unit: string;
}

const unitWords: Readonly<Record<string, string>> = {
  BQML: "Bq/ml",
  CNTS: message("counts"),
  PROPCNTS: message("in proportion to counts"),
  CPS: message("counts per second"),
};

export function measureOf({ attributes, modality }: StackImage): Measure {
  if (suvFactorOf(attributes) !== undefined) return { kind: "suv", unit: "SUVbw" };
  if (!uptakeModalities.has(modality)) return { kind: "other", unit: modality === "CT" ? "HU" : "" };
  const units = textOf(attributes, tags.Units) ?? "CNTS";
  return { kind: "uptake", unit: t(unitWords[units] ?? units) };
}

/** The value that the last colour stands for; `maximum` is that of the whole volume. */
export const upperOf = (look: FusionLook, measure: Measure, maximum: number): number =>
  measure.kind === "suv" ? look.upperSuv : Math.max(maximum * look.upperPart, Number.EPSILON);

export function maximumOf(slices: readonly ArrayLike<number>[]): number {
  let maximum = 0;
  for (const slice of slices)
    for (let i = 0; i < slice.length; i++) if (slice[i]! > maximum) maximum = slice[i]!;
  return maximum;
}

/**
 * Values as colours, red, green, blue and opacity by pixel. What is at the lower end is clear, so that the picture beneath stays as it is; up to a
 * quarter of the range the colour comes in, and from there it has its whole share.
 */
export function paint(
  values: ArrayLike<number>,
  { lower, upper }: { lower: number; upper: number },
  { colorMap: name, blend }: Pick<FusionLook, "colorMap" | "blend">,
): Uint8ClampedArray<ArrayBuffer> {
  const { table } = colorMap(name);
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const share = Math.min(1, (values[i]! - lower) / (upper - lower));
    // Also what lies outside of the volume: NaN is not greater than anything.
    if (!(share > 0)) continue;
    const step = Math.round(share * 255) * 3;
    pixels[i * 4] = table[step]!;
    pixels[i * 4 + 1] = table[step + 1]!;
    pixels[i * 4 + 2] = table[step + 2]!;
    pixels[i * 4 + 3] = 255 * blend * Math.min(1, share * 4);
  }
  return pixels;
}

const frameOf = (entry: SeriesEntry): string | undefined => {
  const first = entry.images[0];
  return first && textOf(first.attributes, tags.FrameOfReferenceUID);
};

const uptakeModalities: ReadonlySet<string> = new Set(["PT", "NM"]);
const isUptake = (entry: SeriesEntry) => uptakeModalities.has(entry.modality);

/** The uptake of the same examination that lies in the same frame of reference as a series, and can be cut as it is. */
export function uptakeFor(
  base: SeriesEntry | undefined,
  all: readonly SeriesEntry[],
  isVolume: (entry: SeriesEntry) => boolean,
): SeriesEntry | undefined {
  const [first] = overlaysFor(base, all, isVolume);
  return first && isUptake(first) ? first : undefined;
}

/**
 * The series of the same examination that can lie over a series: in its frame of reference, cut as they are, and of another kind of picture. Uptake comes first, and of
 * several reconstructions those that are corrected for attenuation, as their images say.
 */
export function overlaysFor(
  base: SeriesEntry | undefined,
  all: readonly SeriesEntry[],
  isVolume: (entry: SeriesEntry) => boolean,
): SeriesEntry[] {
  const frame = base && !isUptake(base) ? frameOf(base) : undefined;
  if (!base || frame === undefined) return [];
  const rank = (entry: SeriesEntry) => (!isUptake(entry) ? 2 : isCorrected(entry) ? 0 : 1);
  return all
    .filter(
      (entry) =>
        entry.seriesInstanceUid !== base.seriesInstanceUid &&
        (entry.modality !== base.modality || entry.modality === "MR") &&
        entry.studyInstanceUid === base.studyInstanceUid &&
        frameOf(entry) === frame &&
        isVolume(entry),
    )
    .sort((a, b) => rank(a) - rank(b));
}

function isCorrected(entry: SeriesEntry): boolean {
  const first = entry.images[0];
  const corrections = first?.attributes[tags.CorrectedImage]?.Value ?? [];
  return corrections.includes("ATTN");
}
