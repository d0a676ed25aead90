import { message } from "../../words/words.ts";
import { type Blending, blendingOf, blendingSopClass } from "./blending.ts";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, personNameOf, textOf } from "./dicom-json.ts";
import { colorOfLayer, type Graphic, graphicsOf, type Texted, textsOfAnnotation } from "./graphics.ts";
import type { StackImage } from "./image.ts";
import { rememberedBytes } from "./lookup-table.ts";
import type { Masking } from "./masking.ts";
import { drawOverlay, overlayGroups, overlayPlaneIn } from "./overlay-planes.ts";
import { type Playback, playbackIn } from "./playback.ts";
import { itemsFor, referringTo } from "./references.ts";
import { shadingOf } from "./shading.ts";
import { bitmapShutterOf, type Shutter, shuttersOf } from "./shutters.ts";
import { displayFor, stateMaskingOf } from "./state-masks.ts";
import { windowFor } from "./state-windows.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";
import type { Shading, Window } from "./windows.ts";

/** The part of an image that is to fill the viewport, in its pixels: 0, 0 is the outer corner of the first. */
export interface DisplayedArea {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Screen pixels per pixel of the image; undefined: as large as the viewport lets it be. */
  magnification: number | undefined;
  /** Millimetres from column to column of the image, where it is to have its true size on the screen. */
  trueSpacing?: number;
}

/** How one image is to be shown. */
export interface Presented {
  window: Window | undefined;
  /** What becomes of the greys that the window makes: those of a table, or colours. */
  shading: Shading | undefined;
  /** Whether low values are light. */
  inverse: boolean;
  /** Clockwise, in degrees, before it is flipped. */
  rotation: 0 | 90 | 180 | 270;
  flipped: boolean;
  area: DisplayedArea | undefined;
  shutters: readonly Shutter[];
  /** Parts of the image that are covered or drawn over pixel by pixel. */
  bitmaps: readonly Bitmap[];
  graphics: readonly Graphic[];
  texts: readonly Texted[];
  /** How it wants the film played that the image is of; undefined where it does not say. */
  playback: Playback | undefined;
  /** What the state says besides and is not done, as messages that can be said. */
  omitted: readonly string[];
}

export type Bitmap = NonNullable<ReturnType<typeof drawOverlay>>;

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
  series: "00081115",
  images: "00081140",
  instance: "00081155",
  frames: "00081160",
  compound: "00700209",
  rotation: "00700042",
  flip: "00700041",
  areas: "0070005A",
  topLeft: "00700052",
  bottomRight: "00700053",
  sizeMode: "00700100",
  magnification: "00700103",
  pixelSpacing: "00700101",
  annotations: "00700001",
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
  const references = blending
    ? blending.references
    : itemsOf(instance, tag.series).flatMap((series) => itemsOf(series, tag.images));
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
  const annotations = itemsFor(instance, tag.annotations, image);
  const rotation = numberOf(instance, tag.rotation) ?? 0;
  return {
    // Its window is that of the differences, where it subtracts and nobody has taken the mask away.
    window:
      masking && !image.subtracted ? undefined : (blending?.windowOf(image) ?? windowFor(instance, image)),
    // The palette of a blending state is that of what lies over.
    shading: blending ? undefined : shadingOf(instance),
    // After the state's own tables pixels are P-Values: the image's photometric interpretation counts no more (PS3.3 C.11.6).
    inverse: textOf(instance, tags.PresentationLUTShape) === "INVERSE",
    rotation: rotation === 90 || rotation === 180 || rotation === 270 ? rotation : 0,
    flipped: textOf(instance, tag.flip) === "Y",
    area: areaFor(instance, image),
    shutters: shuttersOf(instance),
    bitmaps: bitmapsOf(instance, image),
    graphics: annotations.flatMap((item) => graphicsOf(item, instance)),
    texts: annotations.flatMap((item) => textsOfAnnotation(item, instance)),
    playback: itemsFor(instance, tags.MultiFramePresentationSequence, image)
      .map(playbackIn)
      .find((playback) => playback !== undefined),
    omitted: omittedOf(instance, image, annotations),
  };
}

function omittedOf(instance: JsonDataSet, image: StackImage, annotations: readonly JsonDataSet[]): string[] {
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

/** What the state's bitmap shutter covers, and over it those of its overlays that lie in one of its layers (PS3.3 C.11.7). */
function bitmapsOf(instance: JsonDataSet, { attributes }: StackImage): Bitmap[] {
  const size = [numberOf(attributes, tags.Columns) ?? 0, numberOf(attributes, tags.Rows) ?? 0] as const;
  const shutter = bitmapShutterOf(instance);
  const overlays = overlayGroups.flatMap((group) => {
    const plane = overlayPlaneIn(instance, group, 1);
    const layer = textOf(instance, `${group}1001`);
    if (!plane || layer === undefined || plane.dataTag === shutter?.plane.dataTag) return [];
    return [{ plane, color: colorOfLayer(layer, instance) }];
  });
  return [...(shutter ? [shutter] : []), ...overlays].flatMap(({ plane, color }) => {
    const bits = rememberedBytes(instance, plane.dataTag);
    return (bits && drawOverlay(plane, bits, size, color)) ?? [];
  });
}

function areaFor(instance: JsonDataSet, image: StackImage): DisplayedArea | undefined {
  const item = itemsFor(instance, tag.areas, image)[0];
  if (!item) return undefined;
  const [left, top] = numbersOf(item, tag.topLeft);
  const [right, bottom] = numbersOf(item, tag.bottomRight);
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    return undefined;
  const mode = textOf(item, tag.sizeMode);
  const magnification = numberOf(item, tag.magnification);
  // Rows first, then columns.
  const trueSpacing = mode === "TRUE SIZE" ? numberOf(item, tag.pixelSpacing, 1) : undefined;
  return {
    // The first pixel is 1\1 here, and the last belongs to the area (PS3.3 C.10.4).
    left: Math.min(left, right) - 1,
    top: Math.min(top, bottom) - 1,
    right: Math.max(left, right),
    bottom: Math.max(top, bottom),
    magnification:
      mode === "MAGNIFY" && magnification !== undefined && magnification > 0 ? magnification : undefined,
    ...(trueSpacing !== undefined && trueSpacing > 0 ? { trueSpacing } : {}),
  };
}
