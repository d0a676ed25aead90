import { numberOf, textOf } from "@isocenter/presentation";
import { joined } from "../../kit/joined.ts";
import { message, t } from "../../words/words.ts";
import { dateOf, timeOf } from "./dicom-json.ts";
import { orientationOf, planeOf, sliceLocationOf } from "./geometry.ts";
import type { StackImage } from "./image.ts";
import { type Patient, patientOf } from "./patient.ts";
import { whyNoSuv } from "./suv.ts";
import { tags } from "./tags.ts";
import { formatWindowValue, type Window } from "./windows.ts";

export interface OverlayText {
  topLeft: string[];
  topRight: string[];
  bottomLeft: string[];
  bottomRight: string[];
  /** Those of them that leave first where there is not room for all. */
  lesser: string[];
}

export interface OverlayInput {
  image: StackImage;
  /** The place in the stack, from 1, and how many there are. */
  number: number;
  total: number;
  window: Window | undefined;
  windowName: string;
  /** By hand: what an image says of itself is how it is to be seen. */
  inverted: boolean;
  zoom: number;
  /** Whether the step from the image before is longer than those of the stack. */
  isAfterGap: boolean;
}

/** What stands in the corners of a viewport. */
export function overlayText(input: OverlayInput): OverlayText {
  const { image } = input;
  const { attributes } = image;
  const patient = patientOf(attributes);
  const description =
    textOf(attributes, tags.SeriesDescription) ?? textOf(attributes, tags.ProtocolName) ?? "";
  const seriesNumber = textOf(attributes, tags.SeriesNumber);
  const rest = patientLine(patient);
  const when = acquired(image);
  const place = location(image);
  const zoom = t("Zoom {factor}", { factor: input.zoom.toFixed(2) });
  return {
    topLeft: compact([
      [patient.name || t("Name unknown"), patient.id || t("no identifier")].join(" · "),
      rest,
      image.reformat
        ? planeSource(seriesNumber, description)
        : joined(seriesNumber ? t("Se {number}", { number: seriesNumber }) : "", description),
    ]),
    topRight: compact([when, joined(planeText(image), thickness(image)), lateralityText(image)]),
    bottomLeft: compact([
      input.isAfterGap ? t("Slices are missing before this one") : "",
      imageLine(input),
      place,
    ]),
    bottomRight: compact([
      windowLine(input),
      zoom,
      noSuvLine(image),
      textOf(attributes, tags.LossyImageCompression) === "01" ? t("Lossy compression") : "",
    ]),
    lesser: [rest, when, place, zoom],
  };
}

/** What a plane was cut from: the series by its number, or where it has none by what it is called. */
function planeSource(seriesNumber: string | undefined, description: string): string {
  if (seriesNumber) return t("Plane cut from Se {number}", { number: seriesNumber });
  return description ? t("Plane cut from {description}", { description }) : t("Plane cut from the volume");
}

function noSuvLine({ attributes }: StackImage): string {
  const why = whyNoSuv(attributes);
  return why ? t(why) : "";
}

function compact(lines: string[]): string[] {
  return lines.filter((line) => line !== "");
}

export function patientLine(patient: Patient): string {
  return joined(patient.sex, patient.age, patient.birthDate);
}

function acquired({ attributes }: StackImage): string {
  const date =
    dateOf(attributes, tags.AcquisitionDate) ??
    dateOf(attributes, tags.ContentDate) ??
    dateOf(attributes, tags.StudyDate) ??
    "";
  const time =
    timeOf(attributes, tags.AcquisitionTime) ??
    timeOf(attributes, tags.ContentTime) ??
    timeOf(attributes, tags.StudyTime) ??
    "";
  return [date, time].filter(Boolean).join(" ");
}

const planeWords = {
  Axial: message("Axial"),
  Coronal: message("Coronal"),
  Sagittal: message("Sagittal"),
  Oblique: message("Oblique"),
} as const;

/** "Coronal", and by how much a plane is turned; of a projection its view. */
function planeText({ attributes, modality, reformat }: StackImage): string {
  const orientation = orientationOf(attributes);
  if (orientation) {
    const plane = t(planeWords[planeOf(orientation)]);
    return reformat?.turned
      ? t("{plane}, turned by {degrees}°", { plane, degrees: String(reformat.turned) })
      : plane;
  }
  return modality === "MG" || modality === "DX" || modality === "CR"
    ? (textOf(attributes, tags.ViewPosition) ?? "")
    : "";
}

const slabWords = { average: message("average"), maximum: "MIP", minimum: "MinIP" };

function thickness({ attributes, reformat }: StackImage): string {
  const value = numberOf(attributes, tags.SliceThickness);
  const text = value && value > 0 ? `${Number(value.toFixed(2))} mm` : "";
  return reformat && reformat.slab.thickness > 0 ? `${text}, ${t(slabWords[reformat.slab.mode])}` : text;
}

function lateralityText({ attributes }: StackImage): string {
  const side =
    textOf(attributes, tags.FrameLaterality) ??
    textOf(attributes, tags.ImageLaterality) ??
    textOf(attributes, tags.Laterality);
  return side === "L" ? t("Left") : side === "R" ? t("Right") : side === "B" ? t("Both sides") : "";
}

/** The instance's own number is named where it differs from the place in the stack, as other systems count by it. */
function imageLine({ image, number, total }: OverlayInput): string {
  const place = t("Im {number} / {total}", { number: String(number), total: String(total) });
  if (image.numberOfFrames > 1 || image.instanceNumber === undefined || image.instanceNumber === number)
    return place;
  return `${place} · ${t("no. {number}", { number: String(image.instanceNumber) })}`;
}

function location({ attributes }: StackImage): string {
  const value = sliceLocationOf(attributes);
  return value === undefined ? "" : t("Loc {place} mm", { place: value.toFixed(1).replace("-", "−") });
}

function windowLine({ window, windowName, inverted }: OverlayInput): string {
  if (!window) return "";
  const figures = `W ${formatWindowValue(window.width, window.width)} L ${formatWindowValue(window.center, window.width)}`;
  return joined(figures, windowName && t(windowName), inverted ? t("inverted") : "");
}
