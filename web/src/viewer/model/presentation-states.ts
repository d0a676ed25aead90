import {
  itemsOf,
  type JsonDataSet,
  numberOf,
  numbersOf,
  personNameOf,
  textOf,
  textsOf,
} from "./dicom-json.ts";
import { colorOfLayer, type Graphic, graphicsOf, type Texted, textsOfAnnotation } from "./graphics.ts";
import type { StackImage } from "./image.ts";
import { lookupTable, rememberedBytes } from "./lookup-table.ts";
import { drawOverlay, overlayGroups, overlayPlaneIn } from "./overlay-planes.ts";
import { shadingOf } from "./shading.ts";
import { bitmapShutterOf, type Shutter, shuttersOf } from "./shutters.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";
import { type Shading, shadesOf, type VoiFunction, type Window } from "./windows.ts";

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
  windows: "00283110",
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

/** Of greys, of colours, of greys in other colours, and of angiography, whose masks are not subtracted. */
const presentationSopClasses = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\.[1235]$/;

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
  const references = itemsOf(instance, tag.series).flatMap((series) => itemsOf(series, tag.images));
  const first = references[0];
  const firstUid = first && textOf(first, tag.instance);
  const known = new WeakMap<StackImage, Presented>();
  const isAbout = (image: StackImage) => !image.reformat && references.some((item) => refersTo(item, image));
  return {
    dataSet: instance,
    isAbout,
    sopInstanceUid: textOf(instance, tags.SOPInstanceUID) ?? "",
    label: textOf(instance, tag.label) ?? textOf(instance, tag.description) ?? "",
    description: textOf(instance, tag.description) ?? "",
    author: personNameOf(instance, tag.author) ?? "",
    date: textOf(instance, tag.date) ?? "",
    first: firstUid ? { sopInstanceUid: firstUid, frame: numberOf(first, tag.frames) ?? 1 } : undefined,
    of(image) {
      if (!isAbout(image)) return undefined;
      const found = known.get(image) ?? presented(instance, image);
      known.set(image, found);
      return found;
    },
  };
}

function refersTo(item: JsonDataSet, { sopInstanceUid, frameNumber }: StackImage): boolean {
  if (textOf(item, tag.instance) !== sopInstanceUid) return false;
  const frames = numbersOf(item, tag.frames);
  return frames.length === 0 || frames.includes(frameNumber);
}

/** Items that name no image are about all of them. */
function itemsFor(instance: JsonDataSet, sequence: string, image: StackImage): JsonDataSet[] {
  return itemsOf(instance, sequence).filter((item) => {
    const references = itemsOf(item, tag.images);
    return references.length === 0 || references.some((one) => refersTo(one, image));
  });
}

function presented(instance: JsonDataSet, image: StackImage): Presented {
  const annotations = itemsFor(instance, tag.annotations, image);
  const rotation = numberOf(instance, tag.rotation) ?? 0;
  return {
    window: windowFor(instance, image),
    shading: shadingOf(instance),
    // After the state's own tables pixels are P-Values: the image's photometric interpretation counts no more (PS3.3 C.11.6).
    inverse: textOf(instance, tags.PresentationLUTShape) === "INVERSE",
    rotation: rotation === 90 || rotation === 180 || rotation === 270 ? rotation : 0,
    flipped: textOf(instance, tag.flip) === "Y",
    area: areaFor(instance, image),
    shutters: shuttersOf(instance),
    bitmaps: bitmapsOf(instance, image),
    graphics: annotations.flatMap((item) => graphicsOf(item, instance)),
    texts: annotations.flatMap((item) => textsOfAnnotation(item, instance)),
  };
}

/** The window in the image's own values, through the state's Modality LUT where it brings a table of its own (PS3.3 C.11.1). */
function windowFor(instance: JsonDataSet, image: StackImage): Window | undefined {
  const window = voiWindowFor(instance, image);
  const item = itemsOf(instance, tags.ModalityLUTSequence)[0];
  const table = item && lookupTable(item, tags.LUTDescriptor, tags.LUTData);
  const { attributes } = image;
  // From the image's values back to those that are stored: steps of one, or the table cannot be gone through.
  const isPlain =
    itemsOf(attributes, tags.ModalityLUTSequence).length === 0 &&
    (numberOf(attributes, tags.RescaleSlope) ?? 1) === 1;
  if (!table || table.values.length < 2 || !isPlain) return window;
  const whole: Window = { center: table.maximum / 2, width: table.maximum, function: "LINEAR_EXACT" };
  const shade = shadesOf(window ?? whole);
  const values = Array.from({ length: table.values.length }, (_, n) => shade(table.values[n]!));
  const first = table.first + (numberOf(attributes, tags.RescaleIntercept) ?? 0);
  const width = values.length - 1;
  return {
    center: first + width / 2,
    width,
    function: "LINEAR_EXACT",
    table: { first, values, maximum: 1 },
  };
}

function voiWindowFor(instance: JsonDataSet, image: StackImage): Window | undefined {
  const item = itemsFor(instance, tag.windows, image)[0];
  if (!item) return undefined;
  const tableItem = itemsOf(item, tags.VOILUTSequence)[0];
  const table = tableItem && lookupTable(tableItem, tags.LUTDescriptor, tags.LUTData);
  if (table && table.values.length > 1) {
    const width = table.values.length - 1;
    return { center: table.first + width / 2, width, function: "LINEAR_EXACT", table };
  }
  const [center, width] = [numberOf(item, tags.WindowCenter), numberOf(item, tags.WindowWidth)];
  if (center === undefined || width === undefined || width <= 0) return undefined;
  const said = textsOf(item, tags.VOILUTFunction)[0];
  const voiFunction: VoiFunction = said === "SIGMOID" || said === "LINEAR_EXACT" ? said : "LINEAR";
  return inValuesOf(image, instance, { center, width, function: voiFunction });
}

/** The window in the image's own values, where the state rescales otherwise than the image. */
function inValuesOf({ attributes }: StackImage, instance: JsonDataSet, window: Window): Window {
  // Through a table of the state's own nothing is rescaled.
  if (itemsOf(instance, tags.ModalityLUTSequence).length > 0) return window;
  const slope = numberOf(attributes, tags.RescaleSlope) ?? 1;
  const intercept = numberOf(attributes, tags.RescaleIntercept) ?? 0;
  const stateSlope = numberOf(instance, tags.RescaleSlope) ?? 1;
  const stateIntercept = numberOf(instance, tags.RescaleIntercept) ?? 0;
  if (stateSlope === 0 || (slope === stateSlope && intercept === stateIntercept)) return window;
  return {
    ...window,
    center: ((window.center - stateIntercept) / stateSlope) * slope + intercept,
    width: Math.abs((window.width * slope) / stateSlope),
  };
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
