import type { Clock } from "../../platform/index.ts";
import type { FactReader } from "../journal/index.ts";
import { notify } from "../notifications/index.ts";

/** Tells those who read at the facility that images of an emergency have come; once for each study. */
export function statArrivals(clock: Clock): FactReader {
  return {
    name: "worklist.stat-arrivals",
    types: ["study.received", "study.settled"],
    async handle(tx, facts) {
      const studies = [...new Set(facts.map(({ subject }) => subject.id))];
      const stat = await tx<{ id: string; facilityId: string; patientId: string; orderId: string }[]>`
        select st.id, st.facility_id as "facilityId", st.patient_id as "patientId", o.id as "orderId"
        from study st join imaging_order o on o.id = st.order_id
        where st.id = any(${studies}::uuid[]) and o.priority = 'STAT' and st.status in ('IN_PROGRESS', 'COMPLETED')`;
      await notify(
        tx,
        clock,
        stat.map(({ id, facilityId, patientId, orderId }) => ({
          kind: "study.stat-arrived",
          level: "IMPORTANT",
          facilityId,
          patientId,
          subject: { type: "study", id },
          to: { roles: ["RADIOLOGIST", "RESIDENT"] },
          data: { orderId },
          key: `study.stat-arrived:${id}`,
        })),
      );
    },
  };
}
