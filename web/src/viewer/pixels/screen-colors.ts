import { itemsOf, rememberedBytes, rememberTableData, textOf } from "@isocenter/presentation";
import type { Dicomweb } from "../dicomweb.ts";
import type { StackImage } from "../model/image.ts";
import { tags } from "../model/tags.ts";
import type { Rgb } from "./color.ts";
import { pngOf } from "./png.ts";

/** How many pixels are turned into colours of the screen at once; where they lie in the picture does not matter for their colour. */
const piece = { columns: 1024, rows: 1024 };

/**
 * The ICC profile that the colours of an image are meant by (PS3.3 C.11.15), its own or that of its only optical path; undefined where a screen shows them
 * as they are meant without one.
 */
export async function profileOf(
  dicomweb: Dicomweb,
  image: StackImage,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const paths = itemsOf(image.dataSet, tags.OpticalPathSequence);
  const source = image.dataSet[tags.ICCProfile] ? image.dataSet : paths.length === 1 ? paths[0]! : {};
  const element = source[tags.ICCProfile];
  if (!element) return undefined;
  const { changesColours } = await import("@isocenter/dicom");
  if (!rememberedBytes(source, tags.ICCProfile) && element.BulkDataURI !== undefined)
    rememberTableData(source, tags.ICCProfile, await dicomweb.bulkData(element.BulkDataURI, image, signal));
  const profile = rememberedBytes(source, tags.ICCProfile);
  return profile && changesColours(profile, textOf(source, tags.ColorSpace)) ? profile : undefined;
}

/** Colours by a profile as those of a screen (sRGB), as the browser has them: a profile that it cannot use is passed over. */
export async function toScreenColors(rgb: Rgb, profile: Uint8Array): Promise<Rgb> {
  const screen = new Uint8Array(rgb.length);
  const count = rgb.length / 3;
  for (let from = 0; from < count; from += piece.columns * piece.rows) {
    const pixels = Math.min(piece.columns * piece.rows, count - from);
    const rows = Math.ceil(pixels / piece.columns);
    const part = rgb.subarray(from * 3, (from + pixels) * 3);
    const bitmap = await createImageBitmap(pngOf(part, piece.columns, rows, profile));
    const canvas = new OffscreenCanvas(piece.columns, rows);
    const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" })!;
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = context.getImageData(0, 0, piece.columns, rows);
    for (let i = 0, at = from * 3; i < pixels; i++, at += 3) {
      screen[at] = data[i * 4]!;
      screen[at + 1] = data[i * 4 + 1]!;
      screen[at + 2] = data[i * 4 + 2]!;
    }
  }
  return screen;
}
