import { message } from "../../words/words.ts";

export type ColorMapName = "hot-iron" | "rainbow" | "pet" | "hot-metal-blue" | "pet-20-step" | "grey";

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

type Knots = readonly (readonly [step: number, level: number])[];

/** Straight from knot to knot. */
function along(knots: Knots): (step: number) => number {
  return (step) => {
    const high = Math.max(
      1,
      knots.findIndex(([at]) => at >= step),
    );
    const [[from, low], [to, top]] = [knots[high - 1]!, knots[high]!];
    return low + ((step - from) / (to - from)) * (top - low);
  };
}

function tableAlong(...colors: [Knots, Knots, Knots]): Uint8ClampedArray {
  const levels = colors.map(along);
  return tableOf((step) => levels.map((level) => level(step)) as [number, number, number]);
}

/** The PET palette of PS3.6 B.1.2. */
const pet = tableAlong(
  [
    [0, 0],
    [64, 1],
    [192, 255],
    [255, 255],
  ],
  [
    [0, 0],
    [63, 128],
    [128, 0],
    [255, 255],
  ],
  [
    [0, 0],
    [128, 255],
    [192, 0],
    [255, 255],
  ],
);

/** The Hot Metal Blue palette of PS3.6 B.1.3, to a level or two. */
const hotMetalBlue = tableAlong(
  [
    [0, 0],
    [85, 0],
    [104, 55],
    [121, 96],
    [154, 194],
    [170, 255],
    [255, 255],
  ],
  [
    [0, 0],
    [119, 0],
    [255, 255],
  ],
  [
    [0, 0],
    [102, 200],
    [119, 150],
    [136, 50],
    [153, 0],
    [170, 0],
    [241, 210],
    [255, 255],
  ],
);

/** The colours of the PET 20 Step palette of PS3.6 B.1.4, a twentieth of the range each. */
const steps: readonly [number, number, number][] = [
  [0, 0, 0],
  [96, 0, 80],
  [48, 48, 80],
  [48, 48, 112],
  [80, 80, 128],
  [96, 96, 176],
  [112, 112, 192],
  [128, 128, 224],
  [48, 96, 48],
  [48, 144, 48],
  [80, 192, 80],
  [64, 224, 64],
  [224, 224, 80],
  [208, 208, 96],
  [208, 176, 64],
  [208, 144, 0],
  [192, 96, 0],
  [176, 48, 0],
  [255, 0, 0],
  [255, 255, 255],
];

export const colorMaps: readonly ColorMap[] = [
  { name: "hot-iron", label: message("Hot iron"), table: hotIron },
  { name: "rainbow", label: message("Rainbow"), table: rainbow },
  { name: "pet", label: message("PET"), table: pet },
  { name: "hot-metal-blue", label: message("Hot metal blue"), table: hotMetalBlue },
  {
    name: "pet-20-step",
    label: message("PET, 20 steps"),
    table: tableOf((step) => steps[Math.floor((step * 20) / 256)]!),
  },
  { name: "grey", label: message("Grey"), table: tableOf((step) => [step, step, step]) },
];

export const colorMap = (name: ColorMapName): ColorMap =>
  colorMaps.find((each) => each.name === name) ?? colorMaps[0]!;
