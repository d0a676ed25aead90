import { newId, type Reader } from "../../../platform/index.ts";
import { aboveText } from "./above.ts";
import type { BatchContext, BatchItem, Written } from "./batch.ts";
import { seriesCounts, studyCounts } from "./write-counts.ts";
import { instanceInsert } from "./write-instances.ts";
import { recall, textsOf } from "./write-places.ts";
import { saidId } from "./write-said.ts";

/**
 * What is written where a batch brings nothing new but instances, as nearly all of a study's images do.
 * @returns null where it brings more
 */
export function placesKnown(context: BatchContext, items: readonly BatchItem[]): Written[] | null {
  const written: Written[] = [];
  for (const item of items) {
    const place = placeOf(context, item);
    if (place === null) return null;
    const { claimedId, patientId } = place.study;
    const patient = { patientId, claimedId, created: false, doubt: null };
    written.push({ id: newId(context.platform.clock), item, patient, ...place });
  }
  return written;
}

/**
 * Writes such a batch in one statement, which may be a transaction of its own. It changes nothing where one of the instances is here already, or a
 * study is not any more what it was.
 * @param written with different instance UIDs, in the order in which they are locked
 * @returns whether it was written
 * @throws an error that is to be tried again (`40001`) where somebody else wrote one of the instances at the same moment; `55P03` where a study
 * stays locked
 */
export async function writeKnown(
  reader: Reader,
  { platform, lockMs }: BatchContext,
  written: readonly Written[],
): Promise<boolean> {
  const now = platform.clock.now();
  const studies = [...new Map(written.map(({ study }) => [study.id, study])).values()];
  const known = studies.map(({ id, patientId, deletions }) => ({ id, patient_id: patientId, deletions }));
  const wanted = written.map(
    ({
      item: {
        incoming: { facilityId, sopUid },
      },
    }) => ({
      facility_id: facilityId,
      uid: sopUid,
    }),
  );
  const undisturbed = reader`exists (select from undisturbed)`;
  const [answer] = await reader<{ intact: boolean }[]>`
    with locked as materialized (
      select st.id from study st join json_to_recordset(${JSON.stringify(known)}::text::json) as k (id uuid, patient_id uuid, deletions int)
        on k.id = st.id and k.patient_id = st.patient_id and k.deletions = st.deletions
      -- Set before the first lock is asked for, and for this transaction alone.
      where (select set_config('lock_timeout', ${String(lockMs)}, true)) is not null
      order by st.facility_id, st.study_instance_uid, st.claimed_patient_id for no key update of st),
    undisturbed as (
      select where (select count(*) from locked) = ${studies.length} and not exists (
        -- One by one by the UID alone, because a plan that was made while the table was young would read all of it.
        select from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (facility_id uuid, uid text)
          cross join lateral (select i.facility_id from instance i where i.sop_instance_uid = w.uid offset 0) i
        where i.facility_id = w.facility_id)),
    counted as (${studyCounts(reader, now, written, undisturbed)}),
    series_counted as (${seriesCounts(reader, written, undisturbed)}),
    inserted as (${instanceInsert(reader, now, written, undisturbed)})
    select case when not ${undisturbed} then false when (select count(*) from inserted) = ${written.length} then true
      else refuse_overtaken() end as intact`;
  return answer?.intact ?? false;
}

/** Where the instance belongs, if everything that it says above its own level was seen before. */
function placeOf(context: BatchContext, { incoming }: BatchItem) {
  const { cache, said } = context;
  if (incoming.patientId !== null || incoming.original !== null || !said.has(saidId(incoming.said)))
    return null;
  const claimedId = cache.claimed(aboveText(incoming.claim));
  return claimedId === undefined ? null : recall(context, incoming, claimedId, textsOf(incoming));
}
