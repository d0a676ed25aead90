import type { ImagingOrder, OrderStatus, PatientSummary, Priority, ScheduledStep } from "@isocenter/contract";
import type { Fragment, Reader, Viewer } from "../../platform/index.ts";
import { displayName } from "../patients/index.ts";
import { actionsOn } from "./order.ts";

type Dates =
  | "missedAt"
  | "scheduledAt"
  | "orderedAt"
  | "arrivedAt"
  | "startedAt"
  | "performedAt"
  | "completedAt"
  | "endedAt"
  | "updatedAt";

export interface OrderRow extends Omit<ImagingOrder, Dates | "patient" | "provider" | "actions"> {
  status: OrderStatus;
  priority: Priority;
  patient: Omit<PatientSummary, "name"> & { family: string; given: string; middle: string };
  providerName: string;
  missedAt: Date | null;
  scheduledAt: Date | null;
  orderedAt: Date;
  arrivedAt: Date | null;
  startedAt: Date | null;
  performedAt: Date | null;
  completedAt: Date | null;
  endedAt: Date | null;
  updatedAt: Date;
}

/** Of the table `imaging_order` named `o`. Patient and provider are looked up for the rows of a page alone. */
export const orderColumns = (sql: Reader): Fragment => sql`
  o.id, o.facility_id as "facilityId", o.patient_id as "patientId", o.provider_id as "providerId", o.accession_number as "accessionNumber",
  o.requested_procedure_id as "requestedProcedureId", o.study_instance_uid as "studyInstanceUid",
  o.placer_order_number as "placerOrderNumber", o.procedure_id as "procedureId", o.procedure_code as "procedureCode",
  o.procedure_name as "procedureName", o.modality, o.body_part as "bodyPart", o.clinical_indication as "clinicalIndication", o.priority,
  o.notes, o.status, o.status_reason as "statusReason", o.missed_at as "missedAt", o.missed_reason as "missedReason", o.scheduled_at as "scheduledAt", o.station_ae_title as "stationAeTitle",
  o.duration_minutes as "durationMinutes", o.ordered_at as "orderedAt", o.arrived_at as "arrivedAt", o.started_at as "startedAt",
  o.performed_at as "performedAt", o.completed_at as "completedAt", o.ended_at as "endedAt", o.updated_at as "updatedAt", o.version,
  (select u.full_name from app_user u where u.id = o.provider_id) as "providerName",
  (select json_build_object('id', p.id, 'family', p.family, 'given', p.given, 'middle', p.middle, 'birthDate', p.birth_date, 'sex', p.sex,
      'provisional', p.provisional, 'identifier', coalesce(i.value, ''), 'issuer', coalesce(i.issuer, ''))
    from patient p left join lateral (
      select value, issuer from patient_identifier where patient_id = p.id order by position, id limit 1) i on true
    where p.id = o.patient_id) as patient`;

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function toOrder(viewer: Viewer, { providerName, patient, ...row }: OrderRow): ImagingOrder {
  const { family, given, middle, ...person } = patient;
  return {
    ...row,
    patient: { ...person, name: displayName({ family, given, middle, prefix: "", suffix: "" }) },
    provider: { id: row.providerId, name: providerName },
    missedAt: iso(row.missedAt),
    scheduledAt: iso(row.scheduledAt),
    orderedAt: row.orderedAt.toISOString(),
    arrivedAt: iso(row.arrivedAt),
    startedAt: iso(row.startedAt),
    performedAt: iso(row.performedAt),
    completedAt: iso(row.completedAt),
    endedAt: iso(row.endedAt),
    updatedAt: row.updatedAt.toISOString(),
    actions: actionsOn(viewer, row),
  };
}

export interface StepRow extends Omit<ScheduledStep, "startsAt" | "endsAt" | "updatedAt" | "actions"> {
  startsAt: Date | null;
  endsAt: Date | null;
  updatedAt: Date;
}

/** Of the table `scheduled_step` named `st`. */
export const stepColumns = (sql: Reader): Fragment => sql`
  st.id, st.order_id as "orderId", st.step_id as "stepId", st.modality, st.description, st.protocol_code as "protocolCode",
  st.station_ae_title as "stationAeTitle", st.starts_at as "startsAt", st.ends_at as "endsAt",
  st.performing_physician as "performingPhysician", st.status, st.updated_at as "updatedAt", st.version`;

export const toStep = (row: StepRow): ScheduledStep => ({
  ...row,
  startsAt: iso(row.startsAt),
  endsAt: iso(row.endsAt),
  updatedAt: row.updatedAt.toISOString(),
  actions: [],
});
