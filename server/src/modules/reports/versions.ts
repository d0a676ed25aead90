import type { ReportStatus } from "@isocenter/contract";
import { newId, type Tx, type Viewer } from "../../platform/index.ts";
import { type ImageSet, imageSetHash } from "../archive/index.ts";
import { hashOf, type VersionRow } from "./chain.ts";
import type { Content } from "./content.ts";
import { patientNow, type StudyRow } from "./lock.ts";
import type { ReportContext, ReportRow } from "./report.ts";

export interface NewVersion {
  status: ReportStatus;
  content: Content;
  reason: string | null;
  images: ImageSet;
  at: Date;
}

/** Adds a version to the chain of the report. Report and study are locked: nobody else can, and no image can come meanwhile. */
export async function appendVersion(
  tx: Tx,
  viewer: Viewer,
  report: ReportRow,
  study: StudyRow,
  { status, content, reason, images, at }: NewVersion,
  { clock }: ReportContext,
): Promise<{ number: number; hash: string }> {
  const [previous] = await tx<{ hash: Buffer }[]>`
    select hash from report_version where report_id = ${report.id} order by number desc limit 1`;
  const version: Omit<VersionRow, "hash"> = {
    id: newId(clock),
    reportId: report.id,
    number: report.lastNumber + 1,
    status,
    content,
    template: report.template,
    reason,
    signerId: viewer.id,
    signerName: viewer.name,
    signedAt: at,
    patient: await patientNow(tx, study.patientId),
    orderId: study.orderId,
    studyInstanceUid: study.studyInstanceUid,
    accessionNumber: study.accessionNumber,
    imageSetHash: await imageSetHash(tx, study.id),
    images: images.count,
    previousHash: previous?.hash ?? null,
  };
  const hash = hashOf(version);
  await tx`insert into report_version ${tx({
    id: version.id,
    report_id: report.id,
    number: version.number,
    status,
    content: tx.json(content as never),
    template: report.template && tx.json(report.template as never),
    reason,
    signer_id: viewer.id,
    signer_name: viewer.name,
    signed_at: at,
    patient: tx.json(version.patient as never),
    order_id: version.orderId,
    study_instance_uid: version.studyInstanceUid,
    accession_number: version.accessionNumber,
    image_set_hash: version.imageSetHash,
    images: version.images,
    previous_hash: version.previousHash,
    hash,
  })}`;
  return { number: version.number, hash: hash.toString("hex") };
}
