import { type Rgb, rgbOfLab } from "@isocenter/dicom";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "./dicom-json.ts";
import type { PixelPoint } from "./points.ts";

/** In pixels of the image, or in parts of the area that is displayed, from its upper left corner on the screen. */
export type Units = "PIXEL" | "DISPLAY";

/** A line, or a closed figure, as points along it. */
export interface Graphic {
  units: Units;
  kind: "point" | "line" | "circle" | "ellipse";
  /** Of a circle its centre and a point on it; of an ellipse the ends of its axes, the longer first (PS3.3 C.10.5.1.2). */
  points: readonly PixelPoint[];
  curved: boolean;
  filled: boolean;
  color: string;
}

export interface Texted {
  text: string;
  /** Where it stands: the box that it fills, or undefined. */
  box: { units: Units; from: PixelPoint; to: PixelPoint; align: "start" | "middle" | "end" } | undefined;
  /** What it points at. */
  anchor: { units: Units; point: PixelPoint; isSeen: boolean } | undefined;
  color: string;
}

/** Bounds of what one object may bring. */
const mostPoints = 20_000;
const mostLetters = 1024;

const unitsOf = (item: JsonDataSet, tag: string): Units =>
  textOf(item, tag) === "DISPLAY" ? "DISPLAY" : "PIXEL";

const kinds: Readonly<Record<string, Graphic["kind"]>> = {
  POINT: "point",
  POLYLINE: "line",
  INTERPOLATED: "line",
  CIRCLE: "circle",
  ELLIPSE: "ellipse",
};

function pairsOf(values: readonly number[]): PixelPoint[] {
  const points: PixelPoint[] = [];
  for (let i = 0; i + 1 < Math.min(values.length, mostPoints * 2); i += 2)
    points.push([values[i]!, values[i + 1]!]);
  return points;
}

const fewest: Readonly<Record<Graphic["kind"], number>> = { point: 1, line: 2, circle: 2, ellipse: 4 };

/** The graphic objects of an item of the Graphic Annotation Sequence. */
export function graphicsOf(annotation: JsonDataSet, instance: JsonDataSet): Graphic[] {
  const color = layerColor(annotation, instance);
  return itemsOf(annotation, "00700009").flatMap((item): Graphic[] => {
    const type = textOf(item, "00700023") ?? "";
    const kind = kinds[type];
    const points = pairsOf(numbersOf(item, "00700022"));
    if (!kind || points.length < fewest[kind]) return [];
    return [
      {
        units: unitsOf(item, "00700005"),
        kind,
        points,
        curved: type === "INTERPOLATED",
        filled: textOf(item, "00700024") === "Y",
        color,
      },
    ];
  });
}

const aligns: Readonly<Record<string, "start" | "middle" | "end">> = {
  LEFT: "start",
  CENTER: "middle",
  RIGHT: "end",
};

/** The text objects of an item of the Graphic Annotation Sequence. */
export function textsOfAnnotation(annotation: JsonDataSet, instance: JsonDataSet): Texted[] {
  const color = layerColor(annotation, instance);
  return itemsOf(annotation, "00700008").flatMap((item): Texted[] => {
    const text = (textOf(item, "00700006") ?? "").slice(0, mostLetters);
    const [from] = pairsOf(numbersOf(item, "00700010"));
    const [to] = pairsOf(numbersOf(item, "00700011"));
    const [point] = pairsOf(numbersOf(item, "00700014"));
    if (text === "" || (!(from && to) && !point)) return [];
    const align = aligns[textOf(item, "00700012") ?? ""] ?? "start";
    return [
      {
        text,
        box: from && to && { units: unitsOf(item, "00700003"), from, to, align },
        anchor: point && {
          units: unitsOf(item, "00700004"),
          point,
          isSeen: textOf(item, "00700015") !== "N",
        },
        color,
      },
    ];
  });
}

/** For layers that recommend no colour. */
const plain: Rgb = [143, 227, 242];

const layerColor = (annotation: JsonDataSet, instance: JsonDataSet): string =>
  `rgb(${colorOfLayer(textOf(annotation, "00700002"), instance).join(" ")})`;

/** The colour that a layer recommends (PS3.3 C.10.7). */
export function colorOfLayer(name: string | undefined, instance: JsonDataSet): Rgb {
  const layer = itemsOf(instance, "00700060").find((item) => textOf(item, "00700002") === name);
  if (!layer) return plain;
  const color = rgbOfLab(numbersOf(layer, "00700401"));
  if (color) return color;
  const grey = numberOf(layer, "00700066");
  // What is all but black would not be seen over the picture.
  if (grey === undefined || grey < 0x4000) return plain;
  const level = Math.round((grey / 65535) * 255);
  return [level, level, level];
}
