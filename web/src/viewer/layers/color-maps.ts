import { message } from "../../words/words.ts";

export type ColorMapName = "hot-iron" | "rainbow";

export interface ColorMap {
  name: ColorMapName;
  label: string;
  /** Red, green and blue of 256 steps, three bytes each. */
  table: Uint8ClampedArray;
}

function tableOf(colorAt: (step: number) => [number, number, number]): Uint8ClampedArray {
  return Uint8ClampedArray.from(Array.from({ length: 256 }, (_, step) => colorAt(step)).flat());
}

/** Black over red and yellow to white: the Hot Iron palette of PS3.6 B.1.1. */
const hotIron = tableOf((step) => [2 * step, 2 * (step - 128), 4 * (step - 192)]);

/** A corner of a hue: full between a third and two thirds of its range, falling to nothing at the ends. */
const hue = (place: number) => 255 * Math.min(1, Math.max(0, 2 - Math.abs(place)));

/** Black over blue, green and yellow to red. */
const rainbow = tableOf((step) => {
  const at = (step / 255) * 5;
  return [hue(at - 5), hue(at - 3), at < 1 ? 255 * at : hue(at - 1)];
});

export const colorMaps: readonly ColorMap[] = [
  { name: "hot-iron", label: message("Hot iron"), table: hotIron },
  { name: "rainbow", label: message("Rainbow"), table: rainbow },
];

export const colorMap = (name: ColorMapName): ColorMap =>
  colorMaps.find((each) => each.name === name) ?? colorMaps[0]!;
