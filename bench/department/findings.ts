import { defaultFindingPolicies, type FindingStatus, type Severity } from "@isocenter/contract";
import { type Examination, hour, minute, type Seeding } from "./course.ts";
import type { Person } from "./people.ts";
import { idOf } from "./random.ts";

/** A critical finding of the report; all but those of the last hours were answered. */
export function addFinding(
  { rows, dice, until }: Seeding,
  one: Examination,
  reportId: string,
  reader: Person,
  raisedAt: number,
): void {
  const luck = dice.next();
  const severity: Severity = luck < 0.1 ? "CRITICAL" : luck < 0.4 ? "HIGH" : luck < 0.8 ? "MODERATE" : "LOW";
  const policy = defaultFindingPolicies[severity];
  const answeredAt = raisedAt + (10 + dice.below(300)) * minute;
  const answered = answeredAt <= until;
  const status: FindingStatus = answered
    ? dice.chance(0.9)
      ? "CLOSED"
      : dice.chance(0.5)
        ? "ACKNOWLEDGED"
        : "FOLLOW_UP"
    : "NOTIFIED";
  const due = (minutes: number | null) => (minutes === null ? null : new Date(raisedAt + minutes * minute));
  const acknowledged = answered ? new Date(answeredAt) : null;
  const id = idOf(21, raisedAt, one.n);
  const by = answered ? one.provider : null;
  rows.add("finding", {
    id,
    facility_id: one.patient.facility.id,
    study_id: one.studyId,
    report_id: reportId,
    description: "A finding that somebody has to know of in time.",
    severity,
    status,
    raised_by: reader.id,
    raised_by_name: reader.name,
    raised_at: new Date(raisedAt),
    policy,
    contact_due_at: due(policy.contactMinutes),
    contacted_at: new Date(raisedAt),
    acknowledge_due_at: due(policy.acknowledgeMinutes),
    acknowledge_late:
      answered &&
      policy.acknowledgeMinutes !== null &&
      answeredAt > raisedAt + policy.acknowledgeMinutes * minute,
    acknowledged_at: acknowledged,
    acknowledged_by: by?.id ?? null,
    acknowledged_by_name: by?.name ?? null,
    acknowledge_method: by ? "IN_APP" : null,
    read_back: by ? "Understood." : null,
    acknowledge_recorded_by: by?.id ?? null,
    acknowledge_recorded_by_name: by?.name ?? null,
    acknowledge_recorded_at: acknowledged,
    closed_at: status === "CLOSED" ? new Date(Math.min(until, answeredAt + hour)) : null,
    version: answered ? 3 : 1,
    updated_at: acknowledged ?? new Date(raisedAt),
  });
  rows.add("finding_event", {
    id: idOf(22, raisedAt, one.n),
    finding_id: id,
    kind: "RAISED",
    at: new Date(raisedAt),
    actor_kind: "user",
    actor_id: reader.id,
    actor_name: reader.name,
  });
  rows.add("finding_recipient", {
    finding_id: id,
    step: 0,
    person_id: one.provider.id,
    target: "ORDERING_PROVIDER",
    notice_key: `finding:${id}:0`,
    told_at: new Date(raisedAt),
    again: false,
    acknowledged_at: acknowledged,
  });
  if (!answered || dice.chance(0.5)) return;
  rows.add("finding_follow_up", {
    id: idOf(24, answeredAt, one.n),
    finding_id: id,
    action: "Ask the patient to come again",
    due_at: new Date(answeredAt + 30 * 24 * hour),
    created_by: reader.id,
    created_by_name: reader.name,
    created_at: new Date(answeredAt),
    done_at: status === "CLOSED" ? new Date(answeredAt + hour) : null,
    done_by: status === "CLOSED" ? reader.id : null,
  });
}
