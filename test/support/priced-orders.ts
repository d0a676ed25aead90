import { newId } from "@isocenter/server/platform/index.ts";
import type { TestPlatform } from "./platform.ts";

/** A procedure of a facility's catalogue, as rows; without price where none is given. */
export async function addProcedure(
  { db, clock }: TestPlatform,
  facilityId: string,
  {
    code = "CTHEAD",
    price = null,
  }: { code?: string; price?: { amount: number; currency: string } | null } = {},
): Promise<string> {
  const id = newId(clock);
  await db`insert into procedure ${db({
    id,
    facility_id: facilityId,
    code,
    name: `Procedure ${code}`,
    modality: "CT",
    duration_minutes: 30,
    price_amount: price?.amount ?? null,
    price_currency: price?.currency ?? null,
    created_at: clock.now(),
    updated_at: clock.now(),
  })}`;
  return id;
}

let orders = 0;

/** An order, as a row; what is not given is of no importance. */
export async function addOrder(
  { db, clock }: TestPlatform,
  input: {
    facilityId: string;
    patientId: string;
    providerId: string;
    procedureId?: string | null;
    modality?: string;
    priority?: string;
    status?: string;
    times?: Partial<
      Record<
        "ordered_at" | "scheduled_at" | "arrived_at" | "started_at" | "performed_at" | "completed_at",
        Date
      >
    >;
    stationAeTitle?: string | null;
  },
): Promise<string> {
  const id = newId(clock);
  orders += 1;
  await db`insert into imaging_order ${db({
    id,
    facility_id: input.facilityId,
    patient_id: input.patientId,
    provider_id: input.providerId,
    accession_number: `A${orders}`,
    requested_procedure_id: `R${orders}`,
    study_instance_uid: `2.25.${orders}`,
    procedure_id: input.procedureId ?? null,
    procedure_code: input.procedureId ? "CTHEAD" : null,
    procedure_name: "CT of the head",
    modality: input.modality ?? "CT",
    clinical_indication: "headache",
    priority: input.priority ?? "ROUTINE",
    status: input.status ?? "COMPLETED",
    station_ae_title: input.stationAeTitle ?? null,
    duration_minutes: 30,
    ordered_at: clock.now(),
    ...input.times,
    created_by: "test",
    updated_at: clock.now(),
  })}`;
  return id;
}
