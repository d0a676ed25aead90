import { nameKeys } from "@isocenter/server/modules/patients/index.ts";
import { type Db, newId, systemClock } from "@isocenter/server/platform/index.ts";

const id = () => newId(systemClock);

export interface MadePatient {
  name?: string;
  /** Identifier, of the issuer `GENERAL`. */
  identifier?: string;
  birthDate?: string | null;
  sex?: string | null;
}

/** A patient that the facility knows; its id. */
export async function makePatient(
  db: Db,
  facilityId: string,
  {
    name = "Doe^Jane",
    identifier = `P${id().slice(-8)}`,
    birthDate = "1980-02-29",
    sex = "F",
  }: MadePatient = {},
): Promise<string> {
  const patient = id();
  const { folded, others, sounds } = nameKeys(name);
  const [family = "", given = ""] = name.split("=")[0]!.split("^");
  await db`insert into patient (id, family, given, name, name_folded, other_names_folded, name_sounds, birth_date, sex, created_at, updated_at)
    values (${patient}, ${family}, ${given}, ${name}, ${folded}, ${others}, ${sounds}, ${birthDate}::text::date, ${sex}, now(), now())`;
  await db`insert into patient_identifier (id, patient_id, value, issuer) values (${id()}, ${patient}, ${identifier}, 'GENERAL')`;
  await db`insert into patient_facility values (${patient}, ${facilityId}, now())`;
  return patient;
}

export async function makeProvider(db: Db, fullName = "Anna Berg"): Promise<string> {
  const provider = id();
  await db`insert into app_user (id, username, username_folded, full_name, password_hash, password_changed_at, created_at)
    values (${provider}, ${provider}, ${provider}, ${fullName}, '', now(), now())`;
  return provider;
}

let made = 0;

export interface MadeOrder {
  facilityId: string;
  patientId: string;
  providerId: string;
  accessionNumber?: string;
  studyInstanceUid?: string;
  modality?: string;
  procedureName?: string;
  priority?: "STAT" | "URGENT" | "ROUTINE";
  status?: string;
  stepStatus?: string;
  /** Null: not yet decided. */
  startsAt?: Date | null;
  stationAeTitle?: string | null;
  performingPhysician?: string | null;
  protocolCode?: string | null;
  notes?: string | null;
}

/** An order with one scheduled step, as SQL alone. */
export async function makeOrder(db: Db, input: MadeOrder) {
  made += 1;
  const order = {
    orderId: id(),
    stepId: `S${made}`,
    scheduledStepId: id(),
    accessionNumber: input.accessionNumber ?? `A${made}`,
    requestedProcedureId: `R${made}`,
    studyInstanceUid: input.studyInstanceUid ?? `1.2.826.0.1.77.${made}`,
  };
  const {
    facilityId,
    patientId,
    providerId,
    modality = "CT",
    procedureName = "CT Head",
    priority = "ROUTINE",
    status = "SCHEDULED",
    stepStatus = "SCHEDULED",
    startsAt = new Date("2026-03-02T09:30:00Z"),
    stationAeTitle = "CT1",
    performingPhysician = null,
    protocolCode = null,
    notes = null,
  } = input;
  await db`insert into imaging_order (id, facility_id, patient_id, provider_id, accession_number, requested_procedure_id,
      study_instance_uid, procedure_code, procedure_coding_scheme, procedure_name, modality, clinical_indication, priority, notes,
      status, scheduled_at, station_ae_title, duration_minutes, ordered_at, created_by, updated_at)
    values (${order.orderId}, ${facilityId}, ${patientId}, ${providerId}, ${order.accessionNumber}, ${order.requestedProcedureId},
      ${order.studyInstanceUid}, ${protocolCode}, ${protocolCode && "99ISO"}, ${procedureName}, ${modality}, 'Headache', ${priority}, ${notes},
      ${status}, ${startsAt}, ${stationAeTitle}, 30, '2026-03-01T12:00:00Z', 'test', now())`;
  await db`insert into scheduled_step (id, order_id, facility_id, step_id, modality, description, protocol_code, protocol_coding_scheme,
      station_ae_title, starts_at, ends_at, performing_physician, status, updated_at)
    values (${order.scheduledStepId}, ${order.orderId}, ${facilityId}, ${order.stepId}, ${modality}, ${procedureName}, ${protocolCode}, ${protocolCode && "99ISO"},
      ${stationAeTitle}, ${startsAt}, ${startsAt && new Date(startsAt.getTime() + 1_800_000)}, ${performingPhysician}, ${stepStatus}, now())`;
  return order;
}
