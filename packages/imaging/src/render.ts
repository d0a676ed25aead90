import type { Sharp } from "sharp";
import { colours, throughPalette, withSupplement } from "./colour.ts";
import { withColourProfile } from "./colour-profile.ts";
import { decodeFrameAtLeast } from "./decode.ts";
import { ImagingError } from "./errors.ts";
import type { DecodedFrame, FrameDescription } from "./frame.ts";
import { greyLevels } from "./greyscale.ts";
import { burnIn, withPlane } from "./overlay.ts";
import type { Presentation } from "./presentation.ts";
import { loadSharp } from "./sharp.ts";
import { cover } from "./shutter.ts";
import { isUsableWindow, type WindowFunction } from "./window.ts";

export type PictureFormat = "jpeg" | "png" | "webp" | "gif";

export interface RenderOptions {
  format: PictureFormat;
  /** 1 to 100, for jpeg and webp; 90 when left out. */
  quality?: number;
  /** Instead of the object's; LINEAR when no function is named. In the modality's units; for colour, of 0 to 255. */
  window?: { center: number; width: number; function?: WindowFunction };
  /** The part of the frame to show, in its own columns and rows from 0; the whole when left out. */
  region?: { left: number; top: number; width: number; height: number };
  /** Mirrored left to right, after the region is cut. */
  flipHorizontal?: boolean;
  /** Mirrored top to bottom, after the region is cut. */
  flipVertical?: boolean;
  /** The picture fits into these pixels and keeps its shape. It is made larger only with `enlarge`. */
  size?: { width: number; height: number; enlarge?: boolean };
  /** Draws the overlay planes over the pixels. */
  overlays?: boolean;
  /** One picture element for one pixel, also where pixels are not square. */
  storedAspect?: boolean;
}

/** Eight bits a sample, grey or colour by pixel. */
export interface Raster {
  pixels: Uint8Array;
  rows: number;
  columns: number;
  channels: 1 | 3;
}

/** The longest side of a picture that is made: WebP's own bound. */
export const maxPictureSide = 16_383;
/** Bounds what a picture takes in memory after stretching and enlarging. */
const maxPicturePixels = 100_000_000;

/** Pixels of a decoded frame as they are seen, before scaling. @throws ImagingError */
export function rasterOf(
  description: FrameDescription,
  presentation: Presentation,
  frame: DecodedFrame,
  window: RenderOptions["window"] = undefined,
): Raster {
  const asked = window ? { ...window, function: window.function ?? ("LINEAR" as const) } : null;
  if (asked && !isUsableWindow(asked))
    throw new ImagingError(
      "option",
      "A window needs a width of at least 1 (above 0 where it is not LINEAR).",
    );
  const { rows, columns } = description;
  // Somebody who asks for a window wants to see the numbers as levels.
  if (presentation.labels && description.samplesPerPixel === 1 && !asked)
    return {
      pixels: throughPalette(description, presentation.labels, frame.bytes),
      rows,
      columns,
      channels: 3,
    };
  if (presentation.supplemental && presentation.palette && description.samplesPerPixel === 1) {
    const levels = greyLevels(description, presentation, frame.bytes, asked);
    const pixels = withSupplement(description, presentation.palette, frame.bytes, levels);
    return { pixels, rows, columns, channels: 3 };
  }
  const grey = description.samplesPerPixel === 1 && frame.photometricInterpretation !== "PALETTE COLOR";
  return grey
    ? { pixels: greyLevels(description, presentation, frame.bytes, asked), rows, columns, channels: 1 }
    : { pixels: colours(description, presentation, frame, asked), rows, columns, channels: 3 };
}

/** The part that is shown, cut to the frame. @throws ImagingError `option` where nothing of the frame is left */
function regionOf(raster: Raster, asked: RenderOptions["region"]): NonNullable<RenderOptions["region"]> {
  if (!asked) return { left: 0, top: 0, width: raster.columns, height: raster.rows };
  const left = Math.max(0, Math.floor(asked.left));
  const top = Math.max(0, Math.floor(asked.top));
  const width = Math.min(raster.columns, Math.ceil(asked.left + asked.width)) - left;
  const height = Math.min(raster.rows, Math.ceil(asked.top + asked.height)) - top;
  if (!(width > 0 && height > 0)) throw new ImagingError("option", "The region lies outside of the frame.");
  return { left, top, width, height };
}

/** The picture's size: square pixels, then the size asked for, then what a picture may have. */
export function pictureSize(
  width: number,
  height: number,
  pixelAspect: number,
  asked: RenderOptions["size"],
): { width: number; height: number } {
  // The denser side keeps its pixels, so nothing of the picture is lost.
  let wide = pixelAspect < 1 ? width / pixelAspect : width;
  let high = pixelAspect > 1 ? height * pixelAspect : height;
  let scale = Math.min(
    maxPictureSide / wide,
    maxPictureSide / high,
    Math.sqrt(maxPicturePixels / (wide * high)),
    1,
  );
  if (asked) {
    const fit = Math.min(asked.width / wide, asked.height / high);
    if (fit < scale || asked.enlarge) scale = fit;
  }
  wide *= scale;
  high *= scale;
  return { width: Math.max(1, Math.round(wide)), height: Math.max(1, Math.round(high)) };
}

/** @throws ImagingError `option` */
export function checkOptions({ quality = 90, size }: RenderOptions): void {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100)
    throw new ImagingError("option", "The quality is a whole number from 1 to 100.");
  if (size && !(size.width >= 1 && size.height >= 1 && Math.max(size.width, size.height) <= maxPictureSide))
    throw new ImagingError("option", `The size is from 1 to ${maxPictureSide} pixels.`);
}

/**
 * Cuts, scales and writes a picture; grey stays one channel.
 * @throws ImagingError `option` for options that make no sense
 */
async function encodePicture(
  raster: Raster,
  { pixelAspect, colourProfile }: Presentation,
  options: RenderOptions,
): Promise<Uint8Array> {
  checkOptions(options);
  const { size } = options;
  const region = regionOf(raster, options.region);
  const target = pictureSize(region.width, region.height, options.storedAspect ? 1 : pixelAspect, size);
  let picture = sourceOf(await loadSharp(), raster, colourProfile);
  if (region.width !== raster.columns || region.height !== raster.rows) picture = picture.extract(region);
  if (options.flipHorizontal) picture = picture.flop();
  if (options.flipVertical) picture = picture.flip();
  if (target.width !== region.width || target.height !== region.height)
    picture = picture.resize(target.width, target.height, { fit: "fill" });
  return writtenAs(picture, raster.channels, options);
}

/** What is made a picture of; what bears a profile becomes sRGB, and one that cannot be used is passed over. */
export function sourceOf(
  sharp: Awaited<ReturnType<typeof loadSharp>>,
  { pixels, rows, columns, channels }: Raster,
  colourProfile: Uint8Array | null,
): Sharp {
  if (colourProfile && channels === 3)
    return sharp(withColourProfile(pixels, columns, rows, colourProfile), {
      limitInputPixels: false,
      failOn: "none",
    });
  return sharp(pixels, { raw: { width: columns, height: rows, channels }, limitInputPixels: false });
}

/** @param channels 1: grey stays one channel */
export async function writtenAs(
  picture: Sharp,
  channels: 1 | 3,
  { format, quality = 90 }: RenderOptions,
): Promise<Uint8Array> {
  if (channels === 1) picture.toColourspace("b-w");
  // Optimised Huffman tables take twice the time for a twentieth of the size.
  if (format === "jpeg") return picture.jpeg({ quality, optimiseCoding: false }).toBuffer();
  if (format === "webp") return picture.webp({ quality }).toBuffer();
  if (format === "gif") return picture.gif({ dither: 0 }).toBuffer();
  return picture.png({ compressionLevel: 6 }).toBuffer();
}

/**
 * The rows and columns that the picture needs of the frame; regions, overlays and shutters count in the frame's own. The mean of two numbers
 * of a palette is the number of a third colour, so those are scaled as colours alone.
 */
function leastSize(
  { rows, columns, photometricInterpretation }: FrameDescription,
  presentation: Presentation,
  { size, region, overlays, storedAspect }: RenderOptions,
): { rows: number; columns: number } {
  const areNumbers =
    photometricInterpretation === "PALETTE COLOR" || presentation.labels || presentation.supplemental;
  if (!size || region || overlays || areNumbers || presentation.shutters) return { rows, columns };
  const target = pictureSize(columns, rows, storedAspect ? 1 : presentation.pixelAspect, size);
  return { rows: target.height, columns: target.width };
}

/**
 * Decodes one frame and makes the picture that is seen of it (PS3.4 N.2): modality and VOI transformation, polarity, colour, display
 * shutter, square pixels; colours with an ICC profile become sRGB.
 * @param bytes the frame's fragments joined, or its native bytes
 * @throws ImagingError
 */
export async function renderFrame(
  description: FrameDescription,
  presentation: Presentation,
  bytes: Uint8Array,
  options: RenderOptions,
): Promise<Uint8Array> {
  const decoded = await decodeFrameAtLeast(description, bytes, leastSize(description, presentation, options));
  const raster = rasterOf(decoded.description, presentation, decoded.frame, options.window);
  if (presentation.shutters) cover(presentation.shutters, raster);
  if (options.overlays) {
    const { bitsAllocated } = decoded.description;
    burnIn(
      presentation.overlays.map((overlay) => withPlane(overlay, decoded.frame.bytes, bitsAllocated)),
      raster,
    );
  }
  return encodePicture(raster, presentation, options);
}
