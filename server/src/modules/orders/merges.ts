import { type MergeFollower, survivorSql } from "../patients/index.ts";
import type { OrderContext } from "./context.ts";

/** Orders go with their patients when these are merged, and come back when that is undone. */
export function followOrderMerges({ journal }: Pick<OrderContext, "journal">): MergeFollower {
  return async (tx, viewer, { patientIds, at }) => {
    const ids = [...patientIds];
    const locked = await tx<{ id: string }[]>`
      select id from imaging_order where patient_id = any(${ids}::uuid[]) or claimed_patient_id = any(${ids}::uuid[])
      order by id for no key update`;
    const moved = await tx<
      { id: string; facilityId: string; providerId: string; fromId: string; toId: string }[]
    >`
      with owner as (
        select o.id, o.patient_id as before, survivor.id as now from imaging_order o
        join patient p on p.id = coalesce(o.claimed_patient_id, o.patient_id)
        cross join lateral (${survivorSql(tx, "p.id")}) survivor
        where o.id = any(${locked.map(({ id }) => id)}::uuid[]) and survivor.id <> o.patient_id)
      update imaging_order o set patient_id = owner.now, claimed_patient_id = coalesce(o.claimed_patient_id, o.patient_id),
        version = o.version + 1, updated_at = ${at}
      from owner where o.id = owner.id
      returning o.id, o.facility_id as "facilityId", o.provider_id as "providerId", owner.before as "fromId", owner.now as "toId"`;
    await journal.recordMany(
      tx,
      viewer,
      moved.map(({ id, facilityId, providerId, fromId, toId }) => ({
        type: "order.changed",
        subject: { type: "order", id },
        facilityId,
        patientId: toId,
        people: [providerId],
        data: { fields: ["patientId"], from: fromId, to: toId },
      })),
    );
  };
}
