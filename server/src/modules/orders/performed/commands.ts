import type { DicomJson } from "@isocenter/dicom";
import { newId, Refusal, requirePermission, type Tx, type Viewer } from "../../../platform/index.ts";
import { discontinueOrder, performOrder, startOrder } from "../automatic.ts";
import type { OrderContext } from "../context.ts";
import { created, modified, type PerformedStepStatus, statusOf } from "./attributes.ts";
import { type SaidPerformed, saidOf } from "./said.ts";
import { type ScheduledOf, scheduledOf } from "./scheduled.ts";

export interface PerformedStepInput {
  facilityId: string;
  sopInstanceUid: string;
  attributes: DicomJson;
}

/** Not told which it is: what another facility has does not exist here. */
const noStep = (): Refusal =>
  new Refusal("not-found", "performed-step.not-found", "There is no such performed step.");

/** Local time of the facility as a moment. */
const momentAt = (tx: Tx, facilityId: string, local: string | null) =>
  tx`(${local}::text::timestamp at time zone (select time_zone from facility where id = ${facilityId}))`;

const idsByOrder = (steps: readonly ScheduledOf[]): [orderId: string, stepIds: string[]][] =>
  [...Map.groupBy(steps, ({ orderId }) => orderId)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([orderId, group]) => [orderId, group.map(({ scheduledStepId }) => scheduledStepId)]);

/**
 * A modality has begun (PS3.4 F.7.2.1). The steps that it answers are STARTED and their orders IN_PROGRESS; one that nobody had asked for, or that names another
 * patient than its order, is kept without an order.
 * @throws Refusal `conflict` (`performed-step.duplicate`), `unprocessable` as `created`, `forbidden`
 */
export async function createPerformedStep(
  tx: Tx,
  viewer: Viewer,
  { facilityId, sopInstanceUid, attributes: given }: PerformedStepInput,
  context: OrderContext,
): Promise<{ id: string }> {
  requirePermission(viewer, "orders.write");
  const attributes = created(given);
  const said = saidOf(attributes);
  const answered = await scheduledOf(tx, facilityId, said);
  const now = context.clock.now();
  const id = newId(context.clock);
  const [made] = await tx`
    insert into performed_step (id, facility_id, sop_instance_uid, order_id, study_instance_uid, status, station_ae_title, attributes,
      referenced_instances, started_at, created_at, updated_at)
    values (${id}, ${facilityId}, ${sopInstanceUid}, ${answered[0]?.orderId ?? null}, ${said.steps[0]!.studyInstanceUid}, 'IN PROGRESS',
      ${said.stationAeTitle}, ${attributes as never}, ${said.referencedInstances}::text[], ${momentAt(tx, facilityId, said.startedAt)},
      ${now}, ${now})
    on conflict (facility_id, sop_instance_uid) do nothing returning id`;
  if (!made)
    throw new Refusal("conflict", "performed-step.duplicate", "There is a performed step of this UID.");
  for (const { scheduledStepId } of answered)
    await tx`insert into performed_of_scheduled values (${id}, ${scheduledStepId})`;
  for (const [orderId, stepIds] of idsByOrder(answered))
    await startOrder(tx, viewer, { orderId, at: now, by: "mpps", stepIds }, context);
  await record(tx, viewer, context, { id, facilityId, status: "IN PROGRESS", said, answered }, "started");
  return { id };
}

interface PerformedRow {
  id: string;
  status: PerformedStepStatus;
  attributes: DicomJson;
}

/**
 * What a modality says while it works, and how it ended (PS3.4 F.7.2.2). COMPLETED completes the scheduled steps, and performs the order with its last one;
 * DISCONTINUED breaks them off. A scheduled step ends with the last performed one that answers it, completed where any of them was.
 * @throws Refusal `not-found` (`performed-step.not-found`), `conflict` (`performed-step.ended`), `unprocessable` as `created`, `forbidden`
 */
export async function changePerformedStep(
  tx: Tx,
  viewer: Viewer,
  { facilityId, sopInstanceUid, attributes }: PerformedStepInput,
  context: OrderContext,
): Promise<void> {
  requirePermission(viewer, "orders.write");
  const answered = await lockOrders(tx, facilityId, sopInstanceUid);
  const [step] = await tx<PerformedRow[]>`
    select id, status, attributes from performed_step
    where facility_id = ${facilityId} and sop_instance_uid = ${sopInstanceUid} for no key update`;
  if (!step) throw noStep();
  if (step.status !== "IN PROGRESS")
    throw new Refusal("conflict", "performed-step.ended", "It has ended, and may no longer be updated.");
  const next = modified(step.attributes, attributes);
  const status = statusOf(next);
  const said = saidOf(next);
  await tx`
    update performed_step set status = ${status}, attributes = ${next as never}, referenced_instances = ${said.referencedInstances}::text[],
      ended_at = ${momentAt(tx, facilityId, said.endedAt)}, updated_at = ${context.clock.now()} where id = ${step.id}`;
  if (status !== "IN PROGRESS") await endScheduled(tx, viewer, answered, context);
  const what = { "IN PROGRESS": "changed", COMPLETED: "completed", DISCONTINUED: "discontinued" } as const;
  await record(tx, viewer, context, { id: step.id, facilityId, status, said, answered }, what[status]);
}

/** Before the step itself, so that of two that end at once one sees the other's end. */
async function lockOrders(tx: Tx, facilityId: string, sopInstanceUid: string): Promise<ScheduledOf[]> {
  const answered = await tx<ScheduledOf[]>`
    select ss.id as "scheduledStepId", o.id as "orderId", o.patient_id as "patientId" from performed_step ps
    join performed_of_scheduled pos on pos.performed_step_id = ps.id
    join scheduled_step ss on ss.id = pos.scheduled_step_id
    join imaging_order o on o.id = ss.order_id
    where ps.facility_id = ${facilityId} and ps.sop_instance_uid = ${sopInstanceUid} order by o.id, ss.id`;
  await tx`
    select 1 from imaging_order where id = any(${answered.map(({ orderId }) => orderId)}::uuid[])
    order by id for no key update`;
  return answered;
}

async function endScheduled(
  tx: Tx,
  viewer: Viewer,
  answered: readonly ScheduledOf[],
  context: OrderContext,
): Promise<void> {
  const ended = await tx<(ScheduledOf & { completed: boolean })[]>`
    select ss.id as "scheduledStepId", ss.order_id as "orderId", bool_or(ps.status = 'COMPLETED') as completed
    from scheduled_step ss
    join performed_of_scheduled pos on pos.scheduled_step_id = ss.id
    join performed_step ps on ps.id = pos.performed_step_id
    where ss.id = any(${answered.map(({ scheduledStepId }) => scheduledStepId)}::uuid[])
    group by ss.id, ss.order_id having bool_and(ps.status <> 'IN PROGRESS')`;
  const at = context.clock.now();
  for (const done of [true, false])
    for (const [orderId, stepIds] of idsByOrder(ended.filter(({ completed }) => completed === done))) {
      const end = done ? performOrder : discontinueOrder;
      await end(tx, viewer, { orderId, at, by: "mpps", stepIds }, context);
    }
}

interface Recorded {
  id: string;
  facilityId: string;
  status: PerformedStepStatus;
  said: SaidPerformed;
  answered: readonly ScheduledOf[];
}

async function record(
  tx: Tx,
  viewer: Viewer,
  { journal }: OrderContext,
  { id, facilityId, status, said, answered }: Recorded,
  what: "started" | "changed" | "completed" | "discontinued",
): Promise<void> {
  await journal.record(tx, viewer, {
    type: `performed-step.${what}`,
    subject: { type: "performed-step", id },
    facilityId,
    patientId: answered[0]?.patientId ?? null,
    data: {
      status,
      orderIds: [...new Set(answered.map(({ orderId }) => orderId))].slice(0, 100),
      instances: said.referencedInstances.length,
    },
  });
}

/** The step as it is now, for whoever performs or follows it (PS3.4 F.8). @throws Refusal `not-found`, `forbidden` */
export async function performedStepAttributes(
  tx: Tx,
  viewer: Viewer,
  sopInstanceUid: string,
): Promise<{ id: string; attributes: DicomJson }> {
  requirePermission(viewer, "orders.write");
  const [step] = await tx<{ id: string; attributes: DicomJson }[]>`
    select id, attributes from performed_step
    where facility_id = any(${[...viewer.facilityIds]}::uuid[]) and sop_instance_uid = ${sopInstanceUid} limit 1`;
  if (!step) throw noStep();
  return step;
}
