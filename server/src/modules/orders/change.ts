import {
  type ChangeImagingOrder,
  type OrderStatus,
  orderStatusAliases,
  orderStatuses,
  type Priority,
} from "@isocenter/contract";
import {
  checkVersion,
  invalidAt,
  Refusal,
  readMember,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { addCareRelations } from "../patients/index.ts";
import { type Appointment, lockStation, moveSteps, reserve, stationNamed } from "./booking.ts";
import type { OrderContext } from "./context.ts";
import { type Examination, examinationColumns, examinationOf, writeSteps } from "./examination.ts";
import { type LockedOrder, writeMove } from "./moves.ts";
import {
  closedStates,
  followingStates,
  mayBeScheduled,
  mayMoveTo,
  notTheirs,
  underWay,
  writeRights,
} from "./order.ts";
import { readMoment, readPriority, requireProvider } from "./place.ts";
import { conflict, illegalTransition, noOrder } from "./refusals.ts";
import { orderVisible } from "./sql.ts";

interface Current extends LockedOrder, Examination {
  priority: Priority;
  scheduledAt: Date | null;
  stationAeTitle: string | null;
  requestedProcedureId: string;
}

const members = (input: ChangeImagingOrder) =>
  (Object.keys(input) as (keyof ChangeImagingOrder)[]).filter(
    (name) => !["status", "reason", "expectedVersion"].includes(name),
  );
const ofAppointment: readonly (keyof ChangeImagingOrder)[] = [
  "scheduledAt",
  "stationAeTitle",
  "durationMinutes",
];
const ofExamination: readonly (keyof ChangeImagingOrder)[] = [
  "modality",
  "bodyPart",
  "procedureCode",
  "durationMinutes",
];
/** Fixed from the start of the examination on. */
const fixedUnderWay: readonly (keyof ChangeImagingOrder)[] = [...ofExamination, ...ofAppointment];

const readOrderStatus = (text: string, path: string): OrderStatus =>
  orderStatusAliases[text.trim().toUpperCase()] ??
  readMember(orderStatuses, text, "order.invalid-status", path);

/** @throws Refusal `not-found` (`order.not-found`), also where the viewer may not see it */
async function lockOrder(tx: Tx, viewer: Viewer, orderId: string): Promise<Current> {
  const [row] = await tx<Current[]>`
    select o.id, o.facility_id as "facilityId", o.patient_id as "patientId", o.provider_id as "providerId", o.status, o.version, o.priority,
      o.scheduled_at as "scheduledAt", o.station_ae_title as "stationAeTitle", o.requested_procedure_id as "requestedProcedureId",
      o.procedure_id as "procedureId", o.procedure_code as "procedureCode", o.procedure_coding_scheme as "codingScheme",
      o.procedure_name as name, o.modality, o.body_part as "bodyPart", o.duration_minutes as "durationMinutes"
    from imaging_order o where o.id = ${orderId} and ${orderVisible(tx, viewer)} for no key update of o`;
  if (!row) throw noOrder();
  return row;
}

/** The state that is asked for: named, or that of an order that gets an appointment. Null where it stays. */
function wantedState(order: Current, input: ChangeImagingOrder, priority: Priority): OrderStatus | null {
  const { status } = order;
  if (input.status === undefined) {
    if (input.scheduledAt === undefined || status === "SCHEDULED" || status === "ARRIVED") return null;
    if (mayBeScheduled(status)) return "SCHEDULED";
    throw conflict(
      "order.not-schedulable",
      `The order is ${status}: ${status === "ON_HOLD" ? "it gets an appointment together with the status SCHEDULED" : "it gets no appointment any more"}.`,
    );
  }
  const to = readOrderStatus(input.status, "body.status");
  if (to === "SCHEDULED" && status === "SCHEDULED" && input.scheduledAt !== undefined) return null;
  const following = followingStates({ ...order, priority });
  if (!following.includes(to)) throw illegalTransition(status, to, following);
  return to;
}

/** Whether the viewer may write this of the order. @throws Refusal `forbidden` (`order.not-own`, `order.status-only`, `order.may-not-move`) */
function checkRights(
  viewer: Viewer,
  order: Current,
  input: ChangeImagingOrder,
  to: OrderStatus | null,
): void {
  requirePermission(viewer, "orders.write");
  const rights = writeRights(viewer, order);
  if (rights.moves === "none") throw notTheirs();
  const details = members(input).filter((name) => !ofAppointment.includes(name));
  if (details.length > 0 && !rights.details)
    throw new Refusal(
      "forbidden",
      "order.status-only",
      `You may move the order and its appointment, not change ${details.join(", ")}.`,
    );
  if (to !== null && !mayMoveTo(rights, to))
    throw new Refusal(
      "forbidden",
      "order.may-not-move",
      `Moving an order to ${to} is not for who ordered it.`,
    );
  const provider = input.providerId?.toLowerCase();
  if (provider !== undefined && provider !== order.providerId && rights.moves === "provider")
    throw notTheirs();
}

/** @throws Refusal `conflict` (`order.closed`, `order.under-way`) */
function checkOpen(order: Current, input: ChangeImagingOrder): void {
  const named = members(input);
  if (named.length === 0) return;
  if (closedStates.includes(order.status))
    throw conflict(
      "order.closed",
      `The order is ${order.status}: ${named.join(", ")} cannot be changed any more.`,
    );
  const fixed = named.filter((name) => fixedUnderWay.includes(name));
  if (fixed.length > 0 && underWay.includes(order.status))
    throw conflict(
      "order.under-way",
      `The order is ${order.status}: ${fixed.join(", ")} cannot be changed any more.`,
    );
}

async function changedExamination(
  tx: Tx,
  order: Current,
  input: ChangeImagingOrder,
): Promise<Examination | null> {
  if (!members(input).some((name) => ofExamination.includes(name))) return null;
  const { procedureCode } = input;
  // A procedure that was taken out of the catalogue stays with the orders that name it.
  if (procedureCode === undefined && input.modality === undefined)
    return {
      ...order,
      bodyPart: input.bodyPart?.trim() ?? order.bodyPart,
      durationMinutes: input.durationMinutes ?? order.durationMinutes,
      ...(order.procedureId === null && input.bodyPart !== undefined
        ? { name: `${order.modality.replace("_", "/")} ${input.bodyPart.trim()}` }
        : {}),
    };
  const bodyPart = input.bodyPart ?? order.bodyPart ?? undefined;
  if (procedureCode !== undefined && procedureCode !== null)
    return await examinationOf(tx, order.facilityId, {
      procedureCode,
      modality: input.modality,
      bodyPart: input.bodyPart,
      durationMinutes: input.durationMinutes,
    });
  return await examinationOf(tx, order.facilityId, {
    procedureCode: procedureCode === null ? null : order.procedureCode,
    modality: input.modality ?? order.modality,
    bodyPart,
    durationMinutes: input.durationMinutes ?? order.durationMinutes,
  });
}

/** States that have station and time. */
const appointed: readonly OrderStatus[] = ["SCHEDULED", "ARRIVED"];

interface Next {
  /** The state that it has afterwards. */
  status: OrderStatus;
  to: OrderStatus | null;
  examination: Examination;
  priority: Priority;
  at: Date;
}

/**
 * Station and time afterwards; null where they stay.
 * @throws Refusal `invalid` (`order.needs-appointment`, `order.appointment-not-now`, `station.unknown`, ...), `conflict` (`schedule.conflict`, ...)
 */
async function nextAppointment(
  tx: Tx,
  viewer: Viewer,
  order: Current,
  input: ChangeImagingOrder,
  { status, to, examination, priority, at }: Next,
): Promise<Appointment | null> {
  const { durationMinutes, modality } = examination;
  if (input.scheduledAt !== undefined && !appointed.includes(status))
    throw invalidAt("order.appointment-not-now", "body.scheduledAt", `is not for an order that is ${status}`);
  if (
    to === "SCHEDULED" &&
    input.scheduledAt === undefined &&
    (order.status !== "ON_HOLD" || !order.scheduledAt)
  )
    throw invalidAt("order.needs-appointment", "body.scheduledAt", "is needed for an order to be SCHEDULED");
  const arrivesUnasked = to === "ARRIVED" && order.scheduledAt === null;
  const touched =
    members(input).some((name) => ofAppointment.includes(name)) ||
    durationMinutes !== order.durationMinutes ||
    modality !== order.modality;
  if (!touched && !arrivesUnasked && to !== "SCHEDULED" && to !== "PENDING") return null;
  const kept = status === "PENDING" ? null : order.scheduledAt;
  const scheduledAt =
    input.scheduledAt === undefined
      ? (kept ?? (arrivesUnasked ? at : null))
      : readMoment(input.scheduledAt, "body.scheduledAt");
  const aeTitle = input.stationAeTitle === undefined ? order.stationAeTitle : input.stationAeTitle;
  if (aeTitle === null) return { scheduledAt, station: null, durationMinutes };
  // Who comes as an emergency is not sent away because the calendar says so.
  const booked = appointed.includes(status) && !(arrivesUnasked && input.scheduledAt === undefined);
  if (!booked && input.stationAeTitle === undefined)
    return { scheduledAt, station: await stationNamed(tx, order.facilityId, aeTitle), durationMinutes };
  const station = await lockStation(tx, { facilityId: order.facilityId, aeTitle, modality });
  if (booked && scheduledAt !== null)
    await reserve(tx, viewer, station, { orderId: order.id, from: scheduledAt, durationMinutes, priority });
  return { scheduledAt, station, durationMinutes };
}

/** The columns of what was said besides state, examination and appointment. */
function detailColumns(input: ChangeImagingOrder, priority: Priority) {
  return {
    ...(input.providerId === undefined ? {} : { provider_id: input.providerId }),
    ...(input.clinicalIndication === undefined
      ? {}
      : { clinical_indication: input.clinicalIndication.trim() }),
    ...(input.priority === undefined ? {} : { priority }),
    ...(input.notes === undefined ? {} : { notes: input.notes }),
  };
}

/**
 * Changes details, appointment and state of an order, all or nothing. Its steps follow.
 * @throws Refusal `not-found` (`order.not-found`), `forbidden`, `invalid`, `conflict` (`version.conflict`, `order.illegal-transition`, `order.closed`,
 *   `order.under-way`, `order.not-schedulable`, `schedule.conflict`, `schedule.closed`, `station.inactive`)
 */
export async function changeOrder(
  tx: Tx,
  viewer: Viewer,
  orderId: string,
  input: ChangeImagingOrder,
  context: OrderContext,
): Promise<void> {
  requirePermission(viewer, "orders.write");
  const { clock, journal } = context;
  const at = clock.now();
  const order = await lockOrder(tx, viewer, orderId);
  checkVersion(input.expectedVersion, order.version);
  const priority = input.priority === undefined ? order.priority : readPriority(input.priority);
  // Who may not move the order at all is not told where it may go.
  checkRights(viewer, order, input, null);
  const to = wantedState(order, input, priority);
  checkRights(viewer, order, input, to);
  if (to === null && input.reason !== undefined)
    throw invalidAt("order.reason-without-status", "body.reason", "goes with a change of the status");
  checkOpen(order, input);
  const status = to ?? order.status;
  const changed = await changedExamination(tx, order, input);
  const examination = changed ?? order;
  if (input.providerId !== undefined) await requireProvider(tx, order.facilityId, input.providerId);
  const next = { status, to, examination, priority, at };
  const appointment = await nextAppointment(tx, viewer, order, input, next);
  if (changed !== null) {
    const { id, facilityId, requestedProcedureId } = order;
    await writeSteps(tx, clock, { orderId: id, facilityId, requestedProcedureId, examination });
  }
  if (to !== null || appointment !== null || changed !== null)
    await moveSteps(tx, order.id, status, at, appointment ?? undefined);
  const columns = {
    ...detailColumns(input, priority),
    ...(changed === null ? {} : examinationColumns(changed)),
    ...(appointment === null
      ? {}
      : { scheduled_at: appointment.scheduledAt, station_ae_title: appointment.station?.aeTitle ?? null }),
  };
  const fields = members(input).filter((name) => to === null || !ofAppointment.includes(name));
  if (Object.keys(columns).length > 0)
    await tx`update imaging_order set ${tx({ ...columns, updated_at: at })} where id = ${order.id}`;
  const providerId = input.providerId?.toLowerCase() ?? order.providerId;
  const { facilityId, patientId } = order;
  if (providerId !== order.providerId)
    await addCareRelations(tx, clock, [{ patientId, facilityId, personId: providerId, source: "order" }]);
  const now = { ...order, providerId };
  if (fields.length > 0)
    await journal.record(tx, viewer, {
      type: fields.some((name) => !ofAppointment.includes(name)) ? "order.changed" : "order.scheduled",
      subject: { type: "order", id: order.id },
      facilityId,
      patientId,
      people: [...new Set([providerId, order.providerId])],
      data: { fields, status },
    });
  if (to !== null)
    await writeMove(tx, viewer, now, { to, at, reason: input.reason?.trim() ?? null }, context);
  else if (fields.length > 0) await tx`update imaging_order set version = version + 1 where id = ${order.id}`;
}
