import { isDeepStrictEqual } from "node:util";
import {
  type ImageMeasurement,
  isInPlane,
  type Measurement,
  measurementPoints,
  type PlaneMeasurement,
} from "@isocenter/contract";
import type { Viewer } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";
import { type Placed, type Vector, type Volume, wrong } from "./placed.ts";

/** An image of a study that something points at. */
interface Pointing {
  sopInstanceUid: string;
  frame?: number;
}

/**
 * The images that are pointed at, by SOP Instance UID.
 * @throws Refusal `invalid` (`measurement.invalid`) where one is not in the study, or has no such frame
 */
export async function imagesOfStudy(
  archive: Pick<Archive, "locate">,
  viewer: Viewer,
  study: { id: string; studyInstanceUid: string },
  pointing: Iterable<[index: number, Pointing | PlaneMeasurement]>,
  list: string,
): Promise<Map<string, StoredInstance>> {
  const found = new Map<string, StoredInstance>();
  for (const [index, one] of pointing) {
    if ("plane" in one) continue;
    const { sopInstanceUid, frame = 1 } = one;
    if (!found.has(sopInstanceUid)) {
      const selection = { StudyInstanceUID: study.studyInstanceUid, SOPInstanceUID: sopInstanceUid };
      // The same UID may stand under another patient while an identity is in doubt.
      const here = await archive.locate(viewer, selection, "none");
      const instance = here.find(({ studyId }) => studyId === study.id);
      if (!instance) throw wrong(`${list}.${index}.sopInstanceUid`, "is no image of this study");
      found.set(sopInstanceUid, instance);
    }
    if (frame > Math.max(1, found.get(sopInstanceUid)!.numberOfFrames))
      throw wrong(`${list}.${index}.frame`, "is more than the image has");
  }
  return found;
}

interface MeasuredIn {
  images: ReadonlyMap<string, StoredInstance>;
  volumes: ReadonlyMap<string, Volume>;
}

/** Those of a list that are not kept just so already: what was deleted since under the others does not make the list wrong. */
export function changedFrom(
  kept: readonly Measurement[],
  measurements: readonly Measurement[],
): [number, Measurement][] {
  const before = new Map(kept.map((one) => [one.id, one]));
  return [...measurements.entries()].filter(([, one]) => !isDeepStrictEqual(one, before.get(one.id)));
}

/** @throws Refusal `invalid` (`measurement.invalid`) where two have one name */
export function checkNames(measurements: readonly Measurement[]): void {
  const names = new Set<string>();
  for (const [index, { id }] of measurements.entries()) {
    if (names.has(id)) throw wrong(`measurements.${index}.id`, "names another one too");
    names.add(id);
  }
}

/** @throws Refusal `invalid` (`measurement.invalid`) for what cannot have been drawn in the image or the plane */
export function checkMeasurements(placed: readonly Placed[], { images, volumes }: MeasuredIn): void {
  for (const [index, measurement] of placed) {
    const { kind, points, label } = measurement;
    const at = `measurements.${index}`;
    checkText(label, `${at}.label`);
    const [least, most] = measurementPoints[kind];
    if (points.length < least || points.length > most)
      throw wrong(
        `${at}.points`,
        least === most ? `of ${kind} are ${least}` : `of ${kind} are ${least} to ${most}`,
      );
    if (isInPlane(measurement))
      checkInPlane(measurement, volumes.get(measurement.plane.seriesInstanceUid)!, at);
    else checkInImage(measurement, images.get(measurement.sopInstanceUid)!, at);
  }
}

function checkInImage({ points }: ImageMeasurement, { rows, columns }: StoredInstance, at: string): void {
  if (rows === null || columns === null) throw wrong(`${at}.sopInstanceUid`, "has no pixels to measure");
  for (const [column = 0, row = 0] of points)
    if (!(column >= 0 && row >= 0 && column <= columns && row <= rows))
      throw wrong(`${at}.points`, `must lie in the image, of ${columns} columns and ${rows} rows`);
}

/** No table moves further: a point this far from a slice, in millimetres, is of another frame of reference. */
const farthest = 3000;
/** Millimetres by which a point may lie off its plane, by the rounding of whoever sent it. */
const flat = 0.1;

function checkInPlane({ plane, points }: PlaneMeasurement, volume: Volume, at: string): void {
  if (plane.frameOfReferenceUid !== volume.frameOfReferenceUid)
    throw wrong(`${at}.plane.frameOfReferenceUid`, "is not that of the series");
  const normal = plane.normal as unknown as Vector;
  if (Math.abs(Math.hypot(...normal) - 1) > 1e-3) throw wrong(`${at}.plane.normal`, "must be of length one");
  const places = points as unknown as Vector[];
  for (const place of places) {
    if (Math.hypot(...from(volume.position, place)) > farthest)
      throw wrong(`${at}.points`, `must lie within ${farthest} mm of the series`);
    const [x, y, z] = from(places[0]!, place);
    if (Math.abs(normal[0] * x + normal[1] * y + normal[2] * z) > flat)
      throw wrong(`${at}.points`, `must lie in one plane across its normal, within ${flat} mm`);
  }
}

const from = (one: Vector, other: Vector): Vector => [
  other[0] - one[0],
  other[1] - one[1],
  other[2] - one[2],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Neither PostgreSQL nor DICOM carries control characters. */
export function checkText(text: string | undefined, path: string): void {
  if (text !== undefined && (controls.test(text) || !text.isWellFormed()))
    throw wrong(path, "has control characters, which are no text");
}
