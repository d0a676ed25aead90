import type { StudyStatus } from "./enumerations.ts";

/**
 * The states of the department's work, and what may follow each: data for the server, which refuses everything else with a 409, and for clients, which
 * show only what works.
 */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>;

export const mayFollow = <State extends string>(
  transitions: Transitions<State>,
  from: State,
  to: State,
): boolean => transitions[from].includes(to);

export const priorities = ["STAT", "URGENT", "ROUTINE"] as const;
export type Priority = (typeof priorities)[number];

export const orderStatuses = [
  "PENDING",
  "SCHEDULED",
  "ARRIVED",
  "IN_PROGRESS",
  "PERFORMED",
  "COMPLETED",
  "ON_HOLD",
  "CANCELLED",
  "NO_SHOW",
  "DISCONTINUED",
] as const;
export type OrderStatus = (typeof orderStatuses)[number];
export const orderStatusAliases: Readonly<Record<string, OrderStatus>> = { REQUESTED: "PENDING" };

/** PENDING goes straight to ARRIVED for emergencies alone. */
export const orderTransitions: Transitions<OrderStatus> = {
  PENDING: ["SCHEDULED", "ARRIVED", "ON_HOLD", "CANCELLED"],
  SCHEDULED: ["ARRIVED", "ON_HOLD", "NO_SHOW", "CANCELLED"],
  ARRIVED: ["IN_PROGRESS", "CANCELLED"],
  IN_PROGRESS: ["PERFORMED", "DISCONTINUED", "CANCELLED"],
  PERFORMED: ["COMPLETED"],
  COMPLETED: [],
  ON_HOLD: ["PENDING", "SCHEDULED", "CANCELLED"],
  CANCELLED: [],
  NO_SHOW: ["SCHEDULED", "CANCELLED"],
  DISCONTINUED: [],
};

/** What happens by itself: a performed step or images begin an order in whatever state it is found, and a signed report completes it from ARRIVED on. */
export const orderMovesByThemselves: Transitions<OrderStatus> = {
  PENDING: ["IN_PROGRESS"],
  SCHEDULED: ["IN_PROGRESS"],
  ARRIVED: ["IN_PROGRESS", "COMPLETED"],
  IN_PROGRESS: ["PERFORMED", "DISCONTINUED", "COMPLETED"],
  PERFORMED: ["COMPLETED"],
  COMPLETED: [],
  ON_HOLD: ["IN_PROGRESS"],
  CANCELLED: [],
  NO_SHOW: ["IN_PROGRESS"],
  DISCONTINUED: [],
};

export const studyTransitions: Transitions<StudyStatus> = {
  SCHEDULED: ["ARRIVED", "IN_PROGRESS", "CANCELLED"],
  ARRIVED: ["IN_PROGRESS", "CANCELLED"],
  IN_PROGRESS: ["COMPLETED", "CANCELLED"],
  COMPLETED: ["IN_PROGRESS", "PRELIMINARY", "FINAL"],
  PRELIMINARY: ["COMPLETED", "FINAL"],
  FINAL: [],
  CANCELLED: [],
};

export const reportStatuses = [
  "DRAFT",
  "PRELIMINARY",
  "FINAL",
  "AMENDED",
  "CORRECTED",
  "APPENDED",
  "CANCELLED",
  "ENTERED_IN_ERROR",
] as const;
export type ReportStatus = (typeof reportStatuses)[number];
/** What leaves the house: final and later versions. */
export const finalReportStatuses = [
  "FINAL",
  "AMENDED",
  "CORRECTED",
  "APPENDED",
] as const satisfies ReportStatus[];

const afterFinal = ["AMENDED", "CORRECTED", "APPENDED", "ENTERED_IN_ERROR"] as const;
export const reportTransitions: Transitions<ReportStatus> = {
  DRAFT: ["PRELIMINARY", "FINAL", "CANCELLED"],
  PRELIMINARY: ["FINAL", "CANCELLED"],
  FINAL: afterFinal,
  AMENDED: afterFinal,
  CORRECTED: afterFinal,
  APPENDED: afterFinal,
  CANCELLED: [],
  ENTERED_IN_ERROR: [],
};

export const severities = ["CRITICAL", "HIGH", "MODERATE", "LOW"] as const;
export type Severity = (typeof severities)[number];
export const severityAliases: Readonly<Record<string, Severity>> = {
  URGENT: "HIGH",
  SIGNIFICANT: "MODERATE",
};

export const findingStatuses = ["OPEN", "NOTIFIED", "ACKNOWLEDGED", "FOLLOW_UP", "CLOSED", "VOID"] as const;
export type FindingStatus = (typeof findingStatuses)[number];

/** Escalation is a level, not a state. */
export const findingTransitions: Transitions<FindingStatus> = {
  OPEN: ["NOTIFIED", "ACKNOWLEDGED", "VOID"],
  NOTIFIED: ["ACKNOWLEDGED", "VOID"],
  ACKNOWLEDGED: ["FOLLOW_UP", "CLOSED", "VOID"],
  FOLLOW_UP: ["CLOSED", "VOID"],
  CLOSED: [],
  VOID: [],
};

export const billStatuses = ["PENDING", "PARTIALLY_PAID", "PAID", "OVERDUE", "VOID"] as const;
export type BillStatus = (typeof billStatuses)[number];

/** A refund goes back to what is owed then. */
export const billTransitions: Transitions<BillStatus> = {
  PENDING: ["PARTIALLY_PAID", "PAID", "OVERDUE", "VOID"],
  PARTIALLY_PAID: ["PENDING", "PAID", "OVERDUE", "VOID"],
  PAID: ["PENDING", "PARTIALLY_PAID", "OVERDUE"],
  OVERDUE: ["PENDING", "PARTIALLY_PAID", "PAID", "VOID"],
  VOID: [],
};
