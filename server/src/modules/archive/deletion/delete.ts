import {
  type Clock,
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { recount } from "./recount.ts";
import { requireNoHold } from "./retention.ts";

/** What decisions about archived records stand on. */
export interface DecisionContext {
  clock: Clock;
  journal: Journal;
}

export type DeletionSubject =
  | { kind: "IMAGE"; id: string }
  | { kind: "SERIES"; id: string }
  | { kind: "STUDY"; id: string; expectedVersion?: number };

interface StudyRow {
  id: string;
  facilityId: string;
  patientId: string;
  version: number;
  deleted: boolean;
}

const missing: Readonly<Record<DeletionSubject["kind"], readonly [code: string, detail: string]>> = {
  IMAGE: ["image.not-found", "There is no such image."],
  SERIES: ["series.not-found", "There is no such series."],
  STUDY: ["study.not-found", "There is no such study."],
};

/** The study of the subject, locked as ingest locks it. @throws Refusal `not-found` */
async function lockStudyOf(tx: Tx, viewer: Viewer, { kind, id }: DeletionSubject): Promise<StudyRow> {
  const studyId =
    kind === "STUDY"
      ? tx`${id}::uuid`
      : kind === "SERIES"
        ? tx`(select study_id from series where id = ${id})`
        : tx`(select se.study_id from instance i join series se on se.id = i.series_id where i.id = ${id} and i.deleted_at is null)`;
  const [study] = await tx<StudyRow[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", version, deleted_at is not null as deleted
    from study where id = ${studyId} and facility_id = any(${[...viewer.facilityIds]}::uuid[]) for no key update`;
  if (!study || study.deleted) throw new Refusal("not-found", ...missing[kind]);
  return study;
}

/**
 * Takes an image, a series or a whole study away from every door at once. Rows and objects stay, for whoever may bring them back.
 * @returns the id of the deletion
 * @throws Refusal `not-found`, `conflict` (`hold.placed`, `version.conflict`), `forbidden`
 */
export async function deleteImages(
  tx: Tx,
  viewer: Viewer,
  subject: DeletionSubject,
  reason: string,
  { clock, journal }: DecisionContext,
): Promise<string> {
  requirePermission(viewer, "images.correct");
  const study = await lockStudyOf(tx, viewer, subject);
  if (subject.kind === "STUDY") checkVersion(subject.expectedVersion, study.version);
  await requireNoHold(tx, study.id);
  const at = clock.now();
  const id = newId(clock);
  await tx`insert into deletion ${tx({
    id,
    facility_id: study.facilityId,
    study_id: study.id,
    patient_id: study.patientId,
    kind: subject.kind,
    subject_id: subject.id,
    reason,
    number_of_instances: 0,
    number_of_images: 0,
    size: 0,
    deleted_by: viewer.id,
    deleted_by_name: viewer.name,
    deleted_at: at,
  })}`;
  const within =
    subject.kind === "IMAGE"
      ? tx`i.id = ${subject.id}`
      : subject.kind === "SERIES"
        ? tx`i.series_id = ${subject.id}`
        : tx`true`;
  const [taken] = await tx<{ instances: number; size: number }[]>`
    with taken as (
      update instance i set deleted_at = ${at}, deletion_id = ${id} from series se
      where se.id = i.series_id and se.study_id = ${study.id} and i.deleted_at is null and ${within}
      returning i.size, i.number_of_frames > 0 as image)
    update deletion d set number_of_instances = t.instances, number_of_images = t.images, size = t.size
    from (select count(*)::int as instances, count(*) filter (where image)::int as images, coalesce(sum(size), 0) as size from taken) t
    where d.id = ${id}
    returning number_of_instances as instances, d.size`;
  if (subject.kind !== "STUDY" && taken!.instances === 0)
    throw new Refusal("not-found", ...missing[subject.kind]);
  await recount(tx, study.id, at);
  await journal.record(tx, viewer, {
    type: `${subject.kind.toLowerCase()}.deleted`,
    subject: { type: subject.kind.toLowerCase(), id: subject.id },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { deletionId: id, studyId: study.id, instances: taken!.instances },
  });
  return id;
}

export interface DeletionRow {
  id: string;
  facilityId: string;
  studyId: string;
  patientId: string;
  kind: DeletionSubject["kind"];
  subjectId: string;
  deletedBy: string;
  restored: boolean;
  purged: boolean;
}

/** @throws Refusal `not-found` (`deletion.not-found`), `conflict` (`deletion.restored`, `deletion.purged`) */
export async function lockDeletion(tx: Tx, viewer: Viewer, deletionId: string): Promise<DeletionRow> {
  const [row] = await tx<DeletionRow[]>`
    select d.id, d.facility_id as "facilityId", d.study_id as "studyId", st.patient_id as "patientId", d.kind, d.subject_id as "subjectId",
      d.deleted_by as "deletedBy", d.restored_at is not null as restored, d.purged_at is not null as purged
    from deletion d join study st on st.id = d.study_id
    where d.id = ${deletionId} and d.facility_id = any(${[...viewer.facilityIds]}::uuid[]) for no key update of st, d`;
  if (!row) throw new Refusal("not-found", "deletion.not-found", "There is no such deletion.");
  if (row.restored)
    throw new Refusal("conflict", "deletion.restored", "What was deleted was brought back already.");
  if (row.purged)
    throw new Refusal("conflict", "deletion.purged", "What was deleted is purged: it is not there any more.");
  return row;
}

/**
 * Brings back what a deletion took away, in all counts and through every door.
 * @param imageId only this image of it
 * @throws Refusal as `lockDeletion`
 */
export async function restoreDeletion(
  tx: Tx,
  viewer: Viewer,
  deletionId: string,
  { clock, journal }: DecisionContext,
  imageIds?: readonly string[],
): Promise<void> {
  const deletion = await lockDeletion(tx, viewer, deletionId);
  const at = clock.now();
  const only = imageIds ? tx`and id = any(${[...imageIds]}::uuid[])` : tx``;
  const back = await tx<{ id: string }[]>`
    update instance set deleted_at = null, deletion_id = null where deletion_id = ${deletionId} ${only} returning id`;
  await tx`
    update deletion d set restored_by = ${viewer.id}, restored_by_name = ${viewer.name}, restored_at = ${at}
    where id = ${deletionId} and not exists (select 1 from instance where deletion_id = d.id)`;
  // A study that was registered and had no images comes back by itself.
  await tx`update study set deleted_at = null where id = ${deletion.studyId} and number_of_instances = 0 and ${back.length === 0}`;
  if (back.length > 0) await recount(tx, deletion.studyId, at);
  await journal.record(tx, viewer, {
    type: `${deletion.kind.toLowerCase()}.restored`,
    subject: { type: deletion.kind.toLowerCase(), id: deletion.subjectId },
    facilityId: deletion.facilityId,
    patientId: deletion.patientId,
    data: { deletionId, studyId: deletion.studyId, instances: back.length },
  });
}

/**
 * Gives images that came back to the deletion that had taken them.
 * @throws Refusal `conflict` (`deletion.purged`, `hold.placed`)
 */
export async function deleteAgain(
  tx: Tx,
  studyId: string,
  deletionId: string,
  imageIds: readonly string[],
  at: Date,
): Promise<void> {
  await requireNoHold(tx, studyId);
  const [deletion] = await tx<{ deletedAt: Date; purged: boolean }[]>`
    update deletion set restored_by = null, restored_by_name = null, restored_at = null where id = ${deletionId}
    returning deleted_at as "deletedAt", purged_at is not null as purged`;
  if (!deletion || deletion.purged)
    throw new Refusal("conflict", "deletion.purged", "The rest of what was deleted with it is purged.");
  await tx`
    update instance set deleted_at = ${deletion.deletedAt}, deletion_id = ${deletionId}
    where id = any(${[...imageIds]}::uuid[]) and deleted_at is null`;
  await recount(tx, studyId, at);
}
