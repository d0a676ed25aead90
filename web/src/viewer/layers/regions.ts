import { t } from "../../words/words.ts";
import type { Vector } from "../model/geometry.ts";
import { type Segmentation, segmentationsOf } from "../model/segments.ts";
import { middleOf, type Structure, structureSetsOf } from "../model/structure-sets.ts";
import type { SeriesEntry } from "../model/study.ts";

/** A segment or a structure, as a list names it. */
export interface RegionItem {
  key: string;
  name: string;
  /** As CSS says it. */
  color: string;
  /** A point of it, where one is known without its pixels. */
  place: Vector | undefined;
  frameOfReferenceUid: string;
}

/** A segmentation, or a structure set. */
export interface RegionGroup {
  key: string;
  label: string;
  items: readonly RegionItem[];
}

/** What is open of regions: as lists name them, and as they are drawn. */
export interface Regions {
  groups: readonly RegionGroup[];
  segmentations: readonly Segmentation[];
  structures: readonly Structure[];
}

export function regionsOf(series: readonly SeriesEntry[]): Regions {
  const segmentations = series.flatMap(segmentationsOf);
  const sets = series.flatMap(structureSetsOf);
  const groups = [
    ...sets.map(
      ({ label, structures }, index): RegionGroup => ({
        key: `set ${index}`,
        label: label || t("Structure set"),
        items: structures.map((structure) => ({ ...structure, place: middleOf(structure) })),
      }),
    ),
    ...segmentations.map(
      (segmentation, index): RegionGroup => ({
        key: `segmentation ${index}`,
        label: segmentation.label || t("Segmentation"),
        items: [...segmentation.segments.values()].map(({ key, label, color }) => ({
          key,
          name: label,
          color: `rgb(${color.join(" ")})`,
          place: undefined,
          frameOfReferenceUid: "",
        })),
      }),
    ),
  ];
  return {
    groups: groups.filter(({ items }) => items.length > 0),
    segmentations,
    structures: sets.flatMap(({ structures }) => structures),
  };
}
