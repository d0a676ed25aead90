import {
  annotationsFor,
  itemsFor,
  itemsOf,
  type JsonDataSet,
  numberOf,
  type PlainPresented,
  presentedBy,
  referencesIn,
  referringTo,
  type Shading,
  shadingBy,
  textOf,
} from "@isocenter/presentation";
import { message } from "../../words/words.ts";
import { type Blending, blendingOf, blendingSopClass } from "./blending.ts";
import { personNameOf } from "./dicom-json.ts";
import type { StackImage } from "./image.ts";
import { imageOfState } from "./image-of-state.ts";
import type { Masking } from "./masking.ts";
import { type Playback, playbackIn } from "./playback.ts";
import { displayFor, stateMaskingOf } from "./state-masks.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";
import type { Window } from "./windows.ts";

/** How one image is to be shown. */
export interface Presented extends Omit<PlainPresented, "window" | "tables"> {
  window: Window | undefined;
  /** What becomes of the greys that the window makes: those of a table, or colours. */
  shading: Shading | undefined;
  /** How it wants the film played that the image is of; undefined where it does not say. */
  playback: Playback | undefined;
  /** What the state says besides and is not done, as messages that can be said. */
  omitted: readonly string[];
}

/** A presentation state (PS3.3 A.33): how images of a study were shown when somebody saved it. */
export interface PresentationState {
  sopInstanceUid: string;
  label: string;
  description: string;
  author: string;
  /** yyyymmdd, or "" */
  date: string;
  /** Of the images that it is about, the first. */
  first: { sopInstanceUid: string; frame: number } | undefined;
  /** Of the state itself, which may refer to values that are fetched apart. */
  dataSet: JsonDataSet;
  isAbout(image: StackImage): boolean;
  /** How it shows an image; undefined for one that it is not about. Its values must be here. */
  of(image: StackImage): Presented | undefined;
  /** What it subtracts from a frame that it is about; undefined where it subtracts nothing. Its values must be here. */
  maskingOf(image: StackImage): Masking | undefined;
  /** Of a blending state: what lies over the images that it is about, and how. */
  blending: Blending | undefined;
}

const tag = {
  label: "00700080",
  description: "00700081",
  author: "00700084",
  date: "00700082",
  instance: "00081155",
  frames: "00081160",
  compound: "00700209",
};

/** Of greys, of colours, of greys in other colours, of two sets of images, and of angiography. */
const presentationSopClasses = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\.[1-5]$/;

/** Presentation states of other kinds, by the end of their SOP class. */
const otherKinds: Readonly<Record<string, string>> = {
  "6": message("planar cuts of volumes"),
  "7": message("planar cuts of several volumes"),
  "8": message("advanced blending"),
  "9": message("volume rendering"),
  "10": message("volume rendering of segments"),
  "11": message("volume rendering of several volumes"),
  "12": message("variable modality tables"),
};

/** A presentation state of a kind that is not shown. */
export interface OtherState {
  sopInstanceUid: string;
  label: string;
  /** As a message that can be said. */
  kind: string;
}

/** Presentation states of a series that are of kinds that are not shown here. */
export function otherStatesOf({ instances }: SeriesEntry): OtherState[] {
  return instances.flatMap((instance) => {
    const end = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\.(\d+)$/.exec(
      textOf(instance, tags.SOPClassUID) ?? "",
    )?.[1];
    const kind = end === undefined ? undefined : otherKinds[end];
    if (!kind) return [];
    const label = textOf(instance, tag.label) ?? textOf(instance, tag.description) ?? "";
    return [{ sopInstanceUid: textOf(instance, tags.SOPInstanceUID) ?? "", label, kind }];
  });
}

const read = new WeakMap<JsonDataSet, PresentationState>();

export function presentationStatesOf({ instances }: SeriesEntry): PresentationState[] {
  return instances
    .filter((instance) => presentationSopClasses.test(textOf(instance, tags.SOPClassUID) ?? ""))
    .map((instance) => {
      const found = read.get(instance) ?? presentationStateOf(instance);
      read.set(instance, found);
      return found;
    });
}

export function presentationStateOf(instance: JsonDataSet): PresentationState {
  const blending = textOf(instance, tags.SOPClassUID) === blendingSopClass ? blendingOf(instance) : undefined;
  const references = blending ? blending.references : referencesIn(instance);
  const isReferredTo = referringTo(references);
  const first = references[0];
  const firstUid = first && textOf(first, tag.instance);
  const known = new WeakMap<StackImage, Presented>();
  const masks = new WeakMap<StackImage, { masking: Masking | undefined }>();
  const isAbout = (image: StackImage) =>
    image.reformat ? (blending?.isPlaneOf(image) ?? false) : isReferredTo(image);
  const maskingOf = (image: StackImage) => {
    if (image.reformat || blending || !isAbout(image)) return undefined;
    const found = masks.get(image) ?? { masking: stateMaskingOf(instance, image) };
    masks.set(image, found);
    return found.masking;
  };
  return {
    dataSet: instance,
    isAbout,
    maskingOf,
    blending,
    sopInstanceUid: textOf(instance, tags.SOPInstanceUID) ?? "",
    label: textOf(instance, tag.label) ?? textOf(instance, tag.description) ?? "",
    description: textOf(instance, tag.description) ?? "",
    author: personNameOf(instance, tag.author) ?? "",
    date: textOf(instance, tag.date) ?? "",
    first: firstUid ? { sopInstanceUid: firstUid, frame: numberOf(first, tag.frames) ?? 1 } : undefined,
    of(image) {
      if (!isAbout(image)) return undefined;
      const found =
        known.get(image) ??
        (image.reformat ? onPlane(blending, image) : presented(instance, image, blending, maskingOf(image)));
      known.set(image, found);
      return found;
    },
  };
}

/** On a plane that is cut nothing lies where the state has it but what has a place in the patient. */
const onPlane = (blending: Blending | undefined, image: StackImage): Presented => ({
  window: blending?.windowOf(image),
  shading: undefined,
  inverse: false,
  rotation: 0,
  flipped: false,
  area: undefined,
  shutters: [],
  bitmaps: [],
  graphics: [],
  texts: [],
  playback: undefined,
  omitted: [],
});

function presented(
  instance: JsonDataSet,
  image: StackImage,
  blending: Blending | undefined,
  masking: Masking | undefined,
): Presented {
  const { tables, ...plain } = presentedBy(instance, imageOfState(image));
  return {
    ...plain,
    // Its window is that of the differences, where it subtracts and nobody has taken the mask away.
    window: masking && !image.subtracted ? undefined : (blending?.windowOf(image) ?? plain.window),
    // The palette of a blending state is that of what lies over.
    shading: blending || !tables ? undefined : shadingBy(tables),
    playback: itemsFor(instance, tags.MultiFramePresentationSequence, image)
      .map(playbackIn)
      .find((playback) => playback !== undefined),
    omitted: omittedOf(instance, image),
  };
}

function omittedOf(instance: JsonDataSet, image: StackImage): string[] {
  const annotations = annotationsFor(instance, imageOfState(image));
  const display = displayFor(instance, image);
  const sharpened = ((display && numberOf(display, tags.DisplayFilterPercentage)) ?? 0) > 0;
  const tableOfValues = image.subtracted && itemsOf(instance, tags.ModalityLUTSequence).length > 0;
  return [
    ...(sharpened ? [message("edge enhancement")] : []),
    ...(tableOfValues ? [message("its table of values, on differences")] : []),
    ...(annotations.some((item) => itemsOf(item, tag.compound).length > 0)
      ? [message("compound graphics, which are drawn as simple ones")]
      : []),
  ];
}
