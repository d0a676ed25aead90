import { mayFollow, type OrderStatus, orderMovesByThemselves } from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";
import { moveSteps } from "./booking.ts";
import type { OrderContext } from "./context.ts";
import { type LockedOrder, writeMove } from "./moves.ts";
import { stepStatusOf } from "./order.ts";

/** What makes an order move by itself. */
export interface Event {
  orderId: string;
  at: Date;
  /** What it was: `mpps`, `images`, `settled`, `report`, `hl7`. */
  by: string;
  /** The scheduled steps (ids of ours) that it is about; all that have not ended where left out. */
  stepIds?: readonly string[];
}

export interface Moved {
  moved: boolean;
  /** Afterwards; null where there is no such order at the viewer's facilities. */
  status: OrderStatus | null;
}

async function lock(tx: Tx, viewer: Viewer, orderId: string): Promise<LockedOrder | null> {
  const [row] = await tx<LockedOrder[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", provider_id as "providerId", status, version from imaging_order
    where id = ${orderId} and facility_id = any(${[...viewer.facilityIds]}::uuid[]) for no key update`;
  return row ?? null;
}

/** The steps that the event is about go to their state, if they have not ended; what is begun has a time from now on. */
async function moveNamedSteps(tx: Tx, { orderId, at, stepIds }: Event, to: OrderStatus): Promise<void> {
  await tx`
    update scheduled_step set status = ${stepStatusOf[to]}, updated_at = ${at}, version = version + 1, starts_at = coalesce(starts_at, ${at})
    where order_id = ${orderId} and status not in ('COMPLETED', 'CANCELED', 'DISCONTINUED') and status <> ${stepStatusOf[to]}
      ${stepIds === undefined ? tx`` : tx`and id = any(${[...stepIds]}::uuid[])`}`;
}

/** How the order ends as its steps have; null while one has not. */
async function outcomeOf(tx: Tx, orderId: string): Promise<OrderStatus | null> {
  const [steps] = await tx<{ open: number; completed: number }[]>`
    select count(*) filter (where status not in ('COMPLETED', 'CANCELED', 'DISCONTINUED')) as open,
      count(*) filter (where status = 'COMPLETED') as completed
    from scheduled_step where order_id = ${orderId}`;
  if (!steps || steps.open > 0) return null;
  return steps.completed > 0 ? "PERFORMED" : "DISCONTINUED";
}

async function moveByItself(
  tx: Tx,
  viewer: Viewer,
  event: Event,
  to: OrderStatus,
  context: OrderContext,
): Promise<Moved> {
  const order = await lock(tx, viewer, event.orderId);
  if (!order) return { moved: false, status: null };
  const { at, by } = event;
  const stays = { moved: false, status: order.status };
  const begun = to === "IN_PROGRESS" && order.status === "IN_PROGRESS";
  if (!begun && !mayFollow(orderMovesByThemselves, order.status, to)) return stays;
  if (to === "COMPLETED") await moveSteps(tx, order.id, to, at);
  else await moveNamedSteps(tx, event, to);
  if (begun) return stays;
  const ends = to === "PERFORMED" || to === "DISCONTINUED";
  const next = ends ? await outcomeOf(tx, order.id) : to;
  if (next === null) return stays;
  await writeMove(tx, viewer, order, { to: next, at, by, reason: null }, context);
  return { moved: true, status: next };
}

/*
 * Each does nothing where the table of moves by themselves does not allow it, so the same event may come twice. None asks for a permission: who may
 * send images or performed steps was asked before.
 */

/** A performed step or images begin the order in whatever state it is found, before it has ended. */
export const startOrder = (tx: Tx, viewer: Viewer, event: Event, context: OrderContext): Promise<Moved> =>
  moveByItself(tx, viewer, event, "IN_PROGRESS", context);

/** The steps are done; the order is performed when its last step has ended. */
export const performOrder = (tx: Tx, viewer: Viewer, event: Event, context: OrderContext): Promise<Moved> =>
  moveByItself(tx, viewer, event, "PERFORMED", context);

/** The steps were broken off; the order is discontinued when its last step has ended and none was done. */
export const discontinueOrder = (
  tx: Tx,
  viewer: Viewer,
  event: Event,
  context: OrderContext,
): Promise<Moved> => moveByItself(tx, viewer, event, "DISCONTINUED", context);

/** A final report completes it, from its arrival on. */
export const completeOrder = (tx: Tx, viewer: Viewer, event: Event, context: OrderContext): Promise<Moved> =>
  moveByItself(tx, viewer, event, "COMPLETED", context);
