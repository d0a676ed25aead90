import type { Tx } from "../../../platform/index.ts";
import { saidOfPatient } from "../../patients/index.ts";
import type { SaidPerformed, SaidStep } from "./said.ts";

/** A scheduled step, and the order that it is of. */
export interface ScheduledOf {
  scheduledStepId: string;
  orderId: string;
  patientId: string;
}

interface Candidate extends ScheduledOf {
  modality: string;
  status: string;
}

/**
 * The scheduled steps that a performed one answers: by the step's number, else by the order's, all within the facility, where every number that is said is
 * theirs and the patient fits. One performed step may answer steps of several orders (PS3.17 K, the group case).
 */
export async function scheduledOf(
  tx: Tx,
  facilityId: string,
  { steps, patient, modality }: SaidPerformed,
): Promise<ScheduledOf[]> {
  const found = new Map<string, ScheduledOf>();
  for (const said of steps)
    for (const step of chosen(await candidates(tx, facilityId, said), said, modality))
      found.set(step.scheduledStepId, step);
  const fitting = new Map<string, boolean>();
  for (const { patientId } of found.values())
    if (!fitting.has(patientId)) fitting.set(patientId, await saidOfPatient(tx, patientId, patient));
  return [...found.values()].filter(({ patientId }) => fitting.get(patientId));
}

async function candidates(tx: Tx, facilityId: string, said: SaidStep): Promise<Candidate[]> {
  const { stepId, accessionNumber, requestedProcedureId, studyInstanceUid } = said;
  const named =
    stepId !== ""
      ? tx`ss.step_id = ${stepId}`
      : accessionNumber !== ""
        ? tx`o.accession_number = ${accessionNumber}`
        : requestedProcedureId !== ""
          ? tx`o.requested_procedure_id = ${requestedProcedureId}`
          : tx`o.study_instance_uid = ${studyInstanceUid}`;
  return tx<Candidate[]>`
    select ss.id as "scheduledStepId", o.id as "orderId", o.patient_id as "patientId", ss.modality, ss.status
    from scheduled_step ss join imaging_order o on o.id = ss.order_id
    where o.facility_id = ${facilityId} and ss.facility_id = ${facilityId} and ${named}
      and ${accessionNumber} in ('', o.accession_number) and ${requestedProcedureId} in ('', o.requested_procedure_id)
    order by ss.step_id`;
}

/** Of an order that was named without its step: those of the modality that have not ended, else its only one. */
function chosen(steps: readonly Candidate[], said: SaidStep, modality: string): readonly Candidate[] {
  if (said.stepId !== "" || steps.length <= 1) return steps;
  return steps.filter(
    (step) => step.modality === modality && !["COMPLETED", "CANCELED", "DISCONTINUED"].includes(step.status),
  );
}
