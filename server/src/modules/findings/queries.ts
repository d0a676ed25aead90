import {
  type Finding,
  type FindingListQuery,
  type FindingStatus,
  findingStatuses,
} from "@isocenter/contract";
import {
  type Clock,
  type Fragment,
  facilitiesAsked,
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  readMember,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import {
  allOf,
  firstIdentifier,
  type SummaryColumns,
  summaryColumns,
  toPatientSummary,
} from "../patients/index.ts";
import { requireSubject } from "../reports/index.ts";
import { actionsOn, earliest, isWaiting, readSeverity } from "./finding.ts";
import { isRecipient, notFound, visible } from "./rows.ts";

/** What is no column of the answer as it stands. */
type Made = "patient" | "overdue" | "acknowledgement" | "actions" | "raisedBy" | "recipients" | "followUps";
type Times =
  | "raisedAt"
  | "contactDueAt"
  | "contactedAt"
  | "acknowledgeDueAt"
  | "nextEscalationAt"
  | "closedAt"
  | "voidedAt"
  | "updatedAt";
export interface FindingListRow
  extends Omit<Finding, Made | Times>,
    SummaryColumns,
    Record<Exclude<Times, "raisedAt" | "updatedAt">, Date | null> {
  raisedAt: Date;
  updatedAt: Date;
  raisedById: string;
  raisedByName: string;
  isRecipient: boolean;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedByName: string | null;
  acknowledgeMethod: NonNullable<Finding["acknowledgement"]>["method"] | null;
  readBack: string | null;
  acknowledgeNote: string | null;
  recordedBy: string | null;
  recordedByName: string | null;
  recordedAt: Date | null;
  /** Times in them as PostgreSQL writes JSON. */
  recipients: Finding["recipients"];
  followUps: Finding["followUps"];
}

export const findingColumns = (sql: Reader, viewer: Viewer): Fragment => sql`
  f.id, f.facility_id as "facilityId", f.study_id as "studyId", f.report_id as "reportId", st.order_id as "orderId",
  st.description as "studyDescription", st.accession_number as "accessionNumber",
  f.description, f.severity, f.status, f.raised_by as "raisedById", f.raised_by_name as "raisedByName", f.raised_at as "raisedAt",
  f.contact_due_at as "contactDueAt", f.contacted_at as "contactedAt", f.contact_late as "contactLate",
  f.acknowledge_due_at as "acknowledgeDueAt", f.acknowledge_late as "acknowledgeLate", f.escalation_level as "escalationLevel",
  f.next_escalation_at as "nextEscalationAt", (f.policy->>'readBackRequired')::boolean as "readBackRequired",
  f.acknowledged_at as "acknowledgedAt", f.acknowledged_by as "acknowledgedBy", f.acknowledged_by_name as "acknowledgedByName",
  f.acknowledge_method as "acknowledgeMethod", f.read_back as "readBack", f.acknowledge_note as "acknowledgeNote",
  f.acknowledge_recorded_by as "recordedBy", f.acknowledge_recorded_by_name as "recordedByName",
  f.acknowledge_recorded_at as "recordedAt", f.closed_at as "closedAt", f.close_note as "closeNote", f.voided_at as "voidedAt",
  f.void_reason as "voidReason", f.version, f.updated_at as "updatedAt", ${isRecipient(sql, viewer)} as "isRecipient",
  ${summaryColumns(sql)},
  (select coalesce(json_agg(json_build_object('personId', r.person_id, 'name', u.full_name, 'target', r.target, 'step', r.step,
      'toldAt', r.told_at, 'again', r.again, 'deliveredAt', r.delivered_at, 'deliveredBy', r.delivered_by, 'reachedAt', r.reached_at, 'acknowledgedAt', r.acknowledged_at)
      order by r.told_at, r.step, u.full_name, u.id), '[]'::json)
    from finding_recipient r join app_user u on u.id = r.person_id where r.finding_id = f.id) as recipients,
  (select coalesce(json_agg(json_build_object('id', w.id, 'action', w.action, 'dueAt', w.due_at,
      'createdBy', json_build_object('id', w.created_by, 'name', w.created_by_name), 'createdAt', w.created_at, 'doneAt', w.done_at)
      order by w.created_at, w.id), '[]'::json)
    from finding_follow_up w where w.finding_id = f.id) as "followUps"`;

export const findingTables = (sql: Reader): Fragment => sql`
  finding f join study st on st.id = f.study_id join patient p on p.id = st.patient_id ${firstIdentifier(sql)}`;

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;
/** PostgreSQL writes the offset `+00:00` into JSON. */
const utc = (text: string | null): string | null => (text === null ? null : new Date(text).toISOString());

export function toFinding(viewer: Viewer, now: Date, row: FindingListRow): Finding {
  const waiting = isWaiting(row.status);
  const limit = earliest([row.contactedAt === null ? row.contactDueAt : null, row.acknowledgeDueAt]);
  return {
    id: row.id,
    facilityId: row.facilityId,
    studyId: row.studyId,
    reportId: row.reportId,
    orderId: row.orderId,
    patientId: row.patientId,
    patient: toPatientSummary(row),
    studyDescription: row.studyDescription,
    accessionNumber: row.accessionNumber,
    description: row.description,
    severity: row.severity,
    status: row.status,
    raisedBy: { id: row.raisedById, name: row.raisedByName },
    raisedAt: row.raisedAt.toISOString(),
    contactDueAt: iso(row.contactDueAt),
    contactedAt: iso(row.contactedAt),
    contactLate: row.contactLate,
    acknowledgeDueAt: iso(row.acknowledgeDueAt),
    acknowledgeLate: row.acknowledgeLate,
    overdue: waiting && limit !== null && limit < now,
    escalationLevel: row.escalationLevel,
    nextEscalationAt: iso(row.nextEscalationAt),
    readBackRequired: row.readBackRequired,
    acknowledgement:
      row.acknowledgedAt === null
        ? null
        : {
            by: { id: row.acknowledgedBy, name: row.acknowledgedByName ?? "" },
            at: row.acknowledgedAt.toISOString(),
            method: row.acknowledgeMethod ?? "IN_APP",
            readBack: row.readBack,
            note: row.acknowledgeNote,
            recordedBy: { id: row.recordedBy ?? "", name: row.recordedByName ?? "" },
            recordedAt: (row.recordedAt ?? row.acknowledgedAt).toISOString(),
          },
    recipients: row.recipients.map((recipient) => ({
      ...recipient,
      toldAt: utc(recipient.toldAt) ?? "",
      deliveredAt: utc(recipient.deliveredAt),
      reachedAt: utc(recipient.reachedAt),
      acknowledgedAt: utc(recipient.acknowledgedAt),
    })),
    followUps: row.followUps.map((followUp) => ({
      ...followUp,
      dueAt: utc(followUp.dueAt),
      createdAt: utc(followUp.createdAt) ?? "",
      doneAt: utc(followUp.doneAt),
    })),
    closedAt: iso(row.closedAt),
    closeNote: row.closeNote,
    voidedAt: iso(row.voidedAt),
    voidReason: row.voidReason,
    version: row.version,
    updatedAt: row.updatedAt.toISOString(),
    actions: actionsOn(viewer, {
      status: row.status,
      raisedBy: row.raisedById,
      isRecipient: row.isRecipient,
    }),
  };
}

/** @throws Refusal `not-found` (`finding.not-found`), also where the finding is not visible to the viewer */
export async function getFinding(reader: Reader, viewer: Viewer, clock: Clock, id: string): Promise<Finding> {
  const [row] = await reader<FindingListRow[]>`
    select ${findingColumns(reader, viewer)} from ${findingTables(reader)} where f.id = ${id} and ${visible(reader, viewer)}`;
  if (!row) throw notFound();
  return toFinding(viewer, clock.now(), row);
}

/** Whether opening the finding is the first that the viewer sees of it, though they were told. */
export async function isUnreached(reader: Reader, viewer: Viewer, id: string): Promise<boolean> {
  if (viewer.kind !== "user") return false;
  const [row] = await reader`
    select 1 from finding_recipient where finding_id = ${id} and person_id = ${viewer.id} and reached_at is null`;
  return row !== undefined;
}

export interface FindingFilter extends FindingListQuery {
  studyId?: string;
  /** Those that nobody has acknowledged. */
  pending?: boolean;
}

const readStatus = (text: string): FindingStatus =>
  readMember(findingStatuses, text, "finding.invalid-status", "querystring.status");

/** What no limit is set for comes last. */
const lastOfAll = "9999-12-31T00:00:00Z";

/**
 * A page of findings, the newest first; of those that are pending the first that is due.
 * @throws Refusal `invalid` (`query.invalid-sort`, `query.invalid-after`, `finding.invalid-status`, `finding.invalid-severity`)
 */
export async function listFindings(
  reader: Reader,
  viewer: Viewer,
  clock: Clock,
  query: FindingFilter,
): Promise<ListPage<Finding>> {
  const now = clock.now();
  const conditions = [visible(reader, viewer)];
  if (query.studyId !== undefined) conditions.push(reader`f.study_id = ${query.studyId}`);
  if (query.patientId !== undefined) conditions.push(reader`st.patient_id = ${query.patientId}`);
  if (query.facilityId !== undefined) conditions.push(reader`f.facility_id = ${query.facilityId}`);
  if (query.status !== undefined) conditions.push(reader`f.status = ${readStatus(query.status)}`);
  if (query.severity !== undefined)
    conditions.push(reader`f.severity = ${readSeverity(query.severity, "querystring.severity")}`);
  if (query.pending) conditions.push(reader`f.status in ('OPEN', 'NOTIFIED')`);
  if (query.overdue !== undefined) {
    const overdue = reader`(f.status in ('OPEN', 'NOTIFIED') and (coalesce(f.acknowledge_due_at < ${now}, false)
      or (f.contacted_at is null and coalesce(f.contact_due_at < ${now}, false))))`;
    conditions.push(query.overdue ? overdue : reader`not ${overdue}`);
  }
  const page = await keysetPage<FindingListRow, "raisedAt" | "acknowledgeDueAt">(reader, query, {
    name: "findings",
    sorts: {
      raisedAt: { by: reader`f.raised_at`, type: "timestamptz" },
      acknowledgeDueAt: {
        by: reader`coalesce(f.acknowledge_due_at, ${reader.unsafe(`'${lastOfAll}'`)}::timestamptz)`,
        type: "timestamptz",
      },
    },
    fallback: query.pending ? "acknowledgeDueAt" : "-raisedAt",
    id: reader`f.id`,
    columns: findingColumns(reader, viewer),
    from: findingTables(reader),
    where: allOf(reader, conditions),
    facility: { column: reader`f.facility_id`, ids: facilitiesAsked(viewer, query) },
    keyed: query.studyId !== undefined || query.patientId !== undefined,
    key: listKey(viewer, query),
  });
  if (page.total === 0 && query.studyId !== undefined)
    await requireSubject(
      reader,
      viewer,
      { studyId: query.studyId },
      requirePermission(viewer, "findings.read"),
    );
  return mapPage(page, (row) => toFinding(viewer, now, row));
}
