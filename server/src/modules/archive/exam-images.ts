import {
  type Exam,
  type ExamImage,
  type ExamImageListQuery,
  type examImageSortFields,
  type RegisterExamImage,
  readModality,
} from "@isocenter/contract";
import {
  type Clock,
  isUuid,
  keysetPage,
  type ListPage,
  mapPage,
  newId,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { facilities, inCareOf, survivorOf } from "../patients/index.ts";
import { checkImageUrl } from "./image-url.ts";
import { readOrthancId } from "./orthanc-ids.ts";

/*
 * The second step of a hosted PACS's upload: images that a client names for an examination, which is an imaging order. Naming one moves and links
 * nothing: which order a study answers, the archive finds itself.
 */

export interface ExamContext {
  clock: Clock;
  journal: Journal;
  /** Where people reach us, for URLs of ours that come whole. */
  origins: readonly string[];
}

interface ExamRow extends Omit<Exam, "datePrescription" | "dateExamen"> {
  facilityId: string;
  datePrescription: Date;
  dateExamen: Date | null;
}

const noExam = (): Refusal => new Refusal("not-found", "exam.not-found", "Medical exam not found");

async function findExam(reader: Reader, viewer: Viewer, examenID: string): Promise<ExamRow> {
  const reach = requirePermission(viewer, "orders.read");
  if (!isUuid(examenID)) throw noExam();
  const [row] = await reader<ExamRow[]>`
    select o.id as "examenID", o.patient_id as "patientID", o.accession_number as "accessionNumber", o.study_instance_uid as "studyInstanceUID",
      o.modality as modalite, o.procedure_name as description, o.clinical_indication as indication, o.priority as priorite, o.status as statut,
      o.ordered_at as "datePrescription", o.scheduled_at as "dateExamen", o.facility_id as "facilityId",
      (select count(*)::int from exam_image e where e.order_id = o.id) as "nombreImages"
    from imaging_order o where o.id = ${examenID} and o.facility_id = any(${facilities(viewer)}::uuid[])
      ${reach === "in-care" ? reader`and ${inCareOf(reader, viewer, "o.patient_id")}` : reader``}`;
  if (!row) throw noExam();
  return row;
}

/** @throws Refusal `not-found` (`exam.not-found`), also where the order is not visible to the viewer */
export async function getExam(
  reader: Reader,
  viewer: Viewer,
  examenID: string,
): Promise<Exam & { facilityId: string }> {
  const { datePrescription, dateExamen, ...exam } = await findExam(reader, viewer, examenID);
  return {
    ...exam,
    datePrescription: datePrescription.toISOString(),
    dateExamen: dateExamen?.toISOString() ?? null,
  };
}

interface ImageRow extends Omit<ExamImage, "imageID"> {
  id: string;
}

const columns = (sql: Reader) => sql`
  e.id, e.order_id as "examenID", e.study_instance_uid as "studyInstanceUID", e.series_instance_uid as "seriesInstanceUID",
  e.sop_instance_uid as "sopInstanceUID", e.acquired as "dateAcquisition", e.modality as modalite, e.description, e.url,
  e.orthanc_instance_id as "orthancInstanceId"`;

const toImage = ({ id, ...row }: ImageRow): ExamImage => ({ imageID: id, ...row });

/** The images that were named for an examination, the first first. @throws Refusal `not-found` (`exam.not-found`) */
export async function listExamImages(
  reader: Reader,
  viewer: Viewer,
  examenID: string,
  query: ExamImageListQuery,
): Promise<ListPage<ExamImage> & { exam: ExamRow }> {
  const exam = await findExam(reader, viewer, examenID);
  const page = await keysetPage<ImageRow, (typeof examImageSortFields)[number]>(reader, query, {
    name: "exam-images",
    sorts: { createdAt: { by: reader`e.created_at`, type: "timestamptz" } },
    fallback: "createdAt",
    id: reader`e.id`,
    columns: columns(reader),
    from: reader`exam_image e`,
    where: reader`e.order_id = ${exam.examenID}`,
  });
  return { ...mapPage(page, toImage), exam };
}

const wrong = (member: string, message: string): Refusal =>
  new Refusal("invalid", `exam-image.invalid-${member.toLowerCase()}`, `${member} ${message}.`, {
    errors: [{ path: `body.${member}`, message }],
  });

function readModalite(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const code = readModality(text);
  if (code === null) throw wrong("modalite", "is not a DICOM modality code");
  return code;
}

interface HereRow {
  patientId: string;
  studyInstanceUID: string;
  seriesInstanceUID: string;
  orthancId: Buffer | null;
}

const conflict = (code: string, detail: string): Refusal => new Refusal("conflict", code, detail);

/** What is here under the UID must be what the client says it is. */
async function checkArchived(tx: Tx, exam: ExamRow, input: RegisterExamImage): Promise<void> {
  const [here] = await tx<HereRow[]>`
    select st.patient_id as "patientId", st.study_instance_uid as "studyInstanceUID", se.series_instance_uid as "seriesInstanceUID",
      i.orthanc_id as "orthancId"
    from instance i join series se on se.id = i.series_id join study st on st.id = se.study_id
    where i.facility_id = ${exam.facilityId} and i.sop_instance_uid = ${input.sopInstanceUID} and i.deleted_at is null`;
  if (!here) return;
  if ((await survivorOf(tx, here.patientId)) !== (await survivorOf(tx, exam.patientID)))
    throw conflict("exam-image.other-patient", "The image belongs to another patient than the exam.");
  if (here.studyInstanceUID !== input.studyInstanceUID || here.seriesInstanceUID !== input.seriesInstanceUID)
    throw conflict("exam-image.other-series", "The image is here in another study or series.");
  const said = input.orthancInstanceId ? readOrthancId(input.orthancInstanceId) : null;
  if (said && here.orthancId && !said.equals(here.orthancId))
    throw conflict("exam-image.other-instance", "orthancInstanceId is the identifier of another image.");
}

/**
 * Names an image of an examination; the same image again gives the first answer.
 * @throws Refusal `not-found` (`exam.not-found`), `conflict` (`exam-image.other-patient`, `exam-image.other-series`, `exam-image.other-instance`), `invalid`
 *   (`exam-image.invalid-url`, `exam-image.invalid-modalite`)
 */
export async function registerExamImage(
  tx: Tx,
  viewer: Viewer,
  input: RegisterExamImage,
  { clock, journal, origins }: ExamContext,
): Promise<ExamImage> {
  requirePermission(viewer, "images.upload");
  const exam = await findExam(tx, viewer, input.examenID);
  const url = input.url ? checkImageUrl(input.url, origins, "exam-image.invalid-url") : null;
  const modality = readModalite(input.modalite);
  await checkArchived(tx, exam, input);
  const inserted = await tx`insert into exam_image ${tx({
    id: newId(clock),
    order_id: exam.examenID,
    study_instance_uid: input.studyInstanceUID,
    series_instance_uid: input.seriesInstanceUID,
    sop_instance_uid: input.sopInstanceUID,
    acquired: input.dateAcquisition ?? null,
    modality,
    description: input.description ?? null,
    url,
    orthanc_instance_id: input.orthancInstanceId?.toLowerCase() ?? null,
    created_by: viewer.id,
    created_at: clock.now(),
  })} on conflict (order_id, sop_instance_uid) do nothing returning id`;
  const [row] = await tx<ImageRow[]>`
    select ${columns(tx)} from exam_image e where e.order_id = ${exam.examenID} and e.sop_instance_uid = ${input.sopInstanceUID}`;
  if (inserted.length > 0)
    await journal.record(tx, viewer, {
      type: "image.registered",
      subject: { type: "order", id: exam.examenID },
      facilityId: exam.facilityId,
      patientId: exam.patientID,
      data: { imageId: row!.id, sopInstanceUid: input.sopInstanceUID },
    });
  return toImage(row!);
}
