import { newId, type Tx } from "../../../platform/index.ts";
import { type BatchContext, type BatchItem, Overtaken, type Written } from "./batch.ts";
import { seriesCounts, studyCounts } from "./write-counts.ts";
import { instanceInsert } from "./write-instances.ts";
import { recall, textsOf } from "./write-places.ts";
import { saidId } from "./write-said.ts";

/**
 * Writes a batch that brings nothing new but instances, as nearly all of a study's images do, in one statement. It changes nothing where one of the
 * instances is here already, or a study is not any more what it was.
 * @param items with different instance UIDs, in the order in which they are locked
 * @returns null where it takes more than that statement
 * @throws Overtaken where somebody else wrote one of the instances at the same moment
 */
export async function writeKnown(
  tx: Tx,
  context: BatchContext,
  items: readonly BatchItem[],
): Promise<Written[] | null> {
  const written: Written[] = [];
  for (const item of items) {
    const place = placeOf(context, item);
    if (place === null) return null;
    const { claimedId, patientId } = place.study;
    const patient = { patientId, claimedId, created: false, doubt: null };
    written.push({ id: newId(context.platform.clock), item, patient, ...place });
  }
  const studies = [...new Map(written.map(({ study }) => [study.id, study])).values()];
  const known = studies.map(({ id, patientId, deletions }) => ({ id, patient_id: patientId, deletions }));
  const wanted = items.map(({ incoming: { facilityId, sopUid } }) => ({
    facility_id: facilityId,
    uid: sopUid,
  }));
  const now = context.platform.clock.now();
  const undisturbed = tx`exists (select from undisturbed)`;
  const [counts] = await tx<{ intact: boolean; instances: number }[]>`
    with locked as materialized (
      select st.id from study st join json_to_recordset(${JSON.stringify(known)}::text::json) as k (id uuid, patient_id uuid, deletions int)
        on k.id = st.id and k.patient_id = st.patient_id and k.deletions = st.deletions
      order by st.facility_id, st.study_instance_uid, st.claimed_patient_id for no key update of st),
    undisturbed as (
      select where (select count(*) from locked) = ${studies.length} and not exists (
        select from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w (facility_id uuid, uid text)
          join instance i on i.facility_id = w.facility_id and i.sop_instance_uid = w.uid)),
    counted as (${studyCounts(tx, now, written, undisturbed)}),
    series_counted as (${seriesCounts(tx, written, undisturbed)}),
    inserted as (${instanceInsert(tx, now, written, undisturbed)})
    select ${undisturbed} as intact, (select count(*) from inserted)::int as instances`;
  if (!counts?.intact) return null;
  if (counts.instances < written.length) throw new Overtaken();
  return written;
}

/** Where the instance belongs, if everything that it says above its own level was seen before. */
function placeOf(context: BatchContext, { incoming }: BatchItem) {
  const { cache, said } = context;
  if (incoming.patientId !== null || incoming.original !== null || !said.has(saidId(incoming.said)))
    return null;
  const claimedId = cache.claimed(JSON.stringify(incoming.claim));
  return claimedId === undefined ? null : recall(context, incoming, claimedId, textsOf(incoming));
}
