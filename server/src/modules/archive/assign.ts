import type { Tx, Viewer } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { type MergeFollower, survivorSql } from "../patients/index.ts";

interface Moved {
  id: string;
  facilityId: string;
  fromId: string;
  toId: string;
  /** Whose it was is the same person by now. */
  merged: boolean;
}

/**
 * Brings studies to whom they belong: the survivor of the patient whom a person gave them to, else of the one whom their images name. In the order in
 * which ingest locks studies.
 * @returns those that went to another patient
 */
async function settleOwners(tx: Tx, studyIds: readonly string[], at: Date): Promise<Moved[]> {
  if (studyIds.length === 0) return [];
  await tx`
    select 1 from study where id = any(${[...studyIds]}::uuid[])
    order by facility_id, study_instance_uid, claimed_patient_id for no key update`;
  const moved = await tx<Moved[]>`
    with owner as (
      select st.id, st.patient_id as before, survivor.id as now, before.id = survivor.id as merged from study st
      join patient p on p.id = coalesce(st.assigned_patient_id, st.claimed_patient_id)
      cross join lateral (${survivorSql(tx, "p.id")}) survivor
      cross join lateral (${survivorSql(tx, "st.patient_id")}) before
      where st.id = any(${[...studyIds]}::uuid[]) and survivor.id <> st.patient_id)
    update study st set patient_id = owner.now, assigned_at = ${at}, version = st.version + 1 from owner where st.id = owner.id
    returning st.id, st.facility_id as "facilityId", owner.before as "fromId", owner.now as "toId", owner.merged`;
  await tx`
    update series set revision = revision + 1 where study_id = any(${moved.map(({ id }) => id)}::uuid[])`;
  return moved;
}

/** `settleOwners`, with the fact `study.moved` for each: its data says whether they are one `merged` person. */
export async function moveStudies(
  tx: Tx,
  journal: Journal,
  viewer: Viewer,
  studyIds: readonly string[],
  at: Date,
): Promise<void> {
  for (const { id, facilityId, fromId, toId, merged } of await settleOwners(tx, studyIds, at))
    await journal.record(tx, viewer, {
      type: "study.moved",
      subject: { type: "study", id },
      facilityId,
      patientId: toId,
      data: { from: fromId, to: toId, merged },
    });
}

/** Studies go with their patients when these are merged, and come back when that is undone. */
export function followMerges(journal: Journal): MergeFollower {
  return async (tx, viewer, { patientIds, at }) => {
    const studies = await tx<{ id: string }[]>`
      select id from study where patient_id = any(${[...patientIds]}::uuid[])
        or claimed_patient_id = any(${[...patientIds]}::uuid[]) or assigned_patient_id = any(${[...patientIds]}::uuid[])`;
    await moveStudies(
      tx,
      journal,
      viewer,
      studies.map(({ id }) => id),
      at,
    );
  };
}
