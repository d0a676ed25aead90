import {
  activatedOverlays,
  type ImageOfState,
  type JsonDataSet,
  outlineOf,
  type PlainPresented,
  presentedBy,
  type ShadingTables,
  type Shutter,
  shadingBy,
  type VoiWindow,
} from "@isocenter/presentation";
import { decodeFrame } from "../decode.ts";
import { ImagingError } from "../errors.ts";
import type { FrameDescription } from "../frame.ts";
import type { LookupTable } from "../lookup-table.ts";
import { burnIn, withPlane } from "../overlay.ts";
import type { Presentation } from "../presentation.ts";
import {
  checkOptions,
  pictureSize,
  type Raster,
  type RenderOptions,
  rasterOf,
  sourceOf,
  writtenAs,
} from "../render.ts";
import { loadSharp } from "../sharp.ts";
import { cover } from "../shutter.ts";
import { isUsableWindow } from "../window.ts";
import { drawingOf, requireDrawable } from "./drawing.ts";
import { areaOf, placedBy, turnedPixels } from "./place.ts";

/** A presentation state and the frame that it is to show. Structured-cloneable. */
export interface StateOfFrame {
  /** The state, with every value in line. */
  dataSet: JsonDataSet;
  image: ImageOfState;
}

/** What decides how the frame's values become grey, in place of what the image says itself (PS3.4 N.2). */
function seenBy(presentation: Presentation, { window, inverse, tables }: PlainPresented): Presentation {
  return {
    ...presentation,
    ...(window ? voiOf(window) : {}),
    // Colours of a palette are those of the greys as they are, and what is inverse is so in the end.
    inverse: inverse && !tables,
    shutters: null,
  };
}

function voiOf(window: VoiWindow): Partial<Pick<Presentation, "windows" | "voiLuts">> {
  if (window.table) return { windows: [], voiLuts: [lutOf(window.table)] };
  // Scaled to the values of the image a window may be narrower than a step of LINEAR.
  const usable =
    window.width < 1
      ? { ...window, function: window.function === "LINEAR" ? ("LINEAR_EXACT" as const) : window.function }
      : window;
  const { center, width, function: voiFunction } = usable;
  const voi = { center, width, function: voiFunction, explanation: null };
  return isUsableWindow(voi) ? { windows: [voi] } : {};
}

function lutOf({ first, values, maximum }: NonNullable<VoiWindow["table"]>): LookupTable {
  const entries = Uint16Array.from({ length: values.length }, (_, at) =>
    Math.round((Math.min(values[at]!, maximum) / maximum) * 65_535),
  );
  return { entries, first, bits: 16 };
}

/** Greys through one table, or three that make colours of them. */
function shaded(raster: Raster, tables: ShadingTables, inverse: boolean): Raster {
  if (raster.channels !== 1) return raster;
  const shade = shadingBy(tables);
  const levels = Array.from({ length: 256 }, (_, level) =>
    shade(level / 255).map((part) => Math.round((inverse ? 1 - part : part) * 255)),
  );
  if (tables.length === 1) return { ...raster, pixels: raster.pixels.map((level) => levels[level]![0]!) };
  const pixels = new Uint8Array(3 * raster.pixels.length);
  for (let at = 0; at < raster.pixels.length; at++) pixels.set(levels[raster.pixels[at]!]!, 3 * at);
  return { ...raster, pixels, channels: 3 };
}

function inColour(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const pixels = new Uint8Array(3 * raster.pixels.length);
  for (let at = 0; at < raster.pixels.length; at++) pixels.fill(raster.pixels[at]!, 3 * at, 3 * at + 3);
  return { ...raster, pixels, channels: 3 };
}

/** Shutters count from the outer corner of the first pixel, and what covers pixels from its centre. */
function covered(raster: Raster, shutters: readonly Shutter[]): void {
  for (const shutter of shutters) {
    const points = outlineOf(shutter).map(([column, row]) => [column - 0.5, row - 0.5] as const);
    const shape =
      shutter.shape === "circle"
        ? {
            shape: "circle" as const,
            column: shutter.centre[0] - 0.5,
            row: shutter.centre[1] - 0.5,
            radius: shutter.radius,
          }
        : { shape: "polygon" as const, points };
    cover({ shapes: [shape], color: shutter.color }, raster);
  }
}

function drawBitmaps(raster: Raster, bitmaps: PlainPresented["bitmaps"]): void {
  for (const { left, top, columns, rows, pixels } of bitmaps)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const from = 4 * (row * columns + column);
        if (pixels[from + 3] === 0) continue;
        raster.pixels.set(
          pixels.subarray(from, from + 3),
          3 * ((row + top) * raster.columns + column + left),
        );
      }
}

const isGrey = ({ color }: Shutter) => color[0] === color[1] && color[1] === color[2];

/** The part of a frame that lies in an area, and where; null where none does. */
function partOf(raster: Raster, area: ReturnType<typeof areaOf>) {
  const [left, top] = [Math.max(0, area.left), Math.max(0, area.top)];
  const columns = Math.min(raster.columns, area.left + area.width) - left;
  const rows = Math.min(raster.rows, area.top + area.height) - top;
  if (columns <= 0 || rows <= 0) return null;
  const { channels } = raster;
  const pixels = new Uint8Array(columns * rows * channels);
  for (let row = 0; row < rows; row++) {
    const from = ((row + top) * raster.columns + left) * channels;
    pixels.set(raster.pixels.subarray(from, from + columns * channels), row * columns * channels);
  }
  return { raster: { pixels, columns, rows, channels }, left, top };
}

/**
 * Decodes one frame and makes the picture of it that a presentation state says: its tables and windows, shutters, overlays, displayed area, turned and flipped, with its
 * graphics and texts drawn over it (PS3.3 A.33, PS3.4 N.2). What lies outside of the frame is black.
 * @param bytes the frame's fragments joined, or its native bytes
 * @throws ImagingError `option` for a window, a region or mirroring, which the state says itself
 */
export async function renderPresented(
  description: FrameDescription,
  presentation: Presentation,
  bytes: Uint8Array,
  state: StateOfFrame,
  options: RenderOptions,
): Promise<Uint8Array> {
  if (options.window || options.region || options.flipHorizontal || options.flipVertical)
    throw new ImagingError(
      "option",
      "The presentation state says the window, the area and how it is turned.",
    );
  checkOptions(options);
  const presented = presentedBy(state.dataSet, state.image);
  requireDrawable(presented);
  const area = areaOf(presented, description);
  const placed = placedBy(presented, area, options.size, (asked) =>
    pictureSize(area.width, area.height, presentation.pixelAspect, asked),
  );
  const seen = seenBy(presentation, presented);
  const decoded = await decodeFrame(description, bytes);
  let raster = rasterOf(description, seen, decoded);
  const activated = activatedOverlays(state.dataSet).flatMap(({ group, color }) =>
    presentation.overlays
      .filter((overlay) => overlay.group === group)
      .map((overlay) => ({ overlay: withPlane(overlay, decoded.bytes, description.bitsAllocated), color })),
  );
  if (presented.tables) raster = shaded(raster, presented.tables, presented.inverse);
  const drawing = drawingOf(presented, placed);
  const isColoured =
    drawing !== null ||
    presented.bitmaps.length > 0 ||
    activated.length > 0 ||
    !presented.shutters.every(isGrey);
  if (isColoured) raster = inColour(raster);
  covered(raster, presented.shutters);
  for (const { overlay, color } of activated) burnIn([overlay], raster, color);
  drawBitmaps(raster, presented.bitmaps);

  const sharp = await loadSharp();
  const { width, height } = placed;
  const part = partOf(raster, area);
  if (!part)
    throw new ImagingError(
      "invalid",
      "The displayed area of the presentation state lies outside of the image.",
    );
  const corners = [
    placed.at([part.left, part.top]),
    placed.at([part.left + part.raster.columns, part.top + part.raster.rows]),
  ] as const;
  const span = (axis: 0 | 1, side: number): [from: number, to: number] => {
    const ends = [corners[0][axis], corners[1][axis]].sort((a, b) => a - b);
    const from = Math.min(side - 1, Math.round(ends[0]!));
    return [from, Math.max(from + 1, Math.min(side, Math.round(ends[1]!)))];
  };
  const [left, right] = span(0, width);
  const [top, bottom] = span(1, height);
  const source = turnedPixels(part.raster, presented);
  let picture = sourceOf(sharp, source, presentation.colourProfile);
  if (right - left !== source.columns || bottom - top !== source.rows)
    picture = picture.resize(right - left, bottom - top, { fit: "fill" });
  if (right - left !== width || bottom - top !== height)
    picture = picture.extend({
      left,
      top,
      right: width - right,
      bottom: height - bottom,
      background: "#000",
    });
  if (drawing) picture = picture.composite([{ input: Buffer.from(drawing) }]);
  return writtenAs(picture, source.channels, options);
}
