import {
  type AmendReport,
  finalReportStatuses,
  type ReportStatus,
  type SignReport,
  type WithdrawReport,
} from "@isocenter/contract";
import {
  checkVersion,
  type Db,
  Refusal,
  readMember,
  requirePermission,
  type Tx,
  transact,
  type Viewer,
} from "../../platform/index.ts";
import { type ImageSet, imagesOf, moveStudyToReported, setOwnReport } from "../archive/index.ts";
import { survivorOf } from "../patients/index.ts";
import { appended } from "./append.ts";
import { claimed, claimOf, endClaim } from "./claims.ts";
import { type Content, differences, requireComplete, withGiven } from "./content.ts";
import { requireVersion, studyDeleted } from "./drafts.ts";
import { recordReport } from "./facts.ts";
import { findStudy, lockReport, type StudyRow } from "./lock.ts";
import { cameSince, knownTo, noteTold } from "./readers.ts";
import {
  type PasswordCheck,
  type ReportContext,
  type ReportRow,
  requirePerson,
  requireTransition,
} from "./report.ts";
import { appendVersion } from "./versions.ts";

export interface SignContext extends ReportContext {
  db: Db;
  identity: PasswordCheck;
}

interface Signature {
  status: ReportStatus;
  content: Content;
  reason: string | null;
}

/**
 * Signs the report as it is: it is FINAL from then on, and this version of it never changes.
 * @throws Refusal `unprocessable` (`password.wrong`, `report.incomplete`), `conflict` (`version.conflict`, `report.illegal-transition`,
 *   `report.images-arrived` once, `report.patient-changed`, `study.claimed`), `not-found`, `forbidden`, `locked`, `too-many`
 */
export async function signReport(
  context: SignContext,
  viewer: Viewer,
  reportId: string,
  { expectedVersion, patientId, password }: SignReport,
): Promise<void> {
  requirePermission(viewer, "reports.sign");
  requirePerson(viewer);
  requireVersion(expectedVersion);
  await context.identity.confirmPassword(viewer, password);
  await signed(context, viewer, reportId, "report.signed", patientId, async (report) => {
    requireTransition(report.status, "FINAL");
    checkVersion(expectedVersion, report.version);
    return { status: "FINAL", content: report.content, reason: null };
  });
}

/**
 * Signs a version that follows a signed one, and says why. AMENDED and CORRECTED give the text anew; APPENDED only adds to it.
 * @throws Refusal as `signReport`, and `invalid` (`report.invalid-content`, `report.unknown-kind`), `unprocessable` (`report.unchanged`,
 *   `report.not-appended`)
 */
export async function amendReport(
  context: SignContext,
  viewer: Viewer,
  reportId: string,
  { kind, reason, expectedVersion, patientId, password, ...given }: AmendReport,
): Promise<void> {
  requirePermission(viewer, "reports.sign");
  requirePerson(viewer);
  const status = readKind(kind);
  requireVersion(expectedVersion);
  await context.identity.confirmPassword(viewer, password);
  await signed(context, viewer, reportId, "report.amended", patientId, async (report) => {
    requireTransition(report.status, status);
    checkVersion(expectedVersion, report.version);
    const text = withGiven(report.amendment ?? report.content, given, report.template);
    const content = status === "APPENDED" ? appended(report.content, text) : text;
    if (differences(report.content, content).length === 0)
      throw new Refusal("unprocessable", "report.unchanged", "It says what the signed report says already.");
    return { status, content, reason: reason.trim() };
  });
}

const readKind = (text: string): ReportStatus =>
  readMember(
    finalReportStatuses.filter((status) => status !== "FINAL"),
    text,
    "report.unknown-kind",
    "body.kind",
  );

/** The one way to a signature: report and study are locked, what is signed is chosen, and everything that follows is written with it. */
async function signed(
  context: SignContext,
  viewer: Viewer,
  reportId: string,
  fact: "report.signed" | "report.amended",
  seen: string | undefined,
  choose: (report: ReportRow) => Promise<Signature>,
): Promise<void> {
  let arrived: ImageSet | null = null;
  try {
    await transact(context.db, async (tx) => {
      const report = await lockReport(tx, viewer, reportId);
      const signature = await choose(report);
      requireComplete(signature.content, report.template);
      const study = await findStudy(tx, viewer, report.studyId, "locked");
      if (study.deleted) throw studyDeleted();
      if (seen !== undefined && seen.toLowerCase() !== study.patientId)
        throw patientChanged((await survivorOf(tx, seen)) === study.patientId);
      const images = await imagesOf(tx, study.id);
      await requireHeldByNoOther(tx, viewer, study, context);
      const known = await knownTo(tx, report, viewer.id, await claimOf(tx, study.id, context.clock.now()));
      if (cameSince(known, images)) {
        arrived = images;
        throw imagesArrived(known, images);
      }
      await write(tx, viewer, report, study, signature, images, fact, context);
    });
  } catch (error) {
    // They are told once: the next signature counts.
    if (arrived !== null) await acknowledge(context, viewer, reportId, arrived);
    throw error;
  }
}

const acknowledge = (
  { db, clock }: SignContext,
  viewer: Viewer,
  reportId: string,
  images: ImageSet,
): Promise<void> => transact(db, (tx) => noteTold(tx, reportId, viewer.id, images, clock.now()));

const imagesArrived = (known: ImageSet, now: ImageSet): Refusal =>
  new Refusal(
    "conflict",
    "report.images-arrived",
    `Images came since you opened the study: there are ${now.count} now, you know of ${known.count}. Look at them, and sign again.`,
    { members: { images: { known: known.count, now: now.count } } },
  );

/** @param merged both are one person, whose other record it is now */
const patientChanged = (merged: boolean): Refusal =>
  new Refusal(
    "conflict",
    "report.patient-changed",
    merged
      ? "Since you opened the report its patient was merged into another record, by whose name they are known now. See who it is, read whether the text is about them, and sign again."
      : "Since you opened the report its study was given to another patient. See who it is, read whether the text is about them, and sign again.",
  );

/** Another radiologist who is reading the study signs it, or gives it away; a resident's claim stands in no radiologist's way. */
async function requireHeldByNoOther(
  tx: Tx,
  viewer: Viewer,
  study: StudyRow,
  { clock }: ReportContext,
): Promise<void> {
  const claim = await claimOf(tx, study.id, clock.now());
  if (!claim || claim.userId === viewer.id) return;
  const [radiologist] = await tx`
    select 1 from user_role where user_id = ${claim.userId} and role = 'RADIOLOGIST'`;
  if (radiologist) throw claimed(claim);
}

async function write(
  tx: Tx,
  viewer: Viewer,
  report: ReportRow,
  study: StudyRow,
  { status, content, reason }: Signature,
  images: ImageSet,
  fact: "report.signed" | "report.amended",
  context: ReportContext,
): Promise<void> {
  const at = context.clock.now();
  const made = await appendVersion(
    tx,
    viewer,
    report,
    study,
    { status, content, reason, images, at },
    context,
  );
  await tx`
    update report set status = ${status}, content = ${tx.json(content as never)}, amendment = null, amendment_by = null,
      amendment_by_name = null, amendment_at = null, last_number = ${made.number}, signed_number = ${made.number}, signer_id = ${viewer.id},
      signer_name = ${viewer.name}, first_signed_at = coalesce(first_signed_at, ${at}), signed_at = ${at}, reason = ${reason},
      updated_at = ${at}, version = version + 1
    where id = ${report.id}`;
  await tx`
    insert into report_person (user_id, report_id, created_at)
    select ${viewer.id}, id, created_at from report where id = ${report.id} on conflict do nothing`;
  await noteTold(tx, report.id, viewer.id, images, at);
  await moveStudyToReported(tx, study.id, "FINAL", { reported: true });
  await endClaim(tx, study.id);
  const after = { ...report, status, version: report.version + 1, signerId: viewer.id };
  await recordReport(tx, viewer, fact, after, study, context, made);
}

/**
 * From final on: the report should never have been. It is kept and shown as such, and its study is to be read again.
 * @throws Refusal as `signReport`
 */
export async function enterInError(
  context: SignContext,
  viewer: Viewer,
  reportId: string,
  { reason, password, expectedVersion }: WithdrawReport,
): Promise<void> {
  requirePermission(viewer, "reports.sign");
  requirePerson(viewer);
  await context.identity.confirmPassword(viewer, password);
  await transact(context.db, async (tx) => {
    const report = await lockReport(tx, viewer, reportId);
    const status = "ENTERED_IN_ERROR" as const;
    requireTransition(report.status, status);
    checkVersion(expectedVersion, report.version);
    const study = await findStudy(tx, viewer, report.studyId, "locked");
    const at = context.clock.now();
    const images = await imagesOf(tx, study.id);
    const said = reason.trim();
    const { content } = report;
    const made = await appendVersion(
      tx,
      viewer,
      report,
      study,
      { status, content, reason: said, images, at },
      context,
    );
    await tx`
      update report set status = ${status}, amendment = null, amendment_by = null, amendment_by_name = null, amendment_at = null,
        last_number = ${made.number}, signed_number = ${made.number}, signer_id = ${viewer.id}, signer_name = ${viewer.name},
        signed_at = ${at}, reason = ${said}, updated_at = ${at}, version = version + 1
      where id = ${reportId}`;
    await moveStudyToReported(tx, study.id, "COMPLETED", { reported: false });
    await setOwnReport(tx, study.id, false);
    const after = { ...report, status, version: report.version + 1, signerId: viewer.id };
    await recordReport(tx, viewer, "report.entered-in-error", after, study, context, made);
  });
}
