import { isInPlane } from "@isocenter/contract";
import { type DataSet, items, numbers, Tags, text } from "@isocenter/dicom";
import type { Viewer } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";
import { type Placed, type Vector, type Volume, wrong } from "./placed.ts";

/**
 * The series whose planes were measured, by Series Instance UID.
 * @throws Refusal `invalid` (`measurement.invalid`) where one is not in the study, or has no place in a patient
 */
export async function volumesOfStudy(
  archive: Pick<Archive, "locateEach" | "readAttributes">,
  viewer: Viewer,
  study: { id: string; studyInstanceUid: string },
  placed: readonly Placed[],
): Promise<Map<string, Volume>> {
  const found = new Map<string, Volume>();
  for (const [index, one] of placed) {
    if (!isInPlane(one) || found.has(one.plane.seriesInstanceUid)) continue;
    const at = `measurements.${index}.plane.seriesInstanceUid`;
    const slice = await sliceOf(archive, viewer, study, one.plane.seriesInstanceUid);
    if (!slice) throw wrong(at, "is no series of images of this study");
    const volume = volumeOf(await archive.readAttributes(slice));
    if (!volume) throw wrong(at, "has no place in a patient, so no plane can be cut from it");
    found.set(one.plane.seriesInstanceUid, volume);
  }
  return found;
}

async function sliceOf(
  archive: Pick<Archive, "locateEach">,
  viewer: Viewer,
  study: { id: string; studyInstanceUid: string },
  SeriesInstanceUID: string,
): Promise<StoredInstance | undefined> {
  const selection = { StudyInstanceUID: study.studyInstanceUid, SeriesInstanceUID };
  for await (const batch of archive.locateEach(viewer, selection, "none")) {
    // The same UID may stand under another patient while an identity is in doubt.
    const slice = batch.find(({ studyId, pixels }) => studyId === study.id && pixels !== null);
    if (slice) return slice;
  }
  return undefined;
}

function volumeOf(set: DataSet): Volume | undefined {
  const frameOfReferenceUid = text(set, Tags.FrameOfReferenceUID);
  const position = positionIn(set);
  return frameOfReferenceUid && position ? { frameOfReferenceUid, position } : undefined;
}

/** Of an image, of the first frame by its functional groups (PS3.3 C.7.6.16.2.3), or by the detector of nuclear medicine (PS3.3 C.8.4.11). */
function positionIn(set: DataSet): Vector | undefined {
  const groups = [Tags.PerFrameFunctionalGroupsSequence, Tags.SharedFunctionalGroupsSequence]
    .flatMap((tag) => items(set, tag).slice(0, 1))
    .flatMap((group) => items(group, Tags.PlanePositionSequence));
  const detectors = items(set, Tags.DetectorInformationSequence).slice(0, 1);
  for (const place of [set, ...groups, ...detectors]) {
    const [x, y, z] = numbers(place, Tags.ImagePositionPatient);
    if (x !== undefined && y !== undefined && z !== undefined) return [x, y, z];
  }
  return undefined;
}
