import {
  localTime,
  type Platform,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { type DecisionContext, type DeletionRow, deleteImages, lockDeletion } from "./delete.ts";
import { type RetainedStudy, requireNoHold, retainedUntil, rulesOf } from "./retention.ts";

const removeJob = "archive.remove-objects";
/** Objects that one job removes. */
const keysInJob = 500;

interface PurgedRow {
  id: string;
  objectKey: string;
}

/** The first day on which what the deletion took away may be purged, and the day that it is at its facility. */
async function endOfRetention(
  tx: Tx,
  studyId: string,
  facilityId: string,
  now: Date,
): Promise<{ until: string; today: string }> {
  const [study] = await tx<(RetainedStudy & { timeZone: string })[]>`
    select st.study_date as "studyDate", (st.created_at at time zone f.time_zone)::date as "receivedOn", p.birth_date as "birthDate",
      f.time_zone as "timeZone",
      array(select distinct modality from series where study_id = st.id and modality <> '') as modalities
    from study st join patient p on p.id = st.patient_id join facility f on f.id = st.facility_id where st.id = ${studyId}`;
  return {
    until: retainedUntil(study!, await rulesOf(tx, facilityId)),
    today: localTime(now, study!.timeZone).date,
  };
}

/**
 * Purges what a deletion took away: the second step, by another person than the first, after retention, and where no legal hold is. What was here is
 * kept with its hashes; the objects are removed by a job after the commit.
 * @throws Refusal `not-found` (`deletion.not-found`), `conflict` (`purge.same-person`, `purge.retained`, `purge.in-doubt`, `hold.placed`,
 *   `deletion.restored`, `deletion.purged`), `forbidden`
 */
export async function purgeDeletion(
  tx: Tx,
  viewer: Viewer,
  deletionId: string,
  reason: string,
  { clock, journal, jobs }: DecisionContext & Pick<Platform, "jobs">,
): Promise<void> {
  requirePermission(viewer, "retention.manage");
  const deletion = await lockDeletion(tx, viewer, deletionId);
  if (deletion.deletedBy === viewer.id)
    throw new Refusal(
      "conflict",
      "purge.same-person",
      "Whoever deleted it cannot purge it: another administrator has to confirm.",
    );
  await requireNoHold(tx, deletion.studyId);
  const at = clock.now();
  const { until, today } = await endOfRetention(tx, deletion.studyId, deletion.facilityId, at);
  if (today < until) throw new Refusal("conflict", "purge.retained", `It has to be kept until ${until}.`);
  const [doubt] = await tx`
    select 1 from instance i where i.deletion_id = ${deletionId} and (exists (select 1 from quarantine q
      where q.facility_id = i.facility_id and q.sop_instance_uid = i.sop_instance_uid and q.resolved_at is null)
      or exists (select 1 from reconciliation_instance r join reconciliation_item item on item.id = r.item_id
        where r.instance_id = i.id and item.resolved_at is null)) limit 1`;
  if (doubt)
    throw new Refusal(
      "conflict",
      "purge.in-doubt",
      "Some of it came again and waits for a decision under reconciliation or in quarantine.",
    );
  await takeRows(tx, viewer, deletion, reason, at, { journal, jobs });
}

/** The rows of what a deletion took away; what was here is kept with its hashes, and its objects are removed after the commit. */
async function takeRows(
  tx: Tx,
  viewer: Viewer,
  deletion: DeletionRow,
  reason: string,
  at: Date,
  { journal, jobs }: Pick<DecisionContext, "journal"> & Pick<Platform, "jobs">,
): Promise<void> {
  const { id: deletionId } = deletion;
  await tx`
    insert into purged_instance (id, deletion_id, facility_id, study_instance_uid, series_instance_uid, sop_instance_uid, sop_class_uid,
      object_key, size, sha256, data_set_sha256)
    select i.id, i.deletion_id, i.facility_id, st.study_instance_uid, se.series_instance_uid, i.sop_instance_uid, i.sop_class_uid,
      i.object_key, i.size, i.sha256, i.data_set_sha256
    from instance i join series se on se.id = i.series_id join study st on st.id = se.study_id where i.deletion_id = ${deletionId}`;
  const others = await tx<{ objectKey: string }[]>`
    with originals as (delete from instance_original o using instance i where i.id = o.instance_id and i.deletion_id = ${deletionId}
      returning o.object_key)
    select object_key as "objectKey" from originals
    union all select v.object_key from instance_version v join instance i on i.id = v.instance_id
      where i.deletion_id = ${deletionId} and v.object_key is not null`;
  await tx`update quarantine q set instance_id = null from instance i where i.id = q.instance_id and i.deletion_id = ${deletionId}`;
  const gone = await tx<PurgedRow[]>`
    delete from instance where deletion_id = ${deletionId} returning id, object_key as "objectKey"`;
  await tx`
    update deletion set purged_by = ${viewer.id}, purged_by_name = ${viewer.name}, purged_at = ${at} where id = ${deletionId}`;
  const metadata = await tx<{ objectKey: string }[]>`
    with empty as (select id, metadata_key from series se where study_id = ${deletion.studyId} and number_of_instances = 0
      and metadata_key is not null)
    update series se set metadata_key = null, metadata_revision = null from empty where se.id = empty.id
    returning empty.metadata_key as "objectKey"`;
  const keys = [...gone, ...others, ...metadata].map(({ objectKey }) => objectKey);
  for (let from = 0; from < keys.length; from += keysInJob)
    await jobs.add(tx, removeJob, { keys: keys.slice(from, from + keysInJob) });
  await journal.record(tx, viewer, {
    type: `${deletion.kind.toLowerCase()}.purged`,
    subject: { type: deletion.kind.toLowerCase(), id: deletion.subjectId },
    facilityId: deletion.facilityId,
    patientId: deletion.patientId,
    data: {
      deletionId,
      studyId: deletion.studyId,
      instances: gone.length,
      deletedBy: deletion.deletedBy,
      reason,
    },
  });
}

/**
 * Purges all images of a demonstration at once: they are of nobody, and kept for nobody. Of any other facility it does nothing.
 * @throws Refusal `conflict` (`hold.placed`)
 */
export async function purgeDemonstration(
  tx: Tx,
  viewer: Viewer,
  facilityId: string,
  context: DecisionContext & Pick<Platform, "jobs">,
): Promise<void> {
  const reason = "the demonstration was taken away";
  const studies = await tx<{ id: string }[]>`
    select st.id from study st join facility f on f.id = st.facility_id and f.demonstration
    where st.facility_id = ${facilityId} and st.deleted_at is null order by st.id`;
  for (const { id } of studies) await deleteImages(tx, viewer, { kind: "STUDY", id }, reason, context);
  const deletions = await tx<{ id: string }[]>`
    select d.id from deletion d join facility f on f.id = d.facility_id and f.demonstration
    where d.facility_id = ${facilityId} and d.restored_at is null and d.purged_at is null order by d.id`;
  for (const { id } of deletions)
    await takeRows(tx, viewer, await lockDeletion(tx, viewer, id), reason, context.clock.now(), context);
}

/** Removes objects that no row names any more; one that a row names is left alone, whatever the job says. */
export function defineRemoval(platform: Platform): void {
  platform.jobs.define<{ keys: string[] }>({
    name: removeJob,
    async run({ keys }) {
      const unnamed = await platform.db<{ key: string }[]>`
        select key from unnest(${keys}::text[]) as k (key)
        where not exists (select 1 from instance where object_key = key)
          and not exists (select 1 from quarantine where object_key = key and removed_at is null)
          and not exists (select 1 from instance_version where object_key = key)
          and not exists (select 1 from instance_original where object_key = key)
          and not exists (select 1 from series where metadata_key = key)`;
      for (const { key } of unnamed) await platform.objects.delete(key);
    },
  });
}

/** Has objects removed after the transaction's commit. */
export const removeLater = (tx: Tx, jobs: Platform["jobs"], keys: readonly string[]): Promise<void> =>
  jobs.add(tx, removeJob, { keys: [...keys] });
