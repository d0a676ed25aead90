import { type Reader, Refusal, reach, type Viewer } from "../../../platform/index.ts";
import { atFacilities } from "../find/find.ts";
import type { Commitment, CommitmentReference } from "../types.ts";

/**
 * Whether the archive answers for the instances (PS3.4 J.3), in the order of the references. What came is durable before its row is there, so the row
 * says it.
 * @throws Refusal `forbidden`
 */
export async function commitment(
  reader: Reader,
  viewer: Viewer,
  references: readonly CommitmentReference[],
): Promise<Commitment[]> {
  if (!reach(viewer, "images.upload") && !reach(viewer, "images.read"))
    throw new Refusal("forbidden", "forbidden", "This needs the permission images.upload or images.read.");
  const uids = [...new Set(references.map(({ SOPInstanceUID }) => SOPInstanceUID))];
  const rows = await reader<{ uid: string; sopClassUid: string; inDoubt: boolean }[]>`
    select i.sop_instance_uid as uid, i.sop_class_uid as "sopClassUid", i.deleted_at is not null or exists (
      select 1 from quarantine q where q.facility_id = i.facility_id and q.sop_instance_uid = i.sop_instance_uid
        and q.resolved_at is null) as "inDoubt"
    from instance i where i.sop_instance_uid = any(${uids}::text[]) and ${atFacilities(reader, viewer, "i")}`;
  const known = Map.groupBy(rows, ({ uid }) => uid);
  return references.map(({ SOPClassUID, SOPInstanceUID }) => {
    const found = known.get(SOPInstanceUID) ?? [];
    const ofClass = found.filter(({ sopClassUid }) => sopClassUid === SOPClassUID);
    const outcome =
      found.length === 0
        ? "unknown"
        : ofClass.length === 0
          ? "class-conflict"
          : ofClass.every(({ inDoubt }) => inDoubt)
            ? "in-doubt"
            : "ok";
    return { SOPClassUID, SOPInstanceUID, outcome };
  });
}
