import type { Viewer } from "../../../platform/index.ts";
import type { Archive } from "../../archive/index.ts";

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Puts a document of ours into a study of a patient who is here, unless it is there already. */
export async function archiveDocument(
  archive: Pick<Archive, "ingest" | "locate">,
  viewer: Viewer,
  place: {
    StudyInstanceUID: string;
    SOPInstanceUID: string;
    studyId: string;
    patientId: string;
    facilityId: string;
  },
  make: () => Uint8Array | Promise<Uint8Array>,
): Promise<void> {
  const { StudyInstanceUID, SOPInstanceUID } = place;
  const here = await archive.locate(viewer, { StudyInstanceUID, SOPInstanceUID }, "none");
  if (here.some(({ studyId }) => studyId === place.studyId)) return;
  await archive.ingest(viewer, {
    chunks: once(await make()),
    door: "system",
    facilityId: place.facilityId,
    patientId: place.patientId,
    studyInstanceUid: StudyInstanceUID,
  });
}
