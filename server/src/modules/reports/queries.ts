import {
  type Report,
  type ReportListQuery,
  type ReportStatus,
  readEnumeration,
  reportStatuses,
} from "@isocenter/contract";
import {
  type Fragment,
  invalidAt,
  keysetPage,
  type ListPage,
  listKey,
  mapPage,
  type Reader,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import {
  allOf,
  facilities,
  firstIdentifier,
  inCareOf,
  type SummaryColumns,
  summaryColumns,
  survivorSql,
  toPatientSummary,
} from "../patients/index.ts";
import { type ClaimRow, claimOf, claimsOf, lapsedBefore, toClaim } from "./claims.ts";
import type { Content } from "./content.ts";
import { isAtWork } from "./readers.ts";
import { actionsOf, noReport } from "./report.ts";
import { requireSubject } from "./subjects.ts";

export interface ReportRow extends SummaryColumns {
  id: string;
  studyId: string;
  studyInstanceUid: string;
  accessionNumber: string | null;
  orderId: string | null;
  facilityId: string;
  status: ReportStatus;
  content: Content;
  template: Report["template"];
  authorId: string;
  authorName: string;
  submittedBy: string | null;
  submittedByName: string | null;
  submittedAt: Date | null;
  signerId: string | null;
  signerName: string | null;
  signedAt: Date | null;
  lastNumber: number;
  signedNumber: number | null;
  reason: string | null;
  amendment: Content | null;
  amendmentBy: string | null;
  amendmentByName: string | null;
  amendmentAt: Date | null;
  discrepancyCategory: NonNullable<Report["discrepancy"]>["category"] | null;
  discrepancyNote: string | null;
  discrepancyBy: string | null;
  discrepancyByName: string | null;
  discrepancyAt: Date | null;
  imagesAfterReportAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  namesAnotherPatient: boolean;
  claimed: boolean;
  delivered: boolean;
  atWork: boolean;
}

/** A report for somebody who looks. */
export interface Shown {
  report: Report;
  /** It is known that this version came before them. */
  delivered: boolean;
  /** They are at work on it. */
  atWork: boolean;
}

/** Whether it is noted that the viewer saw the version that is shown; only people are told of the next. */
const delivered = (sql: Reader, viewer: Viewer): Fragment =>
  viewer.kind === "user"
    ? sql`exists (select 1 from report_delivery d where d.report_id = r.id
        and d.number = ${seesAll(viewer) ? sql`r.last_number` : sql`r.signed_number`}
        and d.recipient_kind = 'user' and d.recipient_id = ${viewer.id} and d.way = 'viewed')`
    : sql`true`;

/** Whether there is a claim to ask for, which of most studies there is none. */
const isClaimed = (sql: Reader, viewer: Viewer, now: Date): Fragment =>
  seesAll(viewer)
    ? sql`exists (select 1 from reading_claim c where c.study_id = r.study_id and c.active_at > ${lapsedBefore(now)})`
    : sql`false`;

/** Whether the version was made for another than the patient whom the study is of; merged patients are one. The version is `v`, the study `st`. */
export const namesAnother = (sql: Reader): Fragment => sql`
  coalesce((${survivorSql(sql, "(v.patient->>'id')::uuid")}) <> st.patient_id, false)`;

/** Of the version that is shown; false where there is none. */
const shownNamesAnother = (sql: Reader, viewer: Viewer): Fragment => sql`
  coalesce((select ${namesAnother(sql)} from report_version v where v.report_id = r.id
    and v.number = ${seesAll(viewer) ? sql`r.last_number` : sql`r.signed_number`}), false)`;

export const reportColumns = (sql: Reader, viewer: Viewer, now: Date): Fragment => sql`
  r.id, r.study_id as "studyId", st.study_instance_uid as "studyInstanceUid", st.accession_number as "accessionNumber",
  st.order_id as "orderId", r.facility_id as "facilityId", r.status, r.content, r.template,
  r.author_id as "authorId", r.author_name as "authorName", r.submitted_by as "submittedBy", r.submitted_by_name as "submittedByName",
  r.submitted_at as "submittedAt", r.signer_id as "signerId", r.signer_name as "signerName", r.signed_at as "signedAt",
  r.last_number as "lastNumber", r.signed_number as "signedNumber", r.reason, r.amendment, r.amendment_by as "amendmentBy",
  r.amendment_by_name as "amendmentByName", r.amendment_at as "amendmentAt", r.discrepancy_category as "discrepancyCategory",
  r.discrepancy_note as "discrepancyNote", r.discrepancy_by as "discrepancyBy", r.discrepancy_by_name as "discrepancyByName",
  r.discrepancy_at as "discrepancyAt", st.images_after_report_at as "imagesAfterReportAt", r.version, r.created_at as "createdAt",
  r.updated_at as "updatedAt", ${shownNamesAnother(sql, viewer)} as "namesAnotherPatient", ${isClaimed(sql, viewer, now)} as claimed, ${delivered(sql, viewer)} as delivered,
  ${isAtWork(sql, viewer, now)} as "atWork", ${summaryColumns(sql)}`;

export const reportTables = (sql: Reader): Fragment => sql`
  report r join study st on st.id = r.study_id join patient p on p.id = st.patient_id ${firstIdentifier(sql)}`;

/** Whether the viewer sees drafts and all that is around a report, or signed versions alone. */
const seesAll = (viewer: Viewer): boolean => requirePermission(viewer, "reports.read") === "all";

/**
 * Which reports exist for the viewer: those of their facilities; where the right reaches to final ones, those that are signed; and where it reaches no
 * further, those of patients in their care. The table `report` is `r`, its study `st`.
 */
export function visible(sql: Reader, viewer: Viewer): Fragment {
  const reached = requirePermission(viewer, "reports.read");
  return allOf(sql, [
    sql`r.facility_id = any(${facilities(viewer)}::uuid[])`,
    ...(reached === "all" ? [] : [sql`r.signed_number is not null`]),
    ...(reached === "all" || reached === "final" ? [] : [inCareOf(sql, viewer, "st.patient_id")]),
  ]);
}

const person = (id: string | null, name: string | null) => (id === null ? null : { id, name: name ?? "" });

function toReport(viewer: Viewer, row: ReportRow, claim: ClaimRow | null): Report {
  const all = seesAll(viewer);
  const signedAt = row.signedAt?.toISOString() ?? null;
  return {
    id: row.id,
    studyId: row.studyId,
    studyInstanceUid: row.studyInstanceUid,
    accessionNumber: row.accessionNumber,
    orderId: row.orderId,
    patientId: row.patientId,
    patient: toPatientSummary(row),
    facilityId: row.facilityId,
    status: row.status,
    ...row.content,
    template: row.template,
    author: { id: row.authorId, name: row.authorName },
    submittedBy: person(row.submittedBy, row.submittedByName),
    submittedAt: row.submittedAt?.toISOString() ?? null,
    signer: person(row.signerId, row.signerName),
    signedAt,
    versionNumber: all ? row.lastNumber || null : row.signedNumber,
    reason: row.reason,
    namesAnotherPatient: row.namesAnotherPatient,
    ...(all ? around(row, claim) : { amendment: null, discrepancy: null, claim: null }),
    imagesAfterReportAt: row.imagesAfterReportAt?.toISOString() ?? null,
    version: all ? row.version : (row.signedNumber ?? row.version),
    createdAt: row.createdAt.toISOString(),
    updatedAt: all ? row.updatedAt.toISOString() : (signedAt ?? row.createdAt.toISOString()),
    actions: actionsOf(viewer, {
      status: row.status,
      authorId: row.authorId,
      submitted: row.submittedBy !== null,
      discrepancy: row.discrepancyAt !== null,
    }),
  };
}

export const toShown = (viewer: Viewer, row: ReportRow, claim: ClaimRow | null): Shown => ({
  report: toReport(viewer, row, claim),
  delivered: row.delivered,
  atWork: row.atWork,
});

/** What is for those alone who see all of it. */
function around(row: ReportRow, claim: ClaimRow | null): Pick<Report, "amendment" | "discrepancy" | "claim"> {
  const by = person(row.discrepancyBy, row.discrepancyByName);
  return {
    amendment: row.amendment && {
      ...row.amendment,
      by: { id: row.amendmentBy ?? "", name: row.amendmentByName ?? "" },
      at: (row.amendmentAt ?? row.updatedAt).toISOString(),
    },
    discrepancy:
      row.discrepancyCategory && by && row.discrepancyAt
        ? {
            category: row.discrepancyCategory,
            note: row.discrepancyNote ?? "",
            by,
            at: row.discrepancyAt.toISOString(),
          }
        : null,
    claim: claim && toClaim(claim),
  };
}

/**
 * A report as the viewer may see it.
 * @throws Refusal `not-found` (`report.not-found`), also where it is not visible to the viewer
 */
export async function getReport(
  reader: Reader,
  viewer: Viewer,
  reportId: string,
  now: Date,
): Promise<Report> {
  return (await showReport(reader, viewer, reportId, now)).report;
}

/** As `getReport`, with what is known of whoever looks. */
export async function showReport(
  reader: Reader,
  viewer: Viewer,
  reportId: string,
  now: Date,
): Promise<Shown> {
  const [row] = await reader<ReportRow[]>`
    select ${reportColumns(reader, viewer, now)} from ${reportTables(reader)} where r.id = ${reportId} and ${visible(reader, viewer)}`;
  if (!row) throw noReport();
  return toShown(viewer, row, row.claimed ? await claimOf(reader, row.studyId, now) : null);
}

/** Whose reports: of a study, of a patient, or those that a person began or signed. */
export type ReportsOf = { studyId: string } | { patientId: string } | { personId: string };

/** The newest first when `sort` is left out. @throws Refusal `invalid` (`query.invalid-status`, `query.invalid-sort`, ...), `not-found` (`study.not-found`, `patient.not-found`) */
export async function listReports(
  reader: Reader,
  viewer: Viewer,
  of: ReportsOf,
  query: ReportListQuery,
  now: Date,
): Promise<ListPage<Shown>> {
  const byPerson = "personId" in of;
  const where = [visible(reader, viewer)];
  if ("studyId" in of) where.push(reader`r.study_id = ${of.studyId}`);
  if ("patientId" in of) where.push(reader`st.patient_id = ${of.patientId}`);
  if (byPerson) where.push(reader`rp.user_id = ${of.personId}`);
  if (query.status !== undefined) where.push(reader`r.status = any(${statusesOf(query.status)}::text[])`);
  const page = await keysetPage<ReportRow, "createdAt">(reader, query, {
    name: "reports",
    sorts: {
      createdAt: { by: byPerson ? reader`rp.created_at` : reader`r.created_at`, type: "timestamptz" },
    },
    fallback: "-createdAt",
    id: byPerson ? reader`rp.report_id` : reader`r.id`,
    columns: reportColumns(reader, viewer, now),
    from: byPerson
      ? reader`report_person rp join report r on r.id = rp.report_id join study st on st.id = r.study_id
          join patient p on p.id = st.patient_id ${firstIdentifier(reader)}`
      : reportTables(reader),
    where: allOf(reader, where),
    keyed: "studyId" in of || "patientId" in of,
    key: listKey(viewer, of, query),
  });
  if (page.total === 0 && !byPerson)
    await requireSubject(reader, viewer, of, requirePermission(viewer, "reports.read"));
  const studyIds = page.data.flatMap(({ claimed, studyId }) => (claimed ? [studyId] : []));
  const claims = await claimsOf(reader, studyIds, now);
  return mapPage(page, (row) => toShown(viewer, row, claims.get(row.studyId) ?? null));
}

function statusesOf(text: string): ReportStatus[] {
  return text.split(",").map((one) => {
    const status = readEnumeration(reportStatuses, one);
    if (status !== null) return status;
    throw invalidAt(
      "query.invalid-status",
      "querystring.status",
      `takes ${reportStatuses.join(", ")}, several with commas between`,
    );
  });
}
