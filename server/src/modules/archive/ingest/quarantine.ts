import { newId, type Platform, transact, type Viewer } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { ExistingInstance } from "./batch.ts";
import type { Incoming } from "./incoming.ts";

/**
 * Keeps an object whose UID is here with other data, for a person to decide; durable when it answers. The same object again is the same entry.
 * @param dataSetSha256 what tells it from others of its UID
 * @returns the entry, and whether it names this object (else the object is to be deleted)
 */
export async function quarantine(
  platform: Platform,
  journal: Journal,
  viewer: Viewer,
  incoming: Incoming,
  existing: ExistingInstance,
  dataSetSha256: Buffer,
): Promise<{ id: string; kept: boolean }> {
  const { value, issuer, name, birthDate, sex } = incoming.claim;
  return transact(platform.db, async (tx) => {
    // A person looked at just this and kept what is archived: it need not be looked at again.
    const [decided] = await tx<{ id: string }[]>`
      select id from quarantine where facility_id = ${incoming.facilityId} and sop_instance_uid = ${incoming.sopUid}
        and data_set_sha256 = ${dataSetSha256} and action = 'KEEP' limit 1`;
    if (decided) return { id: decided.id, kept: false };
    const [added] = await tx<{ id: string }[]>`
      insert into quarantine ${tx({
        id: newId(platform.clock),
        facility_id: incoming.facilityId,
        reason: "same-uid-other-data",
        instance_id: existing.id,
        study_instance_uid: incoming.studyUid,
        series_instance_uid: incoming.seriesUid,
        sop_instance_uid: incoming.sopUid,
        sop_class_uid: incoming.sopClassUid,
        transfer_syntax_uid: incoming.transferSyntaxUid,
        claim: tx.json({ value, issuer, name, birthDate, sex }),
        object_key: incoming.objectKey,
        size: incoming.size,
        sha256: incoming.sha256,
        data_set_sha256: dataSetSha256,
        door: incoming.door,
        sender: incoming.sender,
        created_at: platform.clock.now(),
      })} on conflict (facility_id, sop_instance_uid, data_set_sha256) where resolved_at is null do nothing returning id`;
    if (!added) {
      const [entry] = await tx<{ id: string; objectKey: string }[]>`
        select id, object_key as "objectKey" from quarantine
        where facility_id = ${incoming.facilityId} and sop_instance_uid = ${incoming.sopUid}
          and data_set_sha256 = ${dataSetSha256} and resolved_at is null`;
      if (!entry) throw new Error("the quarantine's entry was resolved at this moment");
      return { id: entry.id, kept: entry.objectKey === incoming.objectKey };
    }
    await journal.record(tx, viewer, {
      type: "quarantine.added",
      subject: { type: "quarantine", id: added.id },
      facilityId: incoming.facilityId,
      patientId: existing.patientId,
      data: { reason: "same-uid-other-data", imageId: existing.id, studyId: existing.studyId },
    });
    return { id: added.id, kept: true };
  });
}
