import type { StudyStatus } from "@isocenter/contract";
import { type Reader, Refusal, type Tx, type Viewer } from "../../platform/index.ts";
import { facilities, firstIdentifier } from "../patients/index.ts";
import type { PatientThen } from "./chain.ts";
import { noReport, type ReportRow } from "./report.ts";

/** A study as this room needs it. */
export interface StudyRow {
  id: string;
  facilityId: string;
  patientId: string;
  orderId: string | null;
  studyInstanceUid: string;
  accessionNumber: string | null;
  status: StudyStatus;
  deleted: boolean;
}

/**
 * The report, locked. Always before its study, so that commands do not wait for each other in a circle.
 * @throws Refusal `not-found` (`report.not-found`)
 */
export async function lockReport(tx: Tx, viewer: Viewer, reportId: string): Promise<ReportRow> {
  const [row] = await tx<ReportRow[]>`
    select id, facility_id as "facilityId", study_id as "studyId", status, version, author_id as "authorId", template, content, amendment,
      last_number as "lastNumber", signed_number as "signedNumber", submitted_by as "submittedBy", signer_id as "signerId",
      discrepancy_at as "discrepancyAt", known_images as "knownImages", known_images_at as "knownImagesAt"
    from report where id = ${reportId} and facility_id = any(${facilities(viewer)}::uuid[]) for update`;
  if (!row) throw noReport();
  return row;
}

/** The study, locked against images that arrive where a signature depends on them. @throws Refusal `not-found` (`study.not-found`) */
export async function findStudy(
  reader: Reader,
  viewer: Viewer,
  studyId: string,
  lock: "locked" | "as it is" = "as it is",
): Promise<StudyRow> {
  const [row] = await reader<StudyRow[]>`
    select id, facility_id as "facilityId", patient_id as "patientId", order_id as "orderId", study_instance_uid as "studyInstanceUid",
      accession_number as "accessionNumber", status, deleted_at is not null as deleted
    from study where id = ${studyId} and facility_id = any(${facilities(viewer)}::uuid[])
    ${lock === "locked" ? reader`for no key update` : reader``}`;
  if (!row) throw noStudy();
  return row;
}

export const noStudy = (): Refusal => new Refusal("not-found", "study.not-found", "There is no such study.");

/** Who asked for the examination; null without an order. */
export async function providerOf(reader: Reader, orderId: string | null): Promise<string | null> {
  if (orderId === null) return null;
  const [row] = await reader<{ providerId: string }[]>`
    select provider_id as "providerId" from imaging_order where id = ${orderId}`;
  return row?.providerId ?? null;
}

/** The patient's identity as it is known now. */
export async function patientNow(reader: Reader, patientId: string): Promise<PatientThen> {
  const [row] = await reader<PatientThen[]>`
    select p.id, p.name, coalesce(identifier.value, '') as identifier, coalesce(identifier.issuer, '') as issuer,
      p.birth_date as "birthDate", p.sex
    from patient p ${firstIdentifier(reader)} where p.id = ${patientId}`;
  return row!;
}
