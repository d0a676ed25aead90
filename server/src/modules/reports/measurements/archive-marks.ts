import { isInPlane, type KeyImage, type Measurement } from "@isocenter/contract";
import type { Db, Viewer } from "../../../platform/index.ts";
import type { Archive } from "../../archive/index.ts";
import { archiveDocument } from "../papers/archive-document.ts";
import { belongingsOf } from "../papers/read-paper.ts";
import {
  type DocumentSource,
  keyImageUids,
  keyObjectSelection,
  measurementReport,
  measurementUids,
  type Pointed,
} from "./documents.ts";

interface Deps {
  db: Db;
  archive: Pick<Archive, "ingest" | "locate" | "locateEach">;
}

/** The images that are still in the study: one that was deleted meanwhile is pointed at no more. */
async function stillHere(
  archive: Deps["archive"],
  viewer: Viewer,
  study: { id: string; StudyInstanceUID: string },
  uids: readonly string[],
): Promise<Map<string, Pointed>> {
  const images = new Map<string, Pointed>();
  for (const SOPInstanceUID of new Set(uids)) {
    const found = await archive.locate(
      viewer,
      { StudyInstanceUID: study.StudyInstanceUID, SOPInstanceUID },
      "none",
    );
    const here = found.find(({ studyId }) => studyId === study.id);
    if (here) images.set(SOPInstanceUID, here);
  }
  return images;
}

/** More slices of a volume than anybody cuts planes from in a browser: a document names no more. */
const mostSlices = 10_000;

/** The slices that are still here of each series from which planes were cut. */
async function volumesStillHere(
  archive: Deps["archive"],
  viewer: Viewer,
  study: { id: string; StudyInstanceUID: string },
  uids: readonly string[],
): Promise<Map<string, Pointed[]>> {
  const volumes = new Map<string, Pointed[]>();
  for (const SeriesInstanceUID of new Set(uids)) {
    const selection = { StudyInstanceUID: study.StudyInstanceUID, SeriesInstanceUID };
    const slices: Pointed[] = [];
    for await (const batch of archive.locateEach(viewer, selection, "none")) {
      slices.push(...batch.filter(({ studyId, pixels }) => studyId === study.id && pixels !== null));
      if (slices.length >= mostSlices) break;
    }
    if (slices.length > 0) volumes.set(SeriesInstanceUID, slices.slice(0, mostSlices));
  }
  return volumes;
}

/** Puts what a person measured, as it is now, into the study as a structured report; nothing where there is nothing, or it is there already. */
export async function archiveMeasurements(
  { db, archive }: Deps,
  viewer: Viewer,
  studyId: string,
  userId: string,
): Promise<void> {
  const [row] = await db<
    { userName: string; version: number; measurements: Measurement[]; updatedAt: Date }[]
  >`
    select user_name as "userName", version, measurements, updated_at as "updatedAt" from study_measurements
    where study_id = ${studyId} and user_id = ${userId}`;
  if (!row || row.measurements.length === 0) return;
  const { of, patientId, facilityId } = await belongingsOf(db, studyId);
  const { studyInstanceUid: StudyInstanceUID } = of.study;
  const study = { id: studyId, StudyInstanceUID };
  const uids = row.measurements.flatMap((one) => (isInPlane(one) ? [] : [one.sopInstanceUid]));
  const images = await stillHere(archive, viewer, study, uids);
  const series = row.measurements.flatMap((one) => (isInPlane(one) ? [one.plane.seriesInstanceUid] : []));
  const volumes = await volumesStillHere(archive, viewer, study, series);
  const kept = row.measurements.filter((one) =>
    isInPlane(one) ? volumes.has(one.plane.seriesInstanceUid) : images.has(one.sopInstanceUid),
  );
  if (kept.length === 0) return;
  const author = { id: userId, name: row.userName };
  const { version, updatedAt: at } = row;
  const source: DocumentSource = { of, studyId, version, author, at, images, volumes };
  const place = {
    StudyInstanceUID,
    studyId,
    patientId,
    facilityId,
    ...measurementUids(studyId, userId, version),
  };
  await archiveDocument(archive, viewer, place, () => measurementReport(source, kept));
}

/** The same for the key images of a study, a document for each title that they have. */
export async function archiveKeyImages(
  { db, archive }: Deps,
  viewer: Viewer,
  studyId: string,
): Promise<void> {
  const [row] = await db<
    { version: number; images: KeyImage[]; updatedBy: string; updatedByName: string; updatedAt: Date }[]
  >`
    select version, images, updated_by as "updatedBy", updated_by_name as "updatedByName", updated_at as "updatedAt"
    from study_key_images where study_id = ${studyId} and updated_by is not null`;
  if (!row || row.images.length === 0) return;
  const { of, patientId, facilityId } = await belongingsOf(db, studyId);
  const { studyInstanceUid: StudyInstanceUID } = of.study;
  const uids = row.images.map(({ sopInstanceUid }) => sopInstanceUid);
  const images = await stillHere(archive, viewer, { id: studyId, StudyInstanceUID }, uids);
  const kept = row.images.filter(({ sopInstanceUid }) => images.has(sopInstanceUid));
  if (kept.length === 0) return;
  const author = { id: row.updatedBy, name: row.updatedByName };
  for (const [title, chosen] of Map.groupBy(kept, (one) => one.title ?? "OF_INTEREST")) {
    const pointed = new Map(
      chosen.map(({ sopInstanceUid }) => [sopInstanceUid, images.get(sopInstanceUid)!] as const),
    );
    const { version, updatedAt: at } = row;
    const source: DocumentSource = { of, studyId, version, author, at, images: pointed };
    const uids = keyImageUids(studyId, version, title);
    const place = { StudyInstanceUID, studyId, patientId, facilityId, ...uids };
    await archiveDocument(archive, viewer, place, () => keyObjectSelection(source, chosen, title));
  }
}
