import {
  itemsOf,
  type JsonDataSet,
  numberOf,
  referencesIn,
  referringTo,
  type Shading,
  shadingOf,
  textOf,
  windowFor,
} from "@isocenter/presentation";
import type { StackImage } from "./image.ts";
import { imageOfState } from "./image-of-state.ts";
import { suvFactorOf } from "./suv.ts";
import { tags } from "./tags.ts";
import type { Window } from "./windows.ts";

export const blendingSopClass = "1.2.840.10008.5.1.4.1.1.11.4";

/** One set of images, laid over another (PS3.3 C.11.14, PS3.4 N.2.4). */
export interface Blending {
  /** To the images beneath. */
  references: readonly JsonDataSet[];
  /** The share of what lies over in the picture, 0 to 1. */
  opacity: number;
  /** What becomes of the greys of what lies over. */
  shading: Shading;
  /** Whether an image is one of those that lie over. */
  isOver(image: StackImage): boolean;
  /** Whether a plane was cut from the images beneath. */
  isPlaneOf(image: StackImage): boolean;
  /** The window of an image beneath, in its own values. */
  windowOf(image: StackImage): Window | undefined;
  /** The same of one that lies over. */
  windowOver(image: StackImage): Window | undefined;
  /** The SOP Instance UIDs of the registrations by which the two sets lie to each other. */
  registrations: readonly string[];
}

const tag = {
  sequence: "00700402",
  opacity: "00700403",
  registrations: "00700404",
  position: "00700405",
  series: "00081115",
  instance: "00081155",
};

/** @returns undefined for a state that does not say which images lie beneath and which over, or in which colours */
export function blendingOf(instance: JsonDataSet): Blending | undefined {
  const items = itemsOf(instance, tag.sequence);
  const at = (position: string) => items.find((item) => textOf(item, tag.position) === position);
  const [beneath, over] = [at("UNDERLYING"), at("SUPERIMPOSED")];
  if (!beneath || !over) return undefined;
  const [references, overReferences] = [referencesIn(beneath), referencesIn(over)];
  const series = new Set(seriesIn(beneath));
  return {
    references,
    opacity: Math.min(1, Math.max(0, numberOf(instance, tag.opacity) ?? 0)),
    // Read when it is asked for: its tables may be fetched apart.
    shading: (grey) => (shadingOf(instance) ?? greys)(grey),
    isOver: referringTo(overReferences),
    isPlaneOf: (image) => image.reformat !== undefined && series.has(image.seriesInstanceUid),
    windowOf: (image) => windowFor(beneath, imageOfState(image)),
    windowOver: (image) => windowFor(over, imageOfState(image)),
    registrations: registrationsIn(instance),
  };
}

const greys: Shading = (grey) => [grey, grey, grey];

const seriesIn = (item: JsonDataSet) =>
  itemsOf(item, tag.series).flatMap((series) => textOf(series, tags.SeriesInstanceUID) ?? []);

/** They stand in the items of studies and series. */
function registrationsIn(dataSet: JsonDataSet): string[] {
  const found: string[] = [];
  const look = (items: readonly JsonDataSet[], depth: number): void => {
    for (const item of items) {
      const uid = textOf(item, tag.instance);
      if (uid) found.push(uid);
      if (depth > 4) continue;
      for (const [key, element] of Object.entries(item))
        if (element?.vr === "SQ") look(itemsOf(item, key), depth + 1);
    }
  };
  look(itemsOf(dataSet, tag.registrations), 0);
  return found.slice(0, 16);
}

/** How stored values become those of an image: a line. */
const lineOf = ({ attributes }: StackImage): [slope: number, intercept: number] => {
  const suv = suvFactorOf(attributes) ?? 1;
  return [
    (numberOf(attributes, tags.RescaleSlope) || 1) * suv,
    (numberOf(attributes, tags.RescaleIntercept) ?? 0) * suv,
  ];
};

/**
 * The values of slices in those of one of them, where each is rescaled in its own way: a state has one window, and that is of stored values or of those that its own
 * rescaling makes of them.
 */
export function alike(
  slices: readonly ArrayLike<number>[],
  images: readonly StackImage[],
  as: StackImage,
): readonly ArrayLike<number>[] {
  const [slope, intercept] = lineOf(as);
  return slices.map((slice, n) => {
    const [own, added] = lineOf(images[n]!);
    if (own === slope && added === intercept) return slice;
    return Float32Array.from(slice, (value) => ((value - added) / own) * slope + intercept);
  });
}
