import type { OrderStatus } from "@isocenter/contract";
import type { Reader } from "../../platform/index.ts";

/** What images or a performed step say of the order that they answer; empty where they say nothing. */
export interface OrderNames {
  accessionNumber: string;
  studyInstanceUid: string;
  requestedProcedureIds: readonly string[];
  scheduledStepIds: readonly string[];
}

export interface FoundOrder {
  orderId: string;
  status: OrderStatus;
  patientId: string;
  /** Whether it is an order of the patient who was asked for; where it is not, it is never linked without a person. */
  patientFits: boolean;
  by: "studyInstanceUid" | "accessionNumber" | "requestedProcedureId" | "scheduledStepId";
}

/**
 * The order of the facility that the names lead to: one of the patient before one of another, and what is unique before what machines shorten or
 * repeat. Null where none has one of the names. At most 64 names of each kind are looked at.
 */
export async function findOrderForStudy(
  reader: Reader,
  facilityId: string,
  names: OrderNames,
  patientId: string,
): Promise<FoundOrder | null> {
  const procedures = clean(names.requestedProcedureIds);
  const steps = clean(names.scheduledStepIds);
  const [found] = await reader<FoundOrder[]>`
    with named (id, rank, by) as (
      select id, 1, 'studyInstanceUid' from imaging_order
        where facility_id = ${facilityId} and study_instance_uid = ${names.studyInstanceUid.trim()}
      union all select id, 2, 'accessionNumber' from imaging_order
        where facility_id = ${facilityId} and accession_number = ${names.accessionNumber.trim()}
      union all select order_id, 3, 'scheduledStepId' from scheduled_step
        where facility_id = ${facilityId} and step_id = any(${steps}::text[])
      union all select id, 4, 'requestedProcedureId' from imaging_order
        where facility_id = ${facilityId} and requested_procedure_id = any(${procedures}::text[]))
    select o.id as "orderId", o.status, o.patient_id as "patientId", o.patient_id = ${patientId}::uuid as "patientFits", named.by
    from named join imaging_order o on o.id = named.id
    order by o.patient_id = ${patientId}::uuid desc, named.rank, o.id limit 1`;
  return found ?? null;
}

const mostNames = 64;
const clean = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => name.trim()).filter((name) => name !== ""))].slice(0, mostNames);
