import { shadesOf } from "@isocenter/presentation";
import type { StackImage } from "../model/image.ts";
import { suvFactorOf } from "../model/suv.ts";
import { initialRule, isInverse, resolveWindow } from "../model/windows.ts";
import { toRgb } from "./color.ts";
import type { DecodedPixels } from "./decode.ts";
import { isColor, type PixelDescription } from "./description.ts";
import { applyModality, modalityTransformOf } from "./gray.ts";
import { toScreenColors } from "./screen-colors.ts";
import { paddingOf, statisticsOf } from "./statistics.ts";

/** A picture as the screen takes it: red, green, blue and opacity. */
export interface SmallPicture {
  columns: number;
  rows: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A coarse picture of an image in the window with which the image opens, its colours as a profile means them. */
export async function picturePixels(
  image: StackImage,
  decoded: DecodedPixels & { description: PixelDescription },
  profile: Uint8Array | undefined,
): Promise<SmallPicture> {
  const { description, samples, photometric, planar } = decoded;
  const { rows, columns } = description;
  const pixels = new Uint8ClampedArray(rows * columns * 4).fill(255);
  if (isColor(description)) {
    const colors = toRgb(samples, description, photometric, planar);
    const rgb = profile ? await toScreenColors(colors, profile) : colors;
    for (let i = 0; i < rows * columns; i++) pixels.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
    return { columns, rows, pixels };
  }
  const transform = modalityTransformOf(image.attributes);
  const values = applyModality(samples, transform);
  const hasSuv = suvFactorOf(image.attributes) !== undefined;
  const rule = initialRule(image.attributes, hasSuv);
  const statistics = statisticsOf(values, paddingOf(image.attributes, transform));
  const shade = shadesOf(resolveWindow(rule, image.attributes, statistics));
  const inverse = isInverse(image.attributes) !== (image.modality === "PT");
  for (let i = 0; i < rows * columns; i++) {
    const grey = 255 * shade(values[i]!);
    const drawn = inverse ? 255 - grey : grey;
    pixels[i * 4] = drawn;
    pixels[i * 4 + 1] = drawn;
    pixels[i * 4 + 2] = drawn;
  }
  return { columns, rows, pixels };
}
