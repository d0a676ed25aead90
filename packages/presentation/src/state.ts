import type { Rgb } from "@isocenter/dicom";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "./dicom-json.ts";
import { colorOfLayer, type Graphic, graphicsOf, type Texted, textsOfAnnotation } from "./graphics.ts";
import type { ImageOfState } from "./image-of-state.ts";
import { rememberedBytes } from "./lookup-table.ts";
import { drawOverlay, type OverlayPlane, overlayGroups, overlayPlaneIn } from "./overlay-planes.ts";
import { type FrameOfInstance, itemsFor } from "./references.ts";
import { type ShadingTables, shadingTablesOf } from "./shading.ts";
import { bitmapShutterOf, type Shutter, shuttersOf } from "./shutters.ts";
import { windowFor } from "./state-windows.ts";
import { tag } from "./tags.ts";
import type { VoiWindow } from "./window.ts";

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

export type Bitmap = NonNullable<ReturnType<typeof drawOverlay>>;

/** How a presentation state shows one image (PS3.3 A.33), as plain data. */
export interface PlainPresented {
  /** In the image's own values; undefined where the state has none for it. */
  window: VoiWindow | undefined;
  /** What the greys of the window go through. */
  tables: ShadingTables | undefined;
  /** Whether low values are light. */
  inverse: boolean;
  /** Clockwise, in degrees, before it is flipped. */
  rotation: 0 | 90 | 180 | 270;
  /** Left to right. */
  flipped: boolean;
  area: DisplayedArea | undefined;
  shutters: readonly Shutter[];
  /** Parts of the image that are covered or drawn over pixel by pixel. */
  bitmaps: readonly Bitmap[];
  graphics: readonly Graphic[];
  texts: readonly Texted[];
}

const annotations = "00700001";

/** The items of the Graphic Annotation Sequence that are about an image. */
export const annotationsFor = (state: JsonDataSet, image: ImageOfState): JsonDataSet[] =>
  itemsFor(state, annotations, image);

/** The references of a state, or of an item of a blending state, to the images that it is about (PS3.3 C.11.11). */
export const referencesIn = (state: JsonDataSet): JsonDataSet[] =>
  itemsOf(state, tag.referencedSeries).flatMap((series) => itemsOf(series, tag.referencedImages));

/** The first frame that a state is about. */
export function firstFrameOf(
  state: JsonDataSet,
): (FrameOfInstance & { seriesInstanceUid: string }) | undefined {
  for (const series of itemsOf(state, tag.referencedSeries))
    for (const item of itemsOf(series, tag.referencedImages)) {
      const seriesInstanceUid = textOf(series, "0020000E");
      const sopInstanceUid = textOf(item, tag.referencedInstance);
      if (seriesInstanceUid && sopInstanceUid)
        return { seriesInstanceUid, sopInstanceUid, frameNumber: numberOf(item, tag.referencedFrames) ?? 1 };
    }
  return undefined;
}

/** The overlays of an image itself that a state puts into one of its layers (PS3.3 C.11.7): their groups, and the layers' colours. */
export const activatedOverlays = (state: JsonDataSet): { group: number; color: Rgb }[] =>
  overlayGroups.flatMap((group) => {
    const layer = textOf(state, `${group}1001`);
    if (layer === undefined || state[`${group}3000`]) return [];
    return [{ group: Number.parseInt(group, 16), color: colorOfLayer(layer, state) }];
  });

/** Reads how a state shows an image that it is about. Values that are kept apart must be here. */
export function presentedBy(state: JsonDataSet, image: ImageOfState): PlainPresented {
  const items = annotationsFor(state, image);
  const rotation = numberOf(state, "00700042") ?? 0;
  return {
    window: windowFor(state, image),
    tables: shadingTablesOf(state),
    // After the state's own tables pixels are P-Values: the image's photometric interpretation counts no more (PS3.3 C.11.6).
    inverse: textOf(state, tag.presentationLutShape) === "INVERSE",
    rotation: rotation === 90 || rotation === 180 || rotation === 270 ? rotation : 0,
    flipped: textOf(state, "00700041") === "Y",
    area: areaFor(state, image),
    shutters: shuttersOf(state),
    bitmaps: bitmapsOf(state, image),
    graphics: items.flatMap((item) => graphicsOf(item, state)),
    texts: items.flatMap((item) => textsOfAnnotation(item, state)),
  };
}

/** What the state's bitmap shutter covers, and over it those of its overlays that lie in one of its layers (PS3.3 C.11.7). */
function bitmapsOf(state: JsonDataSet, { columns, rows }: ImageOfState): Bitmap[] {
  const shutter = bitmapShutterOf(state);
  const overlays = overlayGroups.flatMap((group): { plane: OverlayPlane; color: Rgb }[] => {
    const plane = overlayPlaneIn(state, group, 1);
    const layer = textOf(state, `${group}1001`);
    if (!plane || layer === undefined || plane.dataTag === shutter?.plane.dataTag) return [];
    return [{ plane, color: colorOfLayer(layer, state) }];
  });
  return [...(shutter ? [shutter] : []), ...overlays].flatMap(({ plane, color }) => {
    const bits = rememberedBytes(state, plane.dataTag);
    return (bits && drawOverlay(plane, bits, [columns, rows], color)) ?? [];
  });
}

function areaFor(state: JsonDataSet, image: ImageOfState): DisplayedArea | undefined {
  const item = itemsFor(state, "0070005A", image)[0];
  if (!item) return undefined;
  const [left, top] = numbersOf(item, "00700052");
  const [right, bottom] = numbersOf(item, "00700053");
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    return undefined;
  const mode = textOf(item, "00700100");
  const magnification = numberOf(item, "00700103");
  // Rows first, then columns.
  const trueSpacing = mode === "TRUE SIZE" ? numberOf(item, "00700101", 1) : undefined;
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
