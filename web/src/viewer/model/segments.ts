import { type Rgb, segmentColour } from "@isocenter/dicom";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "@isocenter/presentation";
import { distanceTo, slicePlaneOf } from "../space/slice-plane.ts";
import { dot } from "./geometry.ts";
import { imagesOfInstance, type StackImage } from "./image.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";

export interface Segment {
  /** Apart from all others of what is open. */
  key: string;
  number: number;
  label: string;
  color: Rgb;
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
    const color = segmentColour(numbersOf(item, tag.color), index);
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
