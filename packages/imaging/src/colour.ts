import { ImagingError } from "./errors.ts";
import { type DecodedFrame, type FrameDescription, interleave, isSubsampled } from "./frame.ts";
import { windowing } from "./greyscale.ts";
import type { Palette } from "./palette.ts";
import type { Presentation } from "./presentation.ts";
import { sampleReader } from "./samples.ts";
import type { Window } from "./window.ts";

/** Three bytes a pixel through the palette. */
export function throughPalette(
  description: FrameDescription,
  palette: Palette,
  bytes: Uint8Array,
): Uint8Array {
  const pixels = description.rows * description.columns;
  const read = sampleReader(description, bytes);
  const rgb = new Uint8Array(3 * pixels);
  const last = palette.red.length - 1;
  for (let i = 0; i < pixels; i++) {
    const index = Math.min(Math.max(read(i) - palette.first, 0), last);
    rgb[3 * i] = palette.red[index]!;
    rgb[3 * i + 1] = palette.green[index]!;
    rgb[3 * i + 2] = palette.blue[index]!;
  }
  return rgb;
}

/** Three bytes a pixel: grey below the palette's first value, and its colours from there (PS3.3 C.7.6.19.1). */
export function withSupplement(
  description: FrameDescription,
  palette: Palette,
  bytes: Uint8Array,
  levels: Uint8Array,
): Uint8Array {
  const read = sampleReader(description, bytes);
  const rgb = new Uint8Array(3 * levels.length);
  const last = palette.red.length - 1;
  for (let i = 0; i < levels.length; i++) {
    const index = Math.min(read(i) - palette.first, last);
    if (index < 0) rgb.fill(levels[i]!, 3 * i, 3 * i + 3);
    else rgb.set([palette.red[index]!, palette.green[index]!, palette.blue[index]!], 3 * i);
  }
  return rgb;
}

/** Samples by pixel, brought to eight bits. */
function eightBitSamples(description: FrameDescription, frame: DecodedFrame): Uint8Array {
  const { rows, columns, samplesPerPixel, bitsAllocated, bitsStored } = description;
  const bytesPerSample = bitsAllocated / 8;
  if (!Number.isInteger(bytesPerSample))
    throw new ImagingError("unsupported", "Colour needs whole bytes allocated for a sample.");
  const subsampled = isSubsampled(frame.photometricInterpretation);
  const byPixel =
    frame.planarConfiguration === 1 && !subsampled
      ? interleave(frame.bytes, samplesPerPixel, bytesPerSample)
      : frame.bytes;
  if (bitsAllocated === 8 && bitsStored === 8) return byPixel;
  const samples = subsampled ? rows * (columns + (columns % 2)) * 2 : rows * columns * samplesPerPixel;
  const read = sampleReader({ ...description, pixelRepresentation: 0 }, byPixel);
  const maximum = 2 ** bitsStored - 1;
  const result = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) result[i] = Math.round((read(i) * 255) / maximum);
  return result;
}

/** YBR_FULL to RGB in place (PS3.3 C.7.6.3.1.2); for YBR_PARTIAL the ranges of ITU-R BT.601 are stretched first. */
function ybrToRgb(pixels: Uint8Array, partial: boolean): Uint8Array {
  const result = new Uint8ClampedArray(pixels.length);
  const lumaScale = partial ? 255 / 219 : 1;
  const chromaScale = partial ? 255 / 224 : 1;
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const y = (pixels[i]! - (partial ? 16 : 0)) * lumaScale;
    const cb = (pixels[i + 1]! - 128) * chromaScale;
    const cr = (pixels[i + 2]! - 128) * chromaScale;
    result[i] = y + 1.402 * cr;
    result[i + 1] = y - 0.344136 * cb - 0.714136 * cr;
    result[i + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(result.buffer);
}

/** Y1 Y2 Cb Cr to Y Cb Cr for each pixel; the row's last pair is cut where the columns are odd. */
function upsample(samples: Uint8Array, rows: number, columns: number): Uint8Array {
  const result = new Uint8Array(rows * columns * 3);
  let source = 0;
  let target = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column += 2, source += 4)
      for (let pixel = 0; pixel < 2 && column + pixel < columns; pixel++) {
        result[target++] = samples[source + pixel]!;
        result[target++] = samples[source + 2]!;
        result[target++] = samples[source + 3]!;
      }
  return result;
}

/** Where alpha is above 0 its palette colour stands in place of the pixel's (retired; PS3.3-2001 C.7.6.3.1.2). */
function argbToRgb(pixels: Uint8Array, palette: Palette | null): Uint8Array {
  const rgb = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0, target = 0; i + 3 < pixels.length; i += 4, target += 3) {
    const alpha = pixels[i]!;
    if (alpha > 0 && palette) {
      const index = Math.min(Math.max(alpha - palette.first, 0), palette.red.length - 1);
      rgb[target] = palette.red[index]!;
      rgb[target + 1] = palette.green[index]!;
      rgb[target + 2] = palette.blue[index]!;
    } else rgb.set(pixels.subarray(i + 1, i + 4), target);
  }
  return rgb;
}

function cmykToRgb(pixels: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0, target = 0; i + 3 < pixels.length; i += 4) {
    const white = 255 - pixels[i + 3]!;
    for (let channel = 0; channel < 3; channel++)
      rgb[target++] = Math.round(((255 - pixels[i + channel]!) * white) / 255);
  }
  return rgb;
}

function toRgb(description: FrameDescription, presentation: Presentation, frame: DecodedFrame): Uint8Array {
  const { rows, columns, samplesPerPixel } = description;
  const interpretation = frame.photometricInterpretation;
  const samples = eightBitSamples(description, frame);
  if (samplesPerPixel === 4) {
    if (interpretation === "CMYK") return cmykToRgb(samples);
    if (interpretation === "ARGB") return argbToRgb(samples, presentation.palette);
  }
  if (samplesPerPixel !== 3)
    throw new ImagingError("unsupported", `${interpretation} of ${samplesPerPixel} samples is not shown.`);
  switch (interpretation) {
    case "RGB":
    // The transform of JPEG 2000 is undone by the decoder; native pixels cannot have it (PS3.5 8.2.4).
    case "YBR_RCT":
    case "YBR_ICT":
      return samples;
    case "YBR_FULL":
      return ybrToRgb(samples, false);
    case "YBR_FULL_422":
      return ybrToRgb(upsample(samples, rows, columns), false);
    case "YBR_PARTIAL_422":
      return ybrToRgb(upsample(samples, rows, columns), true);
    default:
      throw new ImagingError("unsupported", `The photometric interpretation ${interpretation} is not shown.`);
  }
}

/**
 * Three bytes a pixel, red, green, blue. A window changes a colour picture when it is asked for; those in the object do not
 * apply to it (PS3.3 C.11.2.1.2).
 * @throws ImagingError `unsupported`, `invalid`
 */
export function colours(
  description: FrameDescription,
  presentation: Presentation,
  frame: DecodedFrame,
  asked: Omit<Window, "explanation"> | null,
): Uint8Array {
  let rgb: Uint8Array;
  if (frame.photometricInterpretation === "PALETTE COLOR") {
    if (!presentation.palette) throw new ImagingError("invalid", "The palette is missing or not whole.");
    rgb = throughPalette(description, presentation.palette, frame.bytes);
  } else rgb = toRgb(description, presentation, frame);
  if (!asked) return rgb;
  const voi = windowing(asked);
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => voi(value));
  return rgb.map((value) => table[value]!);
}
