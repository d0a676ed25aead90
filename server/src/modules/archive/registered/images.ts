import {
  type RegisteredImage,
  type RegisteredImageListQuery,
  type RegisterImage,
  readModality,
  type registeredImageSortFields,
} from "@isocenter/contract";
import {
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { facilities } from "../../patients/index.ts";
import type { DecisionContext } from "../deletion/delete.ts";
import { checkImageUrl } from "../image-url.ts";

interface Row extends Omit<RegisteredImage, "status" | "createdAt"> {
  createdAt: Date;
}

const columns = (sql: Reader) => sql`
  r.id, r.study_id as "studyId", st.patient_id as "patientId", st.study_instance_uid as "studyInstanceUid",
  r.series_instance_uid as "seriesInstanceUid", r.sop_instance_uid as "sopInstanceUid", r.modality,
  r.instance_number as "instanceNumber", r.acquisition_date as "acquisitionDate", r.description, r.url, r.created_at as "createdAt",
  (select i.id from instance i join series se on se.id = i.series_id
    where i.facility_id = st.facility_id and i.sop_instance_uid = r.sop_instance_uid and se.study_id = st.id and i.deleted_at is null) as "imageId"`;

const toImage = ({ createdAt, ...row }: Row): RegisteredImage => ({
  ...row,
  status: row.imageId === null ? "REGISTERED" : "STORED",
  createdAt: createdAt.toISOString(),
});

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

interface StudyOf {
  id: string;
  facilityId: string;
  patientId: string;
  status: string;
}

async function studyOf(reader: Reader, viewer: Viewer, studyId: string): Promise<StudyOf> {
  const [study] = await reader<StudyOf[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", status from study
    where id = ${studyId} and deleted_at is null and facility_id = any(${facilities(viewer)}::uuid[])`;
  if (!study) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  return study;
}

/** What is here of the UID already is where it is named. @throws Refusal `conflict` (`registered-image.other-study`, `registered-image.other-series`) */
async function checkArchived(tx: Tx, study: StudyOf, input: RegisterImage): Promise<void> {
  const [here] = await tx<{ studyId: string; seriesInstanceUid: string }[]>`
    select se.study_id as "studyId", se.series_instance_uid as "seriesInstanceUid" from instance i join series se on se.id = i.series_id
    where i.facility_id = ${study.facilityId} and i.sop_instance_uid = ${input.sopInstanceUid} and i.deleted_at is null`;
  if (!here) return;
  if (here.studyId !== study.id)
    throw conflict("registered-image.other-study", "The image is here in another study.");
  if (here.seriesInstanceUid !== input.seriesInstanceUid)
    throw conflict("registered-image.other-series", "The image is here in another series of the study.");
}

/**
 * Names an image of a study that is stored elsewhere or about to come; the same image again gives the first answer.
 * @param origins where people reach us, for URLs of ours that come whole
 * @throws Refusal `not-found` (`study.not-found`), `conflict` (`study.cancelled`, `registered-image.other-study`, `registered-image.other-series`), `invalid`
 *   (`registered-image.invalid-url`, `registered-image.invalid-modality`), `forbidden`
 */
export async function registerImage(
  tx: Tx,
  viewer: Viewer,
  studyId: string,
  input: RegisterImage,
  { clock, journal, origins }: DecisionContext & { origins: readonly string[] },
): Promise<RegisteredImage> {
  requirePermission(viewer, "studies.write");
  const study = await studyOf(tx, viewer, studyId);
  if (study.status === "CANCELLED")
    throw conflict("study.cancelled", "The study is CANCELLED: no image is to come.");
  const modality = readModality(input.modality);
  if (modality === null) {
    const message = "is not a DICOM modality code";
    throw new Refusal("invalid", "registered-image.invalid-modality", `modality ${message}.`, {
      errors: [{ path: "body.modality", message }],
    });
  }
  const url = input.url ? checkImageUrl(input.url, origins, "registered-image.invalid-url") : null;
  await checkArchived(tx, study, input);
  const inserted = await tx`insert into registered_image ${tx({
    id: newId(clock),
    study_id: study.id,
    series_instance_uid: input.seriesInstanceUid,
    sop_instance_uid: input.sopInstanceUid,
    modality,
    instance_number: input.instanceNumber ?? null,
    acquisition_date: input.acquisitionDate ?? null,
    description: input.description ?? null,
    url,
    created_by: viewer.id,
    created_at: clock.now(),
  })} on conflict (study_id, sop_instance_uid) do nothing returning id`;
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from registered_image r join study st on st.id = r.study_id
    where r.study_id = ${study.id} and r.sop_instance_uid = ${input.sopInstanceUid}`;
  if (row!.seriesInstanceUid !== input.seriesInstanceUid)
    throw conflict("registered-image.other-series", "The image was named in another series of the study.");
  if (inserted.length > 0)
    await journal.record(tx, viewer, {
      type: "image.registered",
      subject: { type: "study", id: study.id },
      facilityId: study.facilityId,
      patientId: study.patientId,
      data: { imageId: row!.id, sopInstanceUid: input.sopInstanceUid },
    });
  return toImage(row!);
}

/** What was named of a study, the first first, and whether it came. @throws Refusal `not-found` (`study.not-found`) */
export async function listRegisteredImages(
  reader: Reader,
  viewer: Viewer,
  studyId: string,
  query: RegisteredImageListQuery,
): Promise<ListPage<RegisteredImage> & { study: StudyOf }> {
  requirePermission(viewer, "studies.write");
  const study = await studyOf(reader, viewer, studyId);
  const page = await keysetPage<Row, (typeof registeredImageSortFields)[number]>(reader, query, {
    name: "registered-images",
    sorts: { createdAt: { by: reader`r.created_at`, type: "timestamptz" } },
    fallback: "createdAt",
    id: reader`r.id`,
    columns: columns(reader),
    from: reader`registered_image r join study st on st.id = r.study_id`,
    where: reader`r.study_id = ${study.id}`,
  });
  return { ...mapPage(page, toImage), study };
}
