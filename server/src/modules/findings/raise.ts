import type { ChangeFinding, RaiseFinding } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { notify } from "../notifications/index.ts";
import { facilities } from "../patients/index.ts";
import { advance, recordFact } from "./advance.ts";
import type { FindingContext } from "./context.ts";
import {
  type FindingRow,
  isHigher,
  isWaiting,
  limitsOf,
  mayChange,
  readSeverity,
  requireTransition,
  standing,
} from "./finding.ts";
import { addEvent } from "./history.ts";
import { endAll, noticeOf, reachable } from "./ladder.ts";
import { policyOf } from "./policies.ts";
import { insertFinding, lockFinding, saveFinding, toldOf } from "./rows.ts";

interface Study {
  facilityId: string;
  patientId: string;
  orderId: string | null;
  providerId: string | null;
}

/**
 * Raises a finding: sets its limits, tells the first people, plans what follows; all of it or nothing.
 * @returns its id
 * @throws Refusal `forbidden`, `not-found` (`study.not-found`), `invalid` (`finding.invalid-severity`, `finding.invalid-recipient`,
 * `finding.invalid-report`)
 */
export async function raiseFinding(
  tx: Tx,
  viewer: Viewer,
  input: RaiseFinding,
  context: FindingContext,
): Promise<string> {
  requirePermission(viewer, "findings.raise");
  const severity = readSeverity(input.severity);
  const [study] = await tx<Study[]>`
    select st.facility_id as "facilityId", st.patient_id as "patientId", st.order_id as "orderId", o.provider_id as "providerId"
    from study st left join imaging_order o on o.id = st.order_id
    where st.id = ${input.studyId} and st.facility_id = any(${facilities(viewer)}::uuid[]) and st.deleted_at is null`;
  if (!study) throw new Refusal("not-found", "study.not-found", "There is no such study.");
  await checkReport(tx, context, input);
  await checkRecipients(tx, study.facilityId, input.recipients ?? []);
  const policy = await policyOf(tx, study.facilityId, severity);
  const raisedAt = context.clock.now();
  const row: FindingRow = {
    id: newId(context.clock),
    ...study,
    studyId: input.studyId,
    description: input.description.trim(),
    severity,
    status: "OPEN",
    raisedBy: viewer.id,
    raisedAt,
    firstRecipients: [...(input.recipients ?? [])],
    policy,
    ...limitsOf(policy, raisedAt),
    contactedAt: null,
    contactLate: false,
    acknowledgeLate: false,
    escalationLevel: 0,
    nextStep: 0,
    alarms: 0,
    lastAlarmAt: null,
    acknowledgedAt: null,
    acknowledgedByName: null,
    // Saved below, as its first version.
    version: 0,
  };
  await insertFinding(tx, viewer, row, input.reportId ?? null);
  await addEvent(tx, context.clock, viewer, row.id, {
    kind: "RAISED",
    people: row.firstRecipients,
    data: { severity },
  });
  await advance(tx, context, viewer, row);
  await recordFact(tx, context, viewer, row, "raised", { acknowledgeDueAt: row.acknowledgeDueAt });
  await saveFinding(tx, context, row);
  return row.id;
}

async function checkReport(tx: Tx, { sources }: FindingContext, input: RaiseFinding): Promise<void> {
  if (!input.reportId || (await sources.studyOfReport(tx, input.reportId)) === input.studyId) return;
  const message = "There is no such report of this study.";
  throw new Refusal("invalid", "finding.invalid-report", message, {
    errors: [{ path: "body.reportId", message }],
  });
}

/** Who cannot answer is no first recipient: the clock would run for nothing. */
async function checkRecipients(tx: Tx, facilityId: string, recipients: readonly string[]): Promise<void> {
  const found = await reachable(tx, facilityId, recipients);
  const errors = recipients.flatMap((id, index) => {
    const person = found.find((one) => one.id === id);
    const path = `body.recipients.${index}`;
    if (!person) return [{ path, message: "There is no such active user at the study's facility." }];
    return person.answers ? [] : [{ path, message: "This user may not acknowledge critical findings." }];
  });
  if (errors[0])
    throw new Refusal("invalid", "finding.invalid-recipient", `${errors[0].path}: ${errors[0].message}`, {
      errors,
    });
}

/**
 * Another description, or a higher severity, whose limits count from when the finding was raised. Whoever was told is told of it.
 * @throws Refusal `not-found`, `forbidden` (`finding.not-yours`), `conflict` (`version.conflict`, `finding.not-changeable`),
 * `invalid` (`finding.invalid-severity`), `unprocessable` (`finding.severity-lowered`)
 */
export async function changeFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
  input: ChangeFinding,
  context: FindingContext,
): Promise<void> {
  const row = await lockFinding(tx, viewer, id);
  requireMayChange(viewer, row);
  checkVersion(input.expectedVersion, row.version);
  if (!isWaiting(row.status)) {
    const detail = `What was acknowledged is not changed any more: void it, or raise another. ${standing(row.status)}`;
    throw new Refusal("conflict", "finding.not-changeable", detail);
  }
  const before = { description: row.description, severity: row.severity };
  if (input.description !== undefined) row.description = input.description.trim();
  if (input.severity !== undefined) row.severity = readSeverity(input.severity);
  const upgraded = row.severity !== before.severity;
  const fields = [
    ...(row.description === before.description ? [] : ["description"]),
    ...(upgraded ? ["severity"] : []),
  ];
  if (fields.length === 0) return;
  if (upgraded) {
    if (!isHigher(row.severity, before.severity)) {
      const detail = `A severity only becomes higher; it is ${before.severity}. Void the finding and raise another.`;
      throw new Refusal("unprocessable", "finding.severity-lowered", detail);
    }
    row.policy = await policyOf(tx, row.facilityId, row.severity);
    Object.assign(row, limitsOf(row.policy, row.raisedAt));
    row.nextStep = await firstUntaken(tx, row);
  }
  // What it said stays in the history: somebody may have acted on it.
  await addEvent(tx, context.clock, viewer, id, { kind: "CHANGED", data: { fields, before } });
  const people = await toldOf(tx, id, true);
  const key = `changed:${row.version + 1}`;
  await notify(tx, context.clock, [noticeOf(row, "changed", key, { people }, { data: { fields } })]);
  await advance(tx, context, viewer, row);
  await recordFact(tx, context, viewer, row, "changed", { fields });
  await saveFinding(tx, context, row, { description: row.description });
}

/** The first step of the ladder that has told nobody yet. */
async function firstUntaken(tx: Tx, row: FindingRow): Promise<number> {
  const taken = await tx<{ target: string }[]>`
    select distinct target from finding_recipient where finding_id = ${row.id}`;
  const index = row.policy.ladder.findIndex(({ to }) => !taken.some(({ target }) => target === to));
  return index < 0 ? row.policy.ladder.length : index;
}

function requireMayChange(viewer: Viewer, row: FindingRow): void {
  requirePermission(viewer, "findings.raise");
  if (!mayChange(viewer, row.raisedBy))
    throw new Refusal("forbidden", "finding.not-yours", "Who raised it, or a radiologist, may do this.");
}

/**
 * Takes a finding back, with the reason; who was told is told.
 * @throws Refusal `not-found`, `forbidden` (`finding.not-yours`), `conflict` (`finding.illegal-transition`)
 */
export async function voidFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
  reason: string,
  context: FindingContext,
): Promise<void> {
  const row = await lockFinding(tx, viewer, id);
  requireMayChange(viewer, row);
  requireTransition(row.status, "VOID");
  row.status = "VOID";
  const people = (await toldOf(tx, id, true)).filter((person) => person !== viewer.id);
  await endAll(tx, context, row);
  await notify(tx, context.clock, [noticeOf(row, "voided", "voided", { people }, { level: "IMPORTANT" })]);
  await addEvent(tx, context.clock, viewer, id, { kind: "VOIDED", people, data: { reason: reason.trim() } });
  await recordFact(tx, context, viewer, row, "voided");
  await saveFinding(tx, context, row, { voided_at: context.clock.now(), void_reason: reason.trim() });
}
