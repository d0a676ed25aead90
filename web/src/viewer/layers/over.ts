import { rangeOfWindow, shadesOf } from "@isocenter/presentation";
import { alike, type Blending } from "../model/blending.ts";
import type { StackImage } from "../model/image.ts";
import { suvFactorOf } from "../model/suv.ts";
import { initialRule, resolveWindow, type Window } from "../model/windows.ts";
import { statisticsOf } from "../pixels/statistics.ts";
import type { Volume } from "../volume/volumes.ts";
import { colorMap } from "./color-maps.ts";
import { type FusionLook, type Measure, maximumOf, measureOf, paint, upperOf } from "./fusion.ts";

type Slices = readonly ArrayLike<number>[];

/** A volume in colours over a picture. */
export interface Over {
  volume: Volume;
  /** Its slices as they are interpolated, once they are here, and what their values look like. */
  prepare(slices: Slices): { slices: Slices; painter(look: FusionLook): Painter };
  /** Whether a person says what it looks like; else a presentation state does. */
  byHand: boolean;
}

/** How values become colours. */
export interface Painter {
  /** Red, green, blue and opacity by pixel; nothing where there is no value. */
  paint(values: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer>;
  scale: ColorScale;
}

/** Which colours stand for which values. */
export interface ColorScale {
  lower: number;
  upper: number;
  unit: string;
  /** Red, green and blue of 256 steps from the lower to the upper. */
  table: Uint8ClampedArray;
}

/** A series that a person laid over a picture. */
export function overByHand(volume: Volume): Over {
  const { images } = volume.geometry;
  const measure = measureOf(images[0]!);
  return {
    volume,
    byHand: true,
    prepare: (slices) => {
      const range = rangeIn(slices, images, measure);
      return {
        slices,
        painter: (look) => {
          const ends = range(look);
          return {
            paint: (values) => paint(values, ends, look),
            scale: { ...ends, unit: measure.unit, table: colorMap(look.colorMap).table },
          };
        },
      };
    },
  };
}

/** From nothing to where a look has uptake end; of other values the window that the middle image opens with. */
function rangeIn(slices: Slices, images: readonly StackImage[], measure: Measure) {
  if (measure.kind !== "other") {
    const maximum = maximumOf(slices);
    return (look: FusionLook) => ({ lower: 0, upper: upperOf(look, measure, maximum) });
  }
  const middle = images.length >> 1;
  const ends = rangeOfWindow(openingOf(images[middle]!, slices[middle]!));
  return () => ends;
}

function openingOf({ attributes }: StackImage, pixels: ArrayLike<number>): Window {
  const rule = initialRule(attributes, suvFactorOf(attributes) !== undefined);
  return resolveWindow(rule, attributes, statisticsOf(pixels, undefined));
}

/** What a presentation state lays over a picture, in its colours and by its share (PS3.4 N.2.4). */
export function overByState(volume: Volume, blending: Blending): Over {
  const { images } = volume.geometry;
  const middle = images.length >> 1;
  const image = images[middle]!;
  const { unit } = measureOf(image);
  return {
    volume,
    byHand: false,
    prepare: (slices) => {
      const same = alike(slices, images, image);
      const window = blending.windowOver(image) ?? openingOf(image, same[middle]!);
      const shade = shadesOf(window);
      const { lower, upper } = rangeOfWindow(window);
      const bytes = (grey: number) => blending.shading(grey).map((level) => Math.round(255 * level));
      // As finely as a palette of 16 bits is seen on a screen of 8.
      const palette = Uint8ClampedArray.from(Array.from({ length: 4096 }, (_, n) => bytes(n / 4095)).flat());
      const opacity = Math.round(255 * blending.opacity);
      const painter: Painter = {
        scale: {
          lower,
          upper,
          unit,
          table: Uint8ClampedArray.from(
            Array.from({ length: 256 }, (_, n) => bytes(shade(lower + (n / 255) * (upper - lower)))).flat(),
          ),
        },
        paint(values) {
          const pixels = new Uint8ClampedArray(values.length * 4);
          for (let i = 0; i < values.length; i++) {
            // Outside of the volume there is none.
            if (Number.isNaN(values[i])) continue;
            const entry = 3 * Math.round(4095 * shade(values[i]!));
            for (let color = 0; color < 3; color++) pixels[i * 4 + color] = palette[entry + color]!;
            pixels[i * 4 + 3] = opacity;
          }
          return pixels;
        },
      };
      return { slices: same, painter: () => painter };
    },
  };
}
