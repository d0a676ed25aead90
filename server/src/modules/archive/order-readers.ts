import type { StudyStatus } from "@isocenter/contract";
import { type Fragment, type Platform, type Reader, systemViewer } from "../../platform/index.ts";
import type { FactReader, Journal } from "../journal/index.ts";
import { performedImages, startOrder, stepsOfModalities } from "../orders/index.ts";
import { linkOrder, moveOrderOf } from "./link-order.ts";
import { type MovedStudy, writeStatus } from "./registered/status.ts";
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
          and (order_id is not null or id = any(${[...created]}::uuid[]))
        -- As images that come in lock them.
        order by facility_id, study_instance_uid, claimed_patient_id`;
      for (const { id, facilityId, modalities } of studies) {
        const orderId = await linkOrder(tx, { clock, journal }, id);
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
 * names is here and no other is at work on the study. Else the last one does, or the timer.
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
          const begun = await tx<MovedStudy[]>`
            select ${movedColumns(tx)} from study
            where facility_id = ${facilityId} and study_instance_uid = ${studyInstanceUid} and status in ('SCHEDULED', 'ARRIVED')
            order by id for no key update`;
          const move = { to: "IN_PROGRESS", reason: null, by: "mpps" } as const;
          for (const study of begun)
            await writeStatus(tx, systemViewer([facilityId]), study, move, {
              clock: platform.clock,
              journal,
            });
          continue;
        }
        if (step.othersInProgress) continue;
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

const movedColumns = (sql: Reader): Fragment =>
  sql`id, facility_id as "facilityId", patient_id as "patientId", order_id as "orderId", status`;

/** Where a registered study of an order goes with it, and from which states. */
const goesWith: Readonly<Record<string, { to: StudyStatus; from: readonly StudyStatus[] }>> = {
  "order.arrived": { to: "ARRIVED", from: ["SCHEDULED"] },
  "order.started": { to: "IN_PROGRESS", from: ["SCHEDULED", "ARRIVED"] },
  "order.cancelled": { to: "CANCELLED", from: ["SCHEDULED", "ARRIVED", "IN_PROGRESS"] },
  "order.discontinued": { to: "CANCELLED", from: ["SCHEDULED", "ARRIVED", "IN_PROGRESS"] },
};

/** Studies of one order that are looked at; more is nothing that people do. */
const mostStudies = 100;

/**
 * Studies that were registered for an order, and have no images yet, go with it; an order that comes after its images is linked to their study when it is
 * placed.
 */
export function orderedStudyReader({ clock }: Pick<Platform, "clock">, journal: Journal): FactReader {
  const context = { clock, journal };
  return {
    name: "archive.ordered-studies",
    types: ["order.created", ...Object.keys(goesWith)],
    startAt: "now",
    async handle(tx, facts) {
      for (const { type, subject, facilityId } of facts) {
        if (facilityId === null) continue;
        const viewer = systemViewer([facilityId]);
        const move = goesWith[type];
        if (move === undefined) {
          const studies = await tx<{ id: string }[]>`
            select st.id from imaging_order o join study st on st.facility_id = o.facility_id and st.order_id is null and not st.order_decided
              and (st.accession_number = o.accession_number or st.study_instance_uid = o.study_instance_uid)
            where o.id = ${subject.id} order by st.id limit ${mostStudies}`;
          for (const { id } of studies) {
            await linkOrder(tx, context, id);
            await moveOrderOf(tx, viewer, id, "linked", context);
          }
          continue;
        }
        const studies = await tx<MovedStudy[]>`
          select ${movedColumns(tx)} from study
          where order_id = ${subject.id} and number_of_instances = 0 and registered_at is not null and deleted_at is null
            and status = any(${[...move.from]}::text[])
          order by id limit ${mostStudies} for no key update`;
        for (const study of studies)
          await writeStatus(tx, viewer, study, { to: move.to, reason: null, by: "order" }, context);
      }
    },
  };
}
