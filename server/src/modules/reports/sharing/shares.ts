import { createHash, randomBytes } from "node:crypto";
import type { Share, ShareStudy } from "@isocenter/contract";
import {
  newId,
  type Reader,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../../platform/index.ts";
import { facilities, strictlyInCareOf } from "../../patients/index.ts";
import type { ReportContext } from "../report.ts";

const defaultHours = 72;

export const noShare = (): Refusal =>
  new Refusal("not-found", "share.not-found", "This link is not there, or it has ended.");

const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

/**
 * A link that shows one study until it expires. The token is given back this once; what is kept is its hash.
 * @throws Refusal `forbidden` (also `share.not-in-care`: seen through broken glass alone), also where the report is to be shown by somebody who may not read it
 */
export async function createShare(
  tx: Tx,
  viewer: Viewer,
  study: { id: string; facilityId: string; patientId: string },
  { expiresInHours = defaultHours, includeReport = false, note }: ShareStudy,
  { clock, journal }: ReportContext,
): Promise<{ id: string; token: string; expiresAt: Date }> {
  requirePermission(viewer, "images.share");
  if (includeReport) requirePermission(viewer, "reports.read");
  await checkInCare(tx, viewer, study.patientId);
  const id = newId(clock);
  const token = randomBytes(32).toString("base64url");
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + expiresInHours * 3_600_000);
  await tx`insert into study_share ${tx({
    id,
    study_id: study.id,
    facility_id: study.facilityId,
    token_hash: hashOf(token),
    include_report: includeReport,
    note: note?.trim() || null,
    created_by: viewer.id,
    created_by_name: viewer.name,
    created_at: now,
    expires_at: expiresAt,
  })}`;
  await journal.record(tx, viewer, {
    type: "share.created",
    subject: { type: "share", id },
    facilityId: study.facilityId,
    patientId: study.patientId,
    data: { studyId: study.id, includeReport, expiresAt: expiresAt.toISOString() },
  });
  return { id, token, expiresAt };
}

/** Broken glass is for reading: nothing is given to others by it. */
async function checkInCare(tx: Tx, viewer: Viewer, patientId: string): Promise<void> {
  if (reach(viewer, "images.share") === "all") return;
  const [row] =
    await tx`select 1 from patient p where p.id = ${patientId} and ${strictlyInCareOf(tx, viewer, "p.id")}`;
  if (!row)
    throw new Refusal(
      "forbidden",
      "share.not-in-care",
      "Images are shared of patients in your care; breaking the glass lets you read alone.",
    );
}

interface Row {
  id: string;
  studyId: string;
  facilityId: string;
  patientId: string;
  includeReport: boolean;
  note: string | null;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  opened: number;
  lastOpenedAt: Date | null;
}

const columns = (sql: Reader) => sql`
  s.id, s.study_id as "studyId", s.facility_id as "facilityId", st.patient_id as "patientId", s.include_report as "includeReport", s.note,
  s.created_by as "createdBy", s.created_by_name as "createdByName", s.created_at as "createdAt", s.expires_at as "expiresAt",
  s.revoked_at as "revokedAt", s.opened, s.last_opened_at as "lastOpenedAt"`;

const stateOf = ({ revokedAt, expiresAt }: Row, now: Date): Share["state"] =>
  revokedAt ? "REVOKED" : expiresAt <= now ? "EXPIRED" : "OPEN";

/** The links of a study that the caller has found visible. */
export async function listShares(reader: Reader, studyId: string, now: Date): Promise<Share[]> {
  const rows = await reader<Row[]>`
    select ${columns(reader)} from study_share s join study st on st.id = s.study_id
    where s.study_id = ${studyId} order by s.created_at desc, s.id desc limit 100`;
  return rows.map((row) => ({
    id: row.id,
    studyId: row.studyId,
    includeReport: row.includeReport,
    note: row.note,
    createdBy: { id: row.createdBy, name: row.createdByName },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
    opened: row.opened,
    lastOpenedAt: row.lastOpenedAt?.toISOString() ?? null,
    state: stateOf(row, now),
  }));
}

/** The study of a link at the viewer's facilities. @throws Refusal `not-found` (`share.not-found`) */
export async function studyOfShare(reader: Reader, viewer: Viewer, shareId: string): Promise<string> {
  const [row] = await reader<{ studyId: string }[]>`
    select study_id as "studyId" from study_share
    where id = ${shareId} and facility_id = any(${facilities(viewer)}::uuid[])`;
  if (!row) throw noShare();
  return row.studyId;
}

/** Ends a link at once. Whoever shares for those in their care alone ends what they gave themselves. */
export async function revokeShare(
  tx: Tx,
  viewer: Viewer,
  shareId: string,
  { clock, journal }: ReportContext,
): Promise<void> {
  requirePermission(viewer, "images.share");
  const own = reach(viewer, "images.share") === "all" ? tx`true` : tx`s.created_by = ${viewer.id}`;
  const [row] = await tx<Row[]>`
    select ${columns(tx)} from study_share s join study st on st.id = s.study_id
    where s.id = ${shareId} and s.facility_id = any(${facilities(viewer)}::uuid[]) and ${own} for update of s`;
  if (!row) throw noShare();
  if (row.revokedAt) return;
  await tx`update study_share set revoked_at = ${clock.now()}, revoked_by = ${viewer.id} where id = ${shareId}`;
  await journal.record(tx, viewer, {
    type: "share.revoked",
    subject: { type: "share", id: shareId },
    facilityId: row.facilityId,
    patientId: row.patientId,
    data: { studyId: row.studyId },
  });
}

export interface OpenShare {
  id: string;
  studyId: string;
  facilityId: string;
  patientId: string;
  includeReport: boolean;
  expiresAt: Date;
  createdByName: string;
  state: Share["state"];
}

/** The link of a token, also one that has ended, for the journal; null where there is none, or its study was deleted. */
export async function findShare(reader: Reader, token: string, now: Date): Promise<OpenShare | null> {
  const [row] = await reader<Row[]>`
    select ${columns(reader)} from study_share s join study st on st.id = s.study_id
    where s.token_hash = ${hashOf(token)} and st.deleted_at is null`;
  return row ? { ...row, state: stateOf(row, now) } : null;
}

export async function countOpening(reader: Reader, shareId: string, now: Date): Promise<void> {
  await reader`update study_share set opened = opened + 1, last_opened_at = ${now} where id = ${shareId}`;
}

/** The report that stands for a study, where one is signed. */
export async function standingReport(
  reader: Reader,
  studyId: string,
): Promise<{ id: string; status: string } | null> {
  const [row] = await reader<{ id: string; status: string }[]>`
    select id, status from report
    where study_id = ${studyId} and signed_number is not null and status not in ('CANCELLED', 'ENTERED_IN_ERROR') limit 1`;
  return row ?? null;
}
