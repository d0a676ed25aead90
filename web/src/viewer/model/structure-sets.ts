import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "@isocenter/presentation";
import { distanceTo, type SlicePlane, slicePlaneOf } from "../space/slice-plane.ts";
import { cross, dot, subtract, type Vector } from "./geometry.ts";
import type { StackImage } from "./image.ts";
import type { SeriesEntry } from "./study.ts";
import { tags } from "./tags.ts";

/** A line round a region, in one plane of the patient. */
export interface Contour {
  points: readonly Vector[];
  closed: boolean;
  normal: Vector | undefined;
}

/** A region of interest of a structure set (PS3.3 C.8.8.5, C.8.8.6). */
export interface Structure {
  /** Apart from all others of what is open. */
  key: string;
  name: string;
  color: string;
  frameOfReferenceUid: string;
  contours: readonly Contour[];
  /** Millimetres from one contour's plane to the next; undefined where all lie in one. */
  step: number | undefined;
}

export interface StructureSet {
  label: string;
  structures: readonly Structure[];
}

const structureSetSopClass = "1.2.840.10008.5.1.4.1.1.481.3";

const tag = {
  label: "30060002",
  frames: "30060010",
  rois: "30060020",
  number: "30060022",
  frame: "30060024",
  name: "30060026",
  contoursOfRois: "30060039",
  referenced: "30060084",
  color: "3006002A",
  contours: "30060040",
  geometry: "30060042",
  data: "30060050",
};

/** Bounds of what one set may bring. */
const mostStructures = 500;
const mostPoints = 4_000_000;

/** For regions that name no colour. */
const others = ["#ff8a65", "#64b5f6", "#81c784", "#ffd54f", "#ba68c8", "#4dd0e1"];

const read = new WeakMap<JsonDataSet, StructureSet>();

export function structureSetsOf({ instances }: SeriesEntry): StructureSet[] {
  return instances
    .filter((instance) => textOf(instance, tags.SOPClassUID) === structureSetSopClass)
    .map((instance) => {
      const found = read.get(instance) ?? structureSetOf(instance);
      read.set(instance, found);
      return found;
    });
}

export function structureSetOf(instance: JsonDataSet): StructureSet {
  const uid = textOf(instance, tags.SOPInstanceUID) ?? "";
  const rois = new Map(itemsOf(instance, tag.rois).map((item) => [numberOf(item, tag.number), item]));
  const firstFrame = textOf(itemsOf(instance, tag.frames)[0] ?? {}, tags.FrameOfReferenceUID);
  let left = mostPoints;
  const structures = itemsOf(instance, tag.contoursOfRois)
    .slice(0, mostStructures)
    .map((item, index): Structure => {
      const number = numberOf(item, tag.referenced);
      const roi = rois.get(number) ?? {};
      const color = numbersOf(item, tag.color);
      const contours = itemsOf(item, tag.contours).flatMap((each): Contour[] => {
        const contour = left > 0 ? contourOf(each) : undefined;
        left -= contour?.points.length ?? 0;
        return contour ? [contour] : [];
      });
      return {
        key: `${uid}/${number ?? index}`,
        name: textOf(roi, tag.name) ?? String(number ?? index + 1),
        color: color.length === 3 ? `rgb(${color.join(" ")})` : others[index % others.length]!,
        frameOfReferenceUid: textOf(roi, tag.frame) ?? firstFrame ?? "",
        contours,
        step: stepOf(contours),
      };
    })
    .filter(({ contours }) => contours.length > 0);
  return { label: textOf(instance, tag.label) ?? "", structures };
}

const closedTypes = new Set(["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"]);

function contourOf(item: JsonDataSet): Contour | undefined {
  const values = numbersOf(item, tag.data);
  const points: Vector[] = [];
  for (let i = 0; i + 2 < values.length; i += 3) points.push([values[i]!, values[i + 1]!, values[i + 2]!]);
  if (points.length === 0) return undefined;
  return { points, closed: closedTypes.has(textOf(item, tag.geometry) ?? ""), normal: normalOf(points) };
}

/** The normal of the plane that points lie in (Newell); undefined for points on one line. */
function normalOf(points: readonly Vector[]): Vector | undefined {
  let sum: Vector = [0, 0, 0];
  for (let n = 0; n < points.length; n++) {
    const a = subtract(points[n]!, points[0]!);
    const b = subtract(points[(n + 1) % points.length]!, points[0]!);
    const each = cross(a, b);
    sum = [sum[0] + each[0], sum[1] + each[1], sum[2] + each[2]];
  }
  const length = Math.hypot(...sum);
  return length > 1e-6 ? [sum[0] / length, sum[1] / length, sum[2] / length] : undefined;
}

/** The usual distance of neighbouring planes. */
function stepOf(contours: readonly Contour[]): number | undefined {
  const normal = contours.find((contour) => contour.normal)?.normal;
  if (!normal) return undefined;
  const places = [...new Set(contours.map(({ points }) => Math.round(dot(points[0]!, normal) * 100) / 100))];
  places.sort((a, b) => a - b);
  const steps = places.slice(1).map((place, n) => place - places[n]!);
  return steps.sort((a, b) => a - b)[steps.length >> 1];
}

/** What a structure leaves on an image: lines in the patient, closed where they go round a region. */
export interface Outline {
  points: readonly Vector[];
  closed: boolean;
  /** Of a piece of a section, its ends, at which the region ends; the sides that it shares with the next piece are no edge. */
  edges?: readonly (readonly [Vector, Vector])[];
}

/** How far from an image's plane a contour may lie and still be of it, where the image has no thickness, in millimetres. */
const tolerance = 0.5;
/** The cosine above which a contour's plane and an image's count as one direction. */
const parallel = 0.99;

/** A structure on an image: contours of its own plane, or where those of other planes are cut by it. */
export function outlinesOn(image: StackImage, structure: Structure): Outline[] {
  const plane = slicePlaneOf(image);
  if (!plane || plane.frameOfReferenceUid !== structure.frameOfReferenceUid) return [];
  const reach = Math.max(tolerance, (numberOf(image.attributes, tags.SliceThickness) ?? 0) / 2);
  return structure.contours.flatMap((contour): Outline[] => {
    const { normal, points } = contour;
    if (!normal || Math.abs(dot(normal, plane.normal)) > parallel) {
      const distance = Math.abs(distanceTo(plane, points[0]!));
      // In the middle between two slices it is of one of them alone.
      return distance < reach - 1e-3 || distance < tolerance ? [contour] : [];
    }
    return contour.closed ? cutsOf(contour, plane, structure.step ?? 2 * reach) : [];
  });
}

/** Where a closed contour is cut: pieces as thick as the contours lie apart, so that they make up the region's section. */
function cutsOf({ points, normal }: Contour, plane: SlicePlane, step: number): Outline[] {
  if (!normal) return [];
  const crossings: Vector[] = [];
  for (let n = 0; n < points.length; n++) {
    const [from, to] = [points[n]!, points[(n + 1) % points.length]!];
    const [a, b] = [distanceTo(plane, from), distanceTo(plane, to)];
    if (a < 0 === b < 0) continue;
    const part = a / (a - b);
    const at = (axis: 0 | 1 | 2) => from[axis] + part * (to[axis] - from[axis]);
    crossings.push([at(0), at(1), at(2)]);
  }
  const along = cross(plane.normal, normal);
  crossings.sort((p, q) => dot(p, along) - dot(q, along));
  const shifted = (point: Vector, by: number): Vector => [
    point[0] + normal[0] * by,
    point[1] + normal[1] * by,
    point[2] + normal[2] * by,
  ];
  const pieces: Outline[] = [];
  for (let n = 0; n + 1 < crossings.length; n += 2) {
    const [from, to] = [crossings[n]!, crossings[n + 1]!];
    const [a, b, c, d] = [
      shifted(from, -step / 2),
      shifted(to, -step / 2),
      shifted(to, step / 2),
      shifted(from, step / 2),
    ] as const;
    pieces.push({
      closed: true,
      points: [a, b, c, d],
      edges: [
        [a, d],
        [b, c],
      ],
    });
  }
  return pieces;
}

/** A point of the contour in the middle: where to go to see the structure. */
export function middleOf({ contours }: Structure): Vector {
  return contours[contours.length >> 1]!.points[0]!;
}
