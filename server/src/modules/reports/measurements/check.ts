import { type Measurement, measurementPoints } from "@isocenter/contract";
import { Refusal, type Viewer } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";

/** An image of a study that something points at. */
interface Pointing {
  sopInstanceUid: string;
  frame?: number;
}

const wrong = (path: string, message: string): Refusal =>
  new Refusal("invalid", "measurement.invalid", `${path} ${message}.`, {
    errors: [{ path: `body.${path}`, message }],
  });

/**
 * The images that are pointed at, by SOP Instance UID.
 * @throws Refusal `invalid` (`measurement.invalid`) where one is not in the study, or has no such frame
 */
export async function imagesOfStudy(
  archive: Pick<Archive, "locate">,
  viewer: Viewer,
  study: { id: string; studyInstanceUid: string },
  pointing: readonly Pointing[],
  list: string,
): Promise<Map<string, StoredInstance>> {
  const found = new Map<string, StoredInstance>();
  for (const [index, { sopInstanceUid, frame = 1 }] of pointing.entries()) {
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

/** @throws Refusal `invalid` (`measurement.invalid`) for what cannot have been drawn in the image, or was named twice */
export function checkMeasurements(
  measurements: readonly Measurement[],
  images: ReadonlyMap<string, StoredInstance>,
): void {
  const names = new Set<string>();
  for (const [index, { id, kind, points, sopInstanceUid, label }] of measurements.entries()) {
    const at = `measurements.${index}`;
    if (names.has(id)) throw wrong(`${at}.id`, "names another one too");
    names.add(id);
    checkText(label, `${at}.label`);
    const [least, most] = measurementPoints[kind];
    if (points.length < least || points.length > most)
      throw wrong(
        `${at}.points`,
        least === most ? `of ${kind} are ${least}` : `of ${kind} are ${least} to ${most}`,
      );
    const { rows, columns } = images.get(sopInstanceUid)!;
    if (rows === null || columns === null) throw wrong(`${at}.sopInstanceUid`, "has no pixels to measure");
    for (const [column = 0, row = 0] of points)
      if (!(column >= 0 && row >= 0 && column <= columns && row <= rows))
        throw wrong(`${at}.points`, `must lie in the image, of ${columns} columns and ${rows} rows`);
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** Neither PostgreSQL nor DICOM carries control characters. */
export function checkText(text: string | undefined, path: string): void {
  if (text !== undefined && (controls.test(text) || !text.isWellFormed()))
    throw wrong(path, "has control characters, which are no text");
}
