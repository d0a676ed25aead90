import { distanceTo, slicePlaneOf } from "../space/slice-plane.ts";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "./dicom-json.ts";
import { dot } from "./geometry.ts";
import { imagesOfInstance, type StackImage } from "./image.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";

export interface Segment {
  /** Apart from all others of what is open. */
  key: string;
  number: number;
  label: string;
  /** Red, green and blue, 0 to 255. */
  color: readonly [number, number, number];
}

/** A segmentation (PS3.3 A.51): its frames, each a picture of one segment in one plane, or of all of them in a label map. */
export interface Segmentation {
  label: string;
  /** Whether each pixel says its segment (PS3.3 C.8.20.2), so that one frame holds all of them. */
  isLabelMap: boolean;
  frames: readonly StackImage[];
  segments: ReadonlyMap<number, Segment>;
  /** What the largest stored value stands for: 1 in a binary one, and in a fractional one its maximum. */
  full: number;
}

const segmentationSopClass = "1.2.840.10008.5.1.4.1.1.66.4";
const labelMapSopClass = "1.2.840.10008.5.1.4.1.1.66.7";

/** For segments that recommend no colour. */
const others = [
  [255, 138, 101],
  [100, 181, 246],
  [129, 199, 132],
  [255, 213, 79],
  [186, 104, 200],
  [77, 208, 225],
] as const;

const tag = {
  segments: "00620002",
  number: "00620004",
  label: "00620005",
  color: "0062000D",
  referenced: "0062000B",
  type: "00620001",
  maximum: "0062000E",
};

const read = new WeakMap<JsonDataSet, Segmentation>();

/** The segmentations of a series, label maps among them. */
export function segmentationsOf(series: SeriesEntry): Segmentation[] {
  return series.instances
    .filter((instance) =>
      [segmentationSopClass, labelMapSopClass].includes(textOf(instance, tags.SOPClassUID) ?? ""),
    )
    .map((instance) => {
      let found = read.get(instance);
      if (!found) {
        found = segmentationOf(instance);
        read.set(instance, found);
      }
      return found;
    });
}

export function segmentationOf(instance: JsonDataSet): Segmentation {
  const uid = textOf(instance, tags.SOPInstanceUID) ?? "";
  const segments = itemsOf(instance, tag.segments).map((item, index): Segment => {
    const number = numberOf(item, tag.number) ?? index + 1;
    const lab = numbersOf(item, tag.color);
    const color =
      lab.length === 3 ? rgbOfLab(lab as [number, number, number]) : others[index % others.length]!;
    return { key: `${uid}/${number}`, number, label: textOf(item, tag.label) ?? String(number), color };
  });
  const isFractional = textOf(instance, tag.type) === "FRACTIONAL";
  const isLabelMap =
    textOf(instance, tags.SOPClassUID) === labelMapSopClass || textOf(instance, tag.type) === "LABELMAP";
  const frames = imagesOfInstance(instance);
  return {
    label: textOf(instance, tags.ContentLabel) ?? textOf(instance, tags.SeriesDescription) ?? "",
    isLabelMap,
    frames: isLabelMap ? frames.map(asNumbers) : frames,
    segments: new Map(segments.map((segment) => [segment.number, segment])),
    full: isFractional ? (numberOf(instance, tag.maximum) ?? 255) : 1,
  };
}

/** The pixels of a label map are numbers of segments, also where a palette gives them colours. */
const asNumbers = (frame: StackImage): StackImage => ({
  ...frame,
  attributes: {
    ...frame.attributes,
    [tags.PhotometricInterpretation]: { vr: "CS", Value: ["MONOCHROME2"] },
  },
});

export const segmentNumberOf = ({ attributes }: StackImage): number =>
  numberOf(attributes, tag.referenced) ?? 0;

/** How far from an image a frame may lie and still be of its slice, in millimetres; of thick slices half of them. */
const tolerance = 0.5;

/** The frames that lie in the plane of an image. */
export function framesOver(image: StackImage, { frames }: Segmentation): StackImage[] {
  const plane = slicePlaneOf(image);
  if (!plane) return [];
  const reach = Math.max(tolerance, (numberOf(image.attributes, tags.SliceThickness) ?? 0) / 2);
  return frames.filter((frame) => {
    const other = slicePlaneOf(frame);
    return (
      other?.frameOfReferenceUid === plane.frameOfReferenceUid &&
      Math.abs(dot(plane.normal, other.normal)) > 0.999 &&
      Math.abs(distanceTo(plane, other.centre)) < reach
    );
  });
}

/** A segment's pixels in its colour, half clear so that the picture is seen through it. */
export function paintSegment(
  values: ArrayLike<number>,
  full: number,
  [red, green, blue]: Segment["color"],
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    pixels[i * 4] = red;
    pixels[i * 4 + 1] = green;
    pixels[i * 4 + 2] = blue;
    pixels[i * 4 + 3] = 115 * Math.min(1, values[i]! / full);
  }
  return pixels;
}

/** Segments by their numbers as colours, as `paintSegment` does one; those that are not named are left out. */
export function paintLabels(
  values: ArrayLike<number>,
  colors: ReadonlyMap<number, Segment["color"]>,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (let i = 0; i < values.length; i++) {
    const color = values[i] === 0 ? undefined : colors.get(values[i]!);
    if (!color) continue;
    pixels[i * 4] = color[0];
    pixels[i * 4 + 1] = color[1];
    pixels[i * 4 + 2] = color[2];
    pixels[i * 4 + 3] = 115;
  }
  return pixels;
}

/** A colour as DICOM scales CIELab to 16 bits (PS3.3 C.10.7.1.1), as the screen's red, green and blue. */
export function rgbOfLab([l, a, b]: readonly [number, number, number]): [number, number, number] {
  const y = ((l / 65535) * 100 + 16) / 116;
  const x = y + ((a / 65535) * 255 - 128) / 500;
  const z = y - ((b / 65535) * 255 - 128) / 200;
  const linear = (value: number) => (value > 6 / 29 ? value ** 3 : 3 * (6 / 29) ** 2 * (value - 4 / 29));
  // D50 as the standard's profile has it, brought to the screen's D65 (Bradford).
  const [X, Y, Z] = [0.9642 * linear(x), linear(y), 0.8249 * linear(z)];
  const channels = [
    3.1339 * X - 1.6169 * Y - 0.4906 * Z,
    -0.9788 * X + 1.9161 * Y + 0.0335 * Z,
    0.0719 * X - 0.229 * Y + 1.4052 * Z,
  ];
  return channels.map((value) => {
    const inside = Math.min(1, Math.max(0, value));
    const shown = inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055;
    return Math.round(255 * shown);
  }) as [number, number, number];
}
