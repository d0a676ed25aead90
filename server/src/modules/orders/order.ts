import {
  type OrderStatus,
  orderActions,
  orderTransitions,
  type Priority,
  reachOf,
  type StepStatus,
} from "@isocenter/contract";
import { Refusal, reach, type Viewer } from "../../platform/index.ts";

/** What the rules of states and rights ask of an order. */
export interface OrderState {
  status: OrderStatus;
  priority: Priority;
  providerId: string;
}

/** What the scheduled steps of an order are while it is in a state; PENDING is not on the modality worklist. */
export const stepStatusOf: Readonly<Record<OrderStatus, StepStatus>> = {
  PENDING: "PENDING",
  SCHEDULED: "SCHEDULED",
  ARRIVED: "ARRIVED",
  IN_PROGRESS: "STARTED",
  PERFORMED: "COMPLETED",
  COMPLETED: "COMPLETED",
  ON_HOLD: "PENDING",
  CANCELLED: "CANCELED",
  NO_SHOW: "PENDING",
  DISCONTINUED: "DISCONTINUED",
};

/** What a move to each state is called among the facts. */
export const factOf: Readonly<Record<OrderStatus, string>> = {
  PENDING: "order.changed",
  SCHEDULED: "order.scheduled",
  ARRIVED: "order.arrived",
  IN_PROGRESS: "order.started",
  PERFORMED: "order.performed",
  COMPLETED: "order.completed",
  ON_HOLD: "order.held",
  CANCELLED: "order.cancelled",
  NO_SHOW: "order.no-show",
  DISCONTINUED: "order.discontinued",
};

/** States in which an appointment holds its time of the station. */
export const holdsItsTime: readonly StepStatus[] = ["SCHEDULED", "ARRIVED", "READY", "STARTED"];

/** States to which a person may move the order: an emergency alone arrives without an appointment. */
export const followingStates = ({ status, priority }: OrderState): OrderStatus[] =>
  orderTransitions[status].filter(
    (next) => !(status === "PENDING" && next === "ARRIVED") || priority === "STAT",
  );

/** From these nothing is changed any more. */
export const closedStates: readonly OrderStatus[] = ["COMPLETED", "CANCELLED", "DISCONTINUED"];
/** In these it is fixed what is done, where and when. */
export const underWay: readonly OrderStatus[] = ["IN_PROGRESS", "PERFORMED"];
/** In these an appointment is made or moved without naming a state. */
const schedulable: readonly OrderStatus[] = ["PENDING", "SCHEDULED", "ARRIVED", "NO_SHOW"];

/** Where those go who may only write what they ordered themselves. */
const movesOfProviders: readonly OrderStatus[] = ["PENDING", "SCHEDULED", "ON_HOLD", "CANCELLED"];

/** One person may be a technologist and order as well: the widest reach does not take away what another role gives. */
export const ordersOwn = (viewer: Viewer): boolean =>
  viewer.kind === "user" && viewer.roles.some((role) => reachOf([role], "orders.write") === "own");

/** What the viewer may write of an order. */
export interface WriteRights {
  /** Everything that is asked for. */
  details: boolean;
  /** Station and time. */
  appointment: boolean;
  /** Every state, or some. */
  moves: "all" | "provider" | "none";
}

export function writeRights(viewer: Viewer, order: Pick<OrderState, "providerId">): WriteRights {
  const held = reach(viewer, "orders.write");
  const own = ordersOwn(viewer) && order.providerId === viewer.id;
  if (held === "all") return { details: true, appointment: true, moves: "all" };
  if (held === "status") return { details: own, appointment: true, moves: "all" };
  return own
    ? { details: true, appointment: true, moves: "provider" }
    : { details: false, appointment: false, moves: "none" };
}

export const mayMoveTo = ({ moves }: WriteRights, to: OrderStatus): boolean =>
  moves === "all" || (moves === "provider" && movesOfProviders.includes(to));

/** What the viewer may do with the order now. */
export function actionsOn(viewer: Viewer, order: OrderState): string[] {
  const rights = writeRights(viewer, order);
  const { status } = order;
  return [
    ...(rights.details && !closedStates.includes(status) ? ["change"] : []),
    ...(rights.appointment && (status === "SCHEDULED" || status === "ARRIVED") ? ["reschedule"] : []),
    ...followingStates(order)
      .filter((next) => mayMoveTo(rights, next))
      .map((next) => orderActions[next]),
  ];
}

export const mayBeScheduled = (status: OrderStatus): boolean => schedulable.includes(status);

export const notTheirs = (): Refusal =>
  new Refusal("forbidden", "order.not-own", "You may only write orders that you place yourself.");
