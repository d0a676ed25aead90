import {
  type Fragment,
  type Reader,
  Refusal,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { facilities, inCareOf } from "../patients/index.ts";
import { type FindingContext, wakeJob } from "./context.ts";
import { earliest, type FindingRow, nextLook } from "./finding.ts";

/** True where the ladder told the viewer before it came to the alarm. */
export const isRecipient = (sql: Reader, viewer: Viewer): Fragment => sql`exists (
  select 1 from finding_recipient own where own.finding_id = f.id and own.target <> 'ALARM'
    and own.person_id = ${viewer.kind === "user" ? viewer.id : null}::uuid)`;

/**
 * Which findings exist for the viewer: those of their facilities and, where the right reaches only so far, of patients in their care or that they were told
 * of. With `finding` as `f` and its `study` as `st`.
 */
export function visible(sql: Reader, viewer: Viewer): Fragment {
  const reached = requirePermission(viewer, "findings.read");
  const here = sql`f.facility_id = any(${facilities(viewer)}::uuid[])`;
  return reached === "all"
    ? here
    : sql`${here} and (${inCareOf(sql, viewer, "st.patient_id")} or ${isRecipient(sql, viewer)})`;
}

export const notFound = (): Refusal =>
  new Refusal("not-found", "finding.not-found", "There is no such critical finding.");

const columns = (sql: Reader): Fragment => sql`
  f.id, f.facility_id as "facilityId", f.study_id as "studyId", st.patient_id as "patientId", st.order_id as "orderId",
  o.provider_id as "providerId", f.description, f.severity, f.status, f.raised_by as "raisedBy", f.raised_at as "raisedAt",
  f.first_recipients as "firstRecipients", f.policy, f.contact_due_at as "contactDueAt", f.contacted_at as "contactedAt",
  f.acknowledge_due_at as "acknowledgeDueAt", f.contact_late as "contactLate", f.acknowledge_late as "acknowledgeLate",
  f.escalation_level as "escalationLevel", f.next_step as "nextStep", f.alarms, f.last_alarm_at as "lastAlarmAt",
  f.acknowledged_at as "acknowledgedAt", f.acknowledged_by_name as "acknowledgedByName", f.version`;

const tables = (sql: Reader): Fragment => sql`
  finding f join study st on st.id = f.study_id left join imaging_order o on o.id = st.order_id`;

/** The finding, locked until the end of the transaction. @throws Refusal `not-found` (`finding.not-found`) */
export async function lockFinding(
  tx: Tx,
  viewer: Viewer,
  id: string,
): Promise<FindingRow & { isRecipient: boolean }> {
  const [row] = await tx<(FindingRow & { isRecipient: boolean })[]>`
    select ${columns(tx)}, ${isRecipient(tx, viewer)} as "isRecipient" from ${tables(tx)}
    where f.id = ${id} and ${visible(tx, viewer)} for no key update of f`;
  if (!row) throw notFound();
  return row;
}

/** Locks it for the system, whoever may see it; null where there is none. */
export async function lockAsSystem(tx: Tx, id: string): Promise<FindingRow | null> {
  const [row] = await tx<FindingRow[]>`
    select ${columns(tx)} from ${tables(tx)} where f.id = ${id} for no key update of f`;
  return row ?? null;
}

/** The finding that has waited longest for the system, unless another worker has it. */
export async function lockDue(tx: Tx, now: Date, without: readonly string[]): Promise<FindingRow | null> {
  const [row] = await tx<FindingRow[]>`
    select ${columns(tx)} from ${tables(tx)}
    where f.next_escalation_at <= ${now} and f.id <> all(${[...without]}::uuid[])
    order by f.next_escalation_at limit 1 for no key update of f skip locked`;
  return row ?? null;
}

export async function insertFinding(
  tx: Tx,
  viewer: Viewer,
  row: FindingRow,
  reportId: string | null,
): Promise<void> {
  await tx`insert into finding ${tx({
    id: row.id,
    facility_id: row.facilityId,
    study_id: row.studyId,
    report_id: reportId,
    description: row.description,
    raised_by: row.raisedBy,
    raised_by_name: viewer.name,
    raised_at: row.raisedAt,
    first_recipients: row.firstRecipients,
    version: row.version,
    updated_at: row.raisedAt,
    ...changing(tx, row),
  })}`;
}

const changing = (tx: Tx, row: FindingRow) => ({
  severity: row.severity,
  status: row.status,
  policy: tx.json(row.policy),
  contact_due_at: row.contactDueAt,
  contacted_at: row.contactedAt,
  acknowledge_due_at: row.acknowledgeDueAt,
  contact_late: row.contactLate,
  acknowledge_late: row.acknowledgeLate,
  escalation_level: row.escalationLevel,
  next_step: row.nextStep,
  alarms: row.alarms,
  last_alarm_at: row.lastAlarmAt,
});

/** Writes what changed as a new version, and plans when it is looked at next. `more`: further columns. */
export async function saveFinding(
  tx: Tx,
  { clock, jobs }: FindingContext,
  row: FindingRow,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const [followUp] = await tx<{ dueAt: Date | null }[]>`
    select min(due_at) as "dueAt" from finding_follow_up
    where finding_id = ${row.id} and done_at is null and reminded_at is null`;
  const next = earliest([nextLook(row), row.status === "FOLLOW_UP" ? (followUp?.dueAt ?? null) : null]);
  await tx`update finding set ${tx({
    ...changing(tx, row),
    ...more,
    next_escalation_at: next,
    updated_at: clock.now(),
  })}, version = version + 1 where id = ${row.id}`;
  if (next) await jobs.add(tx, wakeJob, {}, { key: `${wakeJob}:${row.id}`, runAt: next });
}

/** Everyone who was told, each once; without the alarm's where it is not asked for. */
export async function toldOf(tx: Tx, findingId: string, withAlarm = false): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select distinct person_id as id from finding_recipient
    where finding_id = ${findingId} ${withAlarm ? tx`` : tx`and target <> 'ALARM'`} order by 1`;
  return rows.map(({ id }) => id);
}
