import type { OrderStatus, Priority } from "@isocenter/contract";

/** What FHIR calls the states of an order. */
export const serviceRequestStatus = {
  PENDING: "active",
  SCHEDULED: "active",
  ARRIVED: "active",
  IN_PROGRESS: "active",
  PERFORMED: "active",
  COMPLETED: "completed",
  ON_HOLD: "on-hold",
  CANCELLED: "revoked",
  NO_SHOW: "active",
  DISCONTINUED: "revoked",
} as const satisfies Record<OrderStatus, string>;

export const requestPriority = {
  STAT: "stat",
  URGENT: "urgent",
  ROUTINE: "routine",
} as const satisfies Record<Priority, string>;
