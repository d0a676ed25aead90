import type { OrderStatus } from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import type { OrderContext } from "./context.ts";
import { factOf } from "./order.ts";

/** An order as the commands lock it. */
export interface LockedOrder {
  id: string;
  facilityId: string;
  patientId: string;
  providerId: string;
  status: OrderStatus;
  version: number;
}

const columnOf: Partial<Readonly<Record<OrderStatus, string>>> = {
  ARRIVED: "arrived_at",
  IN_PROGRESS: "started_at",
  PERFORMED: "performed_at",
  COMPLETED: "completed_at",
  CANCELLED: "ended_at",
  DISCONTINUED: "ended_at",
};

export interface Move {
  to: OrderStatus;
  at: Date;
  reason: string | null;
  /** What brought it about where no person did: `mpps`, `images`, `settled`, `report`, `hl7`. */
  by?: string;
}

/** Writes the state that an order goes to, with its time, the fact, and the notice for whoever asked for it. The steps are the caller's. */
export async function writeMove(
  tx: Tx,
  viewer: Viewer,
  order: LockedOrder,
  { to, at, reason, by }: Move,
  { clock, journal }: OrderContext,
): Promise<void> {
  const column = columnOf[to];
  const missed = to === "NO_SHOW" ? tx`missed_at = scheduled_at, missed_reason = ${reason},` : tx``;
  await tx`
    update imaging_order set ${tx({ status: to, status_reason: reason, updated_at: clock.now(), ...(column ? { [column]: at } : {}) })},
      ${missed} version = version + 1 where id = ${order.id}`;
  const { id, facilityId, patientId, providerId, status } = order;
  await journal.record(tx, viewer, {
    type: factOf[to],
    subject: { type: "order", id },
    facilityId,
    patientId,
    people: [providerId],
    data: { from: status, to, ...(by === undefined ? {} : { by }) },
  });
  if (viewer.kind === "user" && viewer.id === providerId) return;
  await notify(tx, clock, [
    {
      kind: "order.status-changed",
      level: "INFO",
      facilityId,
      subject: { type: "order", id },
      patientId,
      to: { people: [providerId] },
      data: { from: status, to },
      key: `order.status-changed ${id} ${order.version + 1}`,
    },
  ]);
}
