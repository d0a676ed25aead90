import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf, textsOf } from "@isocenter/presentation";
import { tags } from "./tags.ts";

/** Millimetres, or cosines, in the patient's coordinates: x to the left, y to the back, z to the head (PS3.3 C.7.6.2.1.1). */
export type Vector = readonly [number, number, number];

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function normalize(a: Vector): Vector | undefined {
  const length = Math.hypot(...a);
  return length > 1e-6 ? [a[0] / length, a[1] / length, a[2] / length] : undefined;
}

export interface Orientation {
  /** Where the columns' index grows: along a row, to the right of the picture as stored. */
  row: Vector;
  /** Where the rows' index grows: downwards. */
  column: Vector;
  normal: Vector;
}

/** Image Orientation (Patient), or undefined when it is absent or the two directions are not at right angles. */
export function orientationOf(attributes: JsonDataSet): Orientation | undefined {
  const values = geometryValues(attributes, tags.ImageOrientationPatient);
  if (values.length < 6) return undefined;
  const row = normalize([values[0]!, values[1]!, values[2]!]);
  const column = normalize([values[3]!, values[4]!, values[5]!]);
  if (!row || !column || Math.abs(dot(row, column)) > 0.01) return undefined;
  return { row, column, normal: cross(row, column) };
}

export function positionOf(attributes: JsonDataSet): Vector | undefined {
  const values = geometryValues(attributes, tags.ImagePositionPatient);
  return values.length < 3 ? undefined : [values[0]!, values[1]!, values[2]!];
}

/** Nuclear medicine keeps its geometry in the first detector's item (PS3.3 C.8.4.11); only that of volumes says where a frame lies. */
function geometryValues(attributes: JsonDataSet, tag: string): number[] {
  const own = numbersOf(attributes, tag);
  if (own.length > 0 || textOf(attributes, tags.Modality) !== "NM") return own;
  const detector = itemsOf(attributes, tags.DetectorInformationSequence)[0];
  return detector && (numberOf(attributes, tags.NumberOfFrames) ?? 1) === 1 ? numbersOf(detector, tag) : [];
}

export type Plane = "Axial" | "Coronal" | "Sagittal" | "Oblique";

/** The plane's name where it lies within 20 degrees of it. */
export const planeOf = (orientation: Orientation): Plane => planeAcross(orientation.normal);

/** The same of a plane that lies across a direction of length one. */
export function planeAcross(normal: Vector): Plane {
  const [x, y, z] = normal.map(Math.abs) as [number, number, number];
  const near = Math.cos((20 * Math.PI) / 180);
  if (z >= near) return "Axial";
  if (y >= near) return "Coronal";
  if (x >= near) return "Sagittal";
  return "Oblique";
}

/** The letters of a direction, the main one first: "L", "AR", "HLP"; components under one third of the vector's length are left out. */
export function lettersOf(direction: Vector): string {
  const unit = normalize(direction);
  if (!unit) return "";
  const letters: [number, string][] = [
    [Math.abs(unit[0]), unit[0] < 0 ? "R" : "L"],
    [Math.abs(unit[1]), unit[1] < 0 ? "A" : "P"],
    [Math.abs(unit[2]), unit[2] < 0 ? "F" : "H"],
  ];
  return letters
    .filter(([size]) => size > 1 / 3)
    .sort((a, b) => b[0] - a[0])
    .map(([, letter]) => letter)
    .join("");
}

const opposites: Record<string, string> = { A: "P", P: "A", L: "R", R: "L", H: "F", F: "H" };

export function oppositeLetters(letters: string): string {
  return [...letters].map((letter) => opposites[letter] ?? letter).join("");
}

export interface EdgeLetters {
  top: string;
  right: string;
  bottom: string;
  left: string;
}

export const noLetters: EdgeLetters = { top: "", right: "", bottom: "", left: "" };

/**
 * The letters at the four edges of the screen. `right` and `down` say where the screen's right and bottom point, in the
 * coordinates in which the picture is drawn: the patient's where the orientation is known, else rows and columns as x and y.
 */
export function edgeLetters(attributes: JsonDataSet, right: Vector, down: Vector): EdgeLetters {
  if (orientationOf(attributes)) {
    const r = lettersOf(right);
    const d = lettersOf(down);
    return { top: oppositeLetters(d), right: r, bottom: d, left: oppositeLetters(r) };
  }
  // Patient Orientation (PS3.3 C.7.6.1.1.1): the letters of the row's and of the column's direction.
  const [row, column] = textsOf(attributes, tags.PatientOrientation).map((text) => text.toUpperCase());
  if (!row || !column || !/^[APLRHF]+$/.test(row + column)) return noLetters;
  const along = (direction: Vector): string => {
    const horizontal = Math.abs(direction[0]) >= Math.abs(direction[1]);
    const letters = horizontal ? row : column;
    return (horizontal ? direction[0] : direction[1]) >= 0 ? letters : oppositeLetters(letters);
  };
  const r = along(right);
  const d = along(down);
  return { top: oppositeLetters(d), right: r, bottom: d, left: oppositeLetters(r) };
}

/** Millimetres between neighbouring rows and between neighbouring columns, and where the figures come from. */
export interface Spacing {
  row: number;
  column: number;
  /** `patient`: in the patient's plane. `detector`: at the detector, larger than life. `none`: only the ratio is known. */
  source: "patient" | "detector" | "none";
}

export function spacingOf(attributes: JsonDataSet): Spacing {
  const patient = positivePair(numbersOf(attributes, tags.PixelSpacing));
  if (patient) return { row: patient[0], column: patient[1], source: "patient" };
  const detector =
    positivePair(numbersOf(attributes, tags.ImagerPixelSpacing)) ??
    positivePair(numbersOf(attributes, tags.NominalScannedPixelSpacing));
  if (detector) {
    const magnification = numberOf(attributes, tags.EstimatedRadiographicMagnificationFactor);
    if (magnification !== undefined && magnification > 0) {
      return { row: detector[0] / magnification, column: detector[1] / magnification, source: "patient" };
    }
    return { row: detector[0], column: detector[1], source: "detector" };
  }
  const aspect = positivePair(numbersOf(attributes, tags.PixelAspectRatio));
  return { row: aspect ? aspect[0] / aspect[1] : 1, column: 1, source: "none" };
}

function positivePair(values: number[]): [number, number] | undefined {
  const [first, second] = values;
  return first !== undefined && second !== undefined && first > 0 && second > 0 ? [first, second] : undefined;
}

/** Where the slice lies along its main axis, in millimetres, or undefined where the picture has no place in the patient. */
export function sliceLocationOf(attributes: JsonDataSet): number | undefined {
  const orientation = orientationOf(attributes);
  const position = positionOf(attributes);
  if (!orientation || !position) return undefined;
  const [x, y, z] = orientation.normal.map(Math.abs) as [number, number, number];
  // Along an oblique normal the sign follows the main axis, so that neighbouring stacks count in the same direction.
  const main = z >= x && z >= y ? 2 : y >= x ? 1 : 0;
  return dot(position, orientation.normal) * Math.sign(orientation.normal[main] || 1);
}
