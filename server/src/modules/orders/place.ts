import { type CreateImagingOrder, type Priority, priorities } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import {
  type Clock,
  invalidAt,
  newId,
  Refusal,
  readMember,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { addCareRelations, addMemberships, claimCare, noPatient } from "../patients/index.ts";
import { type Appointment, lockStation, moveSteps, reserve } from "./booking.ts";
import type { PlaceContext } from "./context.ts";
import { type Examination, examinationColumns, examinationOf, writeSteps } from "./examination.ts";
import { placeOf } from "./facility.ts";
import { notTheirs, ordersOwn } from "./order.ts";
import { conflict, isDuplicate } from "./refusals.ts";
import { whomFor } from "./whom.ts";

/** Numbers that whoever sent the order has given already; ours where left out. */
export interface GivenNumbers {
  accessionNumber?: string;
  requestedProcedureId?: string;
  stepId?: string;
  studyInstanceUid?: string;
  placerOrderNumber?: string;
}

export const readPriority = (text: string): Priority =>
  readMember(priorities, text, "order.invalid-priority", "body.priority");

/** A moment of the contract; its schema let only dates with their offset through. */
export function readMoment(text: string, path: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1900 || at.getUTCFullYear() > 9998)
    throw invalidAt("order.invalid-time", path, "must be a date and time with its offset");
  return at;
}

/**
 * Who asks for it: someone who is active at the facility; who orders for their own patients names nobody else.
 * @throws Refusal `invalid` (`order.unknown-provider`, `order.needs-provider`), `forbidden` (`order.not-own`)
 */
async function providerOf(
  tx: Tx,
  viewer: Viewer,
  facilityId: string,
  given: string | undefined,
): Promise<string> {
  const everybody = requirePermission(viewer, "orders.write") === "all";
  const own = ordersOwn(viewer);
  if (!everybody && !own)
    throw new Refusal("forbidden", "order.status-only", "You may move orders and steps, not place orders.");
  const providerId = given ?? (own ? viewer.id : undefined);
  if (providerId === undefined)
    throw invalidAt("order.needs-provider", "body.providerId", "is needed: the user who asks for it");
  if (!everybody && providerId.toLowerCase() !== viewer.id) throw notTheirs();
  await requireProvider(tx, facilityId, providerId);
  return providerId;
}

export async function requireProvider(tx: Tx, facilityId: string, providerId: string): Promise<void> {
  const [known] = await tx`
    select 1 from app_user u join user_facility f on f.user_id = u.id and f.facility_id = ${facilityId}
    where u.id = ${providerId} and u.active`;
  if (!known)
    throw invalidAt(
      "order.unknown-provider",
      "body.providerId",
      "must be a user who is active at the facility of the order",
    );
}

/**
 * The patient, held against merges until the order is placed. Whom another of the viewer's facilities knows this one knows from now on.
 * @throws Refusal `not-found` (`patient.not-found`), `conflict` (`patient.merged`)
 */
async function requirePatientFor(
  tx: Tx,
  viewer: Viewer,
  clock: Clock,
  patientId: string,
  facilityId: string,
): Promise<void> {
  const [patient] = await tx<{ mergedInto: string | null }[]>`
    select p.merged_into as "mergedInto" from patient p where p.id = ${patientId} and exists (
      select 1 from patient_facility f where f.patient_id = p.id and f.facility_id = any(${[...viewer.facilityIds]}::uuid[]))
    for key share`;
  if (!patient) throw noPatient();
  if (patient.mergedInto !== null)
    throw conflict("patient.merged", `The patient is merged into ${patient.mergedInto}: order for them.`);
  await addMemberships(tx, clock, [{ patientId, facilityId }]);
}

async function nextNumber(tx: Tx): Promise<string> {
  const [row] = await tx<{ number: number }[]>`select nextval('accession_number') as number`;
  return String(row!.number).padStart(8, "0");
}

/** For a study that answers no order of ours. */
export const newAccessionNumber = async (tx: Tx): Promise<string> => `A${await nextNumber(tx)}`;

/** Numbers of our own: `A` and the same number behind `R`, and before the step's own behind `S`. */
async function numbersOf(tx: Tx, given: GivenNumbers) {
  const number = await nextNumber(tx);
  return {
    accession_number: given.accessionNumber ?? `A${number}`,
    requested_procedure_id: given.requestedProcedureId ?? `R${number}`,
    study_instance_uid: given.studyInstanceUid ?? newUid(),
    placer_order_number: given.placerOrderNumber ?? null,
  };
}

/** Station and time as wished, if they are free. */
async function appointmentOf(
  tx: Tx,
  viewer: Viewer,
  facilityId: string,
  { durationMinutes, modality }: Examination,
  input: Pick<CreateImagingOrder, "scheduledAt" | "stationAeTitle">,
  priority: Priority,
): Promise<Appointment> {
  const scheduledAt =
    input.scheduledAt === undefined ? null : readMoment(input.scheduledAt, "body.scheduledAt");
  if (input.stationAeTitle === undefined) return { scheduledAt, station: null, durationMinutes };
  const station = await lockStation(tx, { facilityId, aeTitle: input.stationAeTitle, modality });
  if (scheduledAt !== null)
    await reserve(tx, viewer, station, { orderId: null, from: scheduledAt, durationMinutes, priority });
  return { scheduledAt, station, durationMinutes };
}

/**
 * Places an order, with its accession number, the UID of the study to be made, and its steps. The patient is in the provider's care from now on.
 * @returns its id
 * @throws Refusal `forbidden` (also `order.not-in-care`), `not-found` (`facility.not-found`, `patient.not-found`), `invalid`, `unprocessable`
 *   (`order.proof-wrong`), `conflict` (`patient.merged`, `patient.ambiguous`, `schedule.conflict`, `schedule.closed`, `station.inactive`,
 *   `order.number-taken`)
 */
export async function placeOrder(
  tx: Tx,
  viewer: Viewer,
  input: CreateImagingOrder,
  context: PlaceContext,
  given: GivenNumbers = {},
): Promise<string> {
  requirePermission(viewer, "orders.write");
  const { clock, journal } = context;
  const { facilityId } = await placeOf(tx, viewer, input.facilityId);
  const providerId = await providerOf(tx, viewer, facilityId, input.providerId);
  const priority = readPriority(input.priority ?? "ROUTINE");
  const examination = await examinationOf(tx, facilityId, input);
  const appointment = await appointmentOf(tx, viewer, facilityId, examination, input, priority);
  // Last, so that who may not know whether there is such a patient learns nothing from what else is wrong.
  const { patientId, by } = await whomFor(tx, viewer, input, context.physicianOrders);
  await requirePatientFor(tx, viewer, clock, patientId, facilityId);
  const status = appointment.scheduledAt === null ? "PENDING" : "SCHEDULED";
  const id = newId(clock);
  const numbers = await numbersOf(tx, given);
  const at = clock.now();
  try {
    await tx`insert into imaging_order ${tx({
      id,
      facility_id: facilityId,
      patient_id: patientId,
      provider_id: providerId,
      ...numbers,
      ...examinationColumns(examination),
      clinical_indication: input.clinicalIndication.trim(),
      priority,
      notes: input.notes ?? null,
      status,
      scheduled_at: appointment.scheduledAt,
      station_ae_title: appointment.station?.aeTitle ?? null,
      ordered_at: at,
      created_by: viewer.id,
      updated_at: at,
    })}`;
    await writeSteps(tx, clock, {
      orderId: id,
      facilityId,
      requestedProcedureId: numbers.requested_procedure_id,
      examination,
      stepId: given.stepId,
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw conflict("order.number-taken", "Another order of the facility has one of the numbers given.");
  }
  await moveSteps(tx, id, status, at, appointment);
  if (by === "known")
    await addCareRelations(tx, clock, [{ patientId, facilityId, personId: providerId, source: "order" }]);
  else await claimCare(tx, viewer, { patientId, facilityId, orderId: id, by }, context);
  await journal.record(tx, viewer, {
    type: "order.created",
    subject: { type: "order", id },
    facilityId,
    patientId,
    people: [providerId],
    data: { status, priority, modality: examination.modality, accessionNumber: numbers.accession_number },
  });
  return id;
}
