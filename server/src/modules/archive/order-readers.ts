import { type Platform, systemViewer } from "../../platform/index.ts";
import type { FactReader, Journal } from "../journal/index.ts";
import { performedImages, startOrder, stepsOfModalities } from "../orders/index.ts";
import { linkOrder } from "./link-order.ts";
import { settleNow } from "./settle.ts";

interface ArrivedStudy {
  id: string;
  facilityId: string;
  modalities: string[];
}

/**
 * Images that came link their study to its order and begin it (table of moves by themselves). Beside the receiving, not in it: a scanner waits for no order.
 */
export function orderReader({ clock }: Pick<Platform, "clock">, journal: Journal): FactReader {
  return {
    name: "archive.link-orders",
    types: ["study.received"],
    startAt: "now",
    async handle(tx, facts) {
      const ids = [...new Set(facts.map(({ subject }) => subject.id))].sort();
      const created = new Set(
        facts.filter(({ data }) => data.created === true).map(({ subject }) => subject.id),
      );
      const studies = await tx<ArrivedStudy[]>`
        select id, facility_id as "facilityId", modalities from study
        where id = any(${ids}::uuid[]) and number_of_instances > 0
          and (order_id is not null or id = any(${[...created]}::uuid[])) order by id`;
      for (const { id, facilityId, modalities } of studies) {
        const orderId = await linkOrder(tx, journal, id);
        if (orderId === null) continue;
        const stepIds = await stepsOfModalities(tx, orderId, modalities);
        const event = { orderId, at: clock.now(), by: "images", stepIds };
        await startOrder(tx, systemViewer([facilityId]), event, { clock, journal });
      }
    },
  };
}

/**
 * A performed step that began puts a study that was only registered IN_PROGRESS; one that is completed settles its study at once, where every instance that it
 * names is here. Else the timer does.
 */
export function performedStepReader(platform: Platform, journal: Journal): FactReader {
  return {
    name: "archive.performed-steps",
    types: ["performed-step.started", "performed-step.completed"],
    startAt: "now",
    async handle(tx, facts) {
      for (const { type, subject } of facts) {
        const step = await performedImages(tx, subject.id);
        if (!step) continue;
        const { facilityId, studyInstanceUid, referencedInstances } = step;
        if (type === "performed-step.started") {
          await tx`
            update study set status = 'IN_PROGRESS', version = version + 1
            where facility_id = ${facilityId} and study_instance_uid = ${studyInstanceUid} and status in ('SCHEDULED', 'ARRIVED')`;
          continue;
        }
        const [here] = await tx<{ instances: number; studies: string[] }[]>`
          select count(*)::int as instances, coalesce(array_agg(distinct se.study_id), '{}') as studies
          from instance i join series se on se.id = i.series_id
          where i.facility_id = ${facilityId} and i.sop_instance_uid = any(${[...referencedInstances]}::text[]) and i.deleted_at is null`;
        if (!here || here.instances === 0 || here.instances < referencedInstances.length) continue;
        for (const studyId of here.studies.sort()) await settleNow(tx, platform, journal, studyId);
      }
    },
  };
}
