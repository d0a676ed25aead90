import {
  type FindingPolicy,
  type FindingStatus,
  findingTransitions,
  mayFollow,
  type Severity,
  severities,
  severityAliases,
} from "@isocenter/contract";
import { Refusal, reach, readMember, type Viewer } from "../../platform/index.ts";

/** A finding as commands work with it; they change the row and save it. */
export interface FindingRow {
  id: string;
  facilityId: string;
  studyId: string;
  /** The study's, now. */
  patientId: string;
  orderId: string | null;
  /** Who placed the study's order. */
  providerId: string | null;
  description: string;
  severity: Severity;
  status: FindingStatus;
  raisedBy: string;
  raisedAt: Date;
  firstRecipients: string[];
  /** As it was when the finding was raised. */
  policy: FindingPolicy;
  contactDueAt: Date | null;
  contactedAt: Date | null;
  acknowledgeDueAt: Date | null;
  contactLate: boolean;
  acknowledgeLate: boolean;
  escalationLevel: number;
  nextStep: number;
  alarms: number;
  lastAlarmAt: Date | null;
  acknowledgedAt: Date | null;
  acknowledgedByName: string | null;
  version: number;
}

/** Nobody has acknowledged it yet. */
export const isWaiting = (status: FindingStatus): boolean => status === "OPEN" || status === "NOTIFIED";

/** @throws Refusal `invalid` (`finding.invalid-severity`) */
export const readSeverity = (text: string, path = "body.severity"): Severity =>
  readMember(
    severities,
    severityAliases[text.trim().toUpperCase()] ?? text,
    "finding.invalid-severity",
    path,
  );

/** CRITICAL is above HIGH. */
export const isHigher = (one: Severity, other: Severity): boolean =>
  severities.indexOf(one) < severities.indexOf(other);

/** What the state is, and what may follow it, for whoever wanted another. */
export function standing(status: FindingStatus): string {
  const next = findingTransitions[status];
  return `It is ${status}, and ${next.length === 0 ? "nothing may follow" : `${next.join(", ")} may follow`}.`;
}

/** @throws Refusal `conflict` (`finding.illegal-transition`), which names the state and what may follow */
export function requireTransition(from: FindingStatus, to: FindingStatus): void {
  if (mayFollow(findingTransitions, from, to)) return;
  throw new Refusal(
    "conflict",
    "finding.illegal-transition",
    `The finding cannot become ${to}. ${standing(from)}`,
  );
}

const minuteMs = 60_000;
export const afterMinutes = (from: Date, minutes: number): Date =>
  new Date(from.getTime() + minutes * minuteMs);

/** The limits of a policy, from when the finding was raised. */
export const limitsOf = (
  policy: FindingPolicy,
  raisedAt: Date,
): Pick<FindingRow, "contactDueAt" | "acknowledgeDueAt"> => ({
  contactDueAt: policy.contactMinutes === null ? null : afterMinutes(raisedAt, policy.contactMinutes),
  acknowledgeDueAt:
    policy.acknowledgeMinutes === null ? null : afterMinutes(raisedAt, policy.acknowledgeMinutes),
});

export const earliest = (times: readonly (Date | null)[]): Date | null =>
  times.reduce((first, time) => (time !== null && (first === null || time < first) ? time : first), null);

/** When a finding that waits has to be looked at again: its next step, the next alarm, a limit that passes. */
export function nextLook(row: FindingRow): Date | null {
  if (!isWaiting(row.status)) return null;
  const { ladder, repeatMinutes } = row.policy;
  const step = ladder.slice(row.nextStep).find((one) => one.afterMinutes !== null);
  const exhausted = row.nextStep >= ladder.length;
  return earliest([
    step ? afterMinutes(row.raisedAt, step.afterMinutes ?? 0) : null,
    exhausted && repeatMinutes !== null && row.lastAlarmAt
      ? afterMinutes(row.lastAlarmAt, repeatMinutes)
      : null,
    row.contactedAt === null && !row.contactLate ? row.contactDueAt : null,
    row.acknowledgeLate ? null : row.acknowledgeDueAt,
  ]);
}

/** Who raised it, and radiologists, correct and void it. */
export const mayChange = (viewer: Viewer, raisedBy: string): boolean =>
  reach(viewer, "findings.raise") !== null &&
  (viewer.id === raisedBy || reach(viewer, "findings.acknowledge") === "all");

/** Radiologists, and whom the ladder told before the alarm, say what became of it. Only people do. */
export function mayAnswer(viewer: Viewer, isRecipient: boolean): boolean {
  const held = viewer.kind === "user" ? reach(viewer, "findings.acknowledge") : null;
  return held === "all" || (held === "own" && isRecipient);
}

/** What the viewer may do with it now. */
export function actionsOn(
  viewer: Viewer,
  { status, raisedBy, isRecipient }: { status: FindingStatus; raisedBy: string; isRecipient: boolean },
): string[] {
  const next = findingTransitions[status];
  const change = mayChange(viewer, raisedBy);
  const answer = mayAnswer(viewer, isRecipient);
  const call = answer && reach(viewer, "findings.acknowledge") === "all";
  return [
    ...(change && isWaiting(status) ? ["change"] : []),
    ...(answer && isRecipient && next.includes("ACKNOWLEDGED") ? ["acknowledge"] : []),
    ...(call && next.includes("ACKNOWLEDGED") ? ["record-call"] : []),
    ...(answer && (next.includes("FOLLOW_UP") || status === "FOLLOW_UP") ? ["follow-up"] : []),
    ...(answer && next.includes("CLOSED") ? ["close"] : []),
    ...(change && next.includes("VOID") ? ["void"] : []),
  ];
}
