import type { ChangeReport, CreateReport, ReportTemplateUsed, SubmitReport } from "@isocenter/contract";
import {
  checkVersion,
  newId,
  Refusal,
  reach,
  requirePermission,
  type Tx,
  type Viewer,
} from "../../platform/index.ts";
import { imagesOf, moveStudyToReported, setOwnReport } from "../archive/index.ts";
import { endClaim, takeClaim, touchClaim } from "./claims.ts";
import {
  type Content,
  differences,
  emptyContent,
  requireComplete,
  underTemplate,
  withGiven,
} from "./content.ts";
import { recordReport } from "./facts.ts";
import { findStudy, lockReport, noStudy } from "./lock.ts";
import { noteAtWork, noteOpened } from "./readers.ts";
import {
  conflict,
  illegal,
  isFinal,
  isUnsigned,
  type ReportContext,
  type ReportRow,
  requirePerson,
  requireTransition,
} from "./report.ts";
import { defaultTemplateOf, type TemplateRow, usableTemplate } from "./templates.ts";
import { appendVersion } from "./versions.ts";

/** The template as the report keeps it. */
const used = (template: TemplateRow | null): ReportTemplateUsed | null =>
  template && { id: template.id, name: template.name, version: template.version, fields: template.fields };

/**
 * Begins the report of a study, and claims the study for its author.
 * @throws Refusal `not-found` (`study.not-found`), `conflict` (`report.exists` with its id, `study.claimed`, `study.cancelled`), `invalid`
 *   (`report.invalid-content`, `report.unknown-template`), `forbidden`
 */
export async function createReport(
  tx: Tx,
  viewer: Viewer,
  input: CreateReport,
  context: ReportContext,
): Promise<string> {
  requirePermission(viewer, "reports.write");
  requirePerson(viewer);
  const { studyId, templateId, ...given } = input;
  const study = await findStudy(tx, viewer, studyId);
  if (study.deleted) throw noStudy();
  if (study.status === "CANCELLED")
    throw conflict("study.cancelled", "The study is CANCELLED: there is nothing to report.");
  const existing = await reportOf(tx, studyId);
  if (existing) throw exists(existing);
  const { clock } = context;
  const images = await imagesOf(tx, studyId);
  await takeClaim(tx, viewer, study, images, context);
  const template =
    templateId === undefined
      ? await defaultTemplateOf(tx, study)
      : templateId === null
        ? null
        : await usableTemplate(tx, study.facilityId, templateId);
  const content = withGiven(underTemplate(emptyContent(), template), given, template);
  const now = clock.now();
  const report = {
    id: newId(clock),
    authorId: viewer.id,
    signerId: null,
    status: "DRAFT" as const,
    version: 1,
  };
  const inserted = await tx`
    insert into report ${tx({
      id: report.id,
      facility_id: study.facilityId,
      study_id: studyId,
      status: report.status,
      author_id: viewer.id,
      author_name: viewer.name,
      template: template && tx.json(used(template) as never),
      content: tx.json(content as never),
      known_images: images.count,
      known_images_at: images.newestAt,
      created_at: now,
      updated_at: now,
    })} on conflict (study_id) where status not in ('CANCELLED', 'ENTERED_IN_ERROR') do nothing`;
  if (inserted.count === 0) throw exists((await reportOf(tx, studyId)) ?? null);
  await setOwnReport(tx, studyId, true);
  await tx`insert into report_person (user_id, report_id, created_at) values (${viewer.id}, ${report.id}, ${now})`;
  await noteOpened(tx, report.id, viewer.id, images, now);
  await recordReport(tx, viewer, "report.created", report, study, context);
  return report.id;
}

async function reportOf(tx: Tx, studyId: string): Promise<{ id: string } | undefined> {
  const [row] = await tx<{ id: string }[]>`
    select id from report where study_id = ${studyId} and status not in ('CANCELLED', 'ENTERED_IN_ERROR')`;
  return row;
}

const exists = (report: { id: string } | null): Refusal =>
  new Refusal(
    "conflict",
    "report.exists",
    report ? `The study has a report already: ${report.id}.` : "The study has a report already.",
    report ? { members: { reportId: report.id } } : {},
  );

/**
 * Keeps what was written: the text of a report that is not signed; over a signed one, an amendment, which nobody but those who write sees until it is signed.
 * @throws Refusal `not-found`, `conflict` (`version.conflict`, `report.illegal-transition`), `invalid` (`report.invalid-content`, `version.required`, ...)
 */
export async function changeReport(
  tx: Tx,
  viewer: Viewer,
  reportId: string,
  input: ChangeReport,
  context: ReportContext,
): Promise<void> {
  requirePermission(viewer, "reports.write");
  requirePerson(viewer);
  const { templateId, expectedVersion, ...given } = input;
  const report = await lockReport(tx, viewer, reportId);
  checkVersion(expectedVersion, report.version);
  if (!isUnsigned(report.status) && !isFinal(report.status)) throw illegal(report.status, "be changed");
  if (isFinal(report.status)) requireVersion(expectedVersion);
  const study = await findStudy(tx, viewer, report.studyId);
  const columns = isFinal(report.status)
    ? amended(tx, viewer, report, input, context.clock.now())
    : await rewritten(tx, report, templateId, given);
  const now = context.clock.now();
  await tx`update report set ${tx({ ...columns, updated_at: now })}, version = version + 1 where id = ${reportId}`;
  await touchClaim(tx, viewer, report.studyId, now);
  await noteAtWork(tx, reportId, viewer.id, now);
  const after = { ...report, version: report.version + 1 };
  await recordReport(tx, viewer, "report.changed", after, study, context, {
    fields: Object.keys(input).filter((name) => name !== "expectedVersion"),
    ...(isFinal(report.status) ? { amendment: true } : {}),
  });
}

async function rewritten(
  tx: Tx,
  report: ReportRow,
  templateId: string | null | undefined,
  given: Omit<ChangeReport, "templateId" | "expectedVersion">,
) {
  if (templateId === undefined)
    return { content: tx.json(withGiven(report.content, given, report.template) as never) };
  const template = templateId === null ? null : await usableTemplate(tx, report.facilityId, templateId);
  return {
    content: tx.json(withGiven(underTemplate(report.content, template), given, template) as never),
    template: template && tx.json(used(template) as never),
  };
}

function amended(tx: Tx, viewer: Viewer, report: ReportRow, input: ChangeReport, now: Date) {
  const { templateId, expectedVersion: _, ...given } = input;
  if (templateId !== undefined)
    throw new Refusal("invalid", "report.template-signed", "The template of a signed report stays.", {
      errors: [{ path: "body.templateId", message: "stays as it was signed" }],
    });
  const text: Content = withGiven(report.amendment ?? report.content, given, report.template);
  // What says again what is signed is no amendment any more.
  const none = differences(report.content, text).length === 0;
  return {
    amendment: none ? null : tx.json(text as never),
    amendment_by: none ? null : viewer.id,
    amendment_by_name: none ? null : viewer.name,
    amendment_at: none ? null : now,
  };
}

/** Nobody signs, or writes over what is signed, without saying which version they have before them. @throws Refusal `invalid` (`version.required`) */
export function requireVersion(expected: number | undefined): asserts expected is number {
  if (expected !== undefined) return;
  const message = "is needed here or as If-Match: the version that you have before you";
  throw new Refusal("invalid", "version.required", `expectedVersion ${message}.`, {
    errors: [{ path: "body.expectedVersion", message }],
  });
}

/**
 * DRAFT → PRELIMINARY: a resident hands it to whoever signs. The study is no longer claimed by them.
 * @throws Refusal `not-found`, `conflict` (`version.conflict`, `report.illegal-transition`), `unprocessable` (`report.incomplete`)
 */
export async function submitReport(
  tx: Tx,
  viewer: Viewer,
  reportId: string,
  { expectedVersion }: SubmitReport,
  context: ReportContext,
): Promise<void> {
  requirePermission(viewer, "reports.write");
  requirePerson(viewer);
  const report = await lockReport(tx, viewer, reportId);
  requireTransition(report.status, "PRELIMINARY");
  checkVersion(expectedVersion, report.version);
  requireComplete(report.content, report.template);
  const study = await findStudy(tx, viewer, report.studyId, "locked");
  if (study.deleted) throw studyDeleted();
  const at = context.clock.now();
  const { content } = report;
  const images = await imagesOf(tx, study.id);
  const made = await appendVersion(
    tx,
    viewer,
    report,
    study,
    { status: "PRELIMINARY", content, reason: null, images, at },
    context,
  );
  await tx`
    update report set status = 'PRELIMINARY', last_number = ${made.number}, submitted_by = ${viewer.id}, submitted_by_name = ${viewer.name},
      submitted_at = ${at}, updated_at = ${at}, version = version + 1 where id = ${reportId}`;
  await tx`
    insert into report_person (user_id, report_id, created_at)
    select ${viewer.id}, id, created_at from report where id = ${reportId} on conflict do nothing`;
  await moveStudyToReported(tx, study.id, "PRELIMINARY", { reported: false });
  await endClaim(tx, study.id, viewer.id);
  const after = {
    ...report,
    status: "PRELIMINARY" as const,
    version: report.version + 1,
    submittedBy: viewer.id,
  };
  await recordReport(tx, viewer, "report.submitted", after, study, context, made);
}

export const studyDeleted = (): Refusal =>
  conflict("report.study-deleted", "The study of this report is deleted: there is nothing to sign about.");

/**
 * Gives up a report that is not signed; it is kept as CANCELLED, and the study may have another.
 * @throws Refusal `not-found`, `conflict` (`version.conflict`, `report.illegal-transition`), `forbidden` (`report.not-yours`)
 */
export async function cancelReport(
  tx: Tx,
  viewer: Viewer,
  reportId: string,
  { reason, expectedVersion }: { reason: string | null; expectedVersion?: number },
  context: ReportContext,
): Promise<void> {
  requirePermission(viewer, "reports.write");
  requirePerson(viewer);
  const report = await lockReport(tx, viewer, reportId);
  requireTransition(report.status, "CANCELLED");
  checkVersion(expectedVersion, report.version);
  if (report.authorId !== viewer.id && reach(viewer, "reports.sign") === null)
    throw new Refusal("forbidden", "report.not-yours", "Another wrote it: they cancel it, or a radiologist.");
  const study = await findStudy(tx, viewer, report.studyId, "locked");
  const now = context.clock.now();
  await tx`
    update report set status = 'CANCELLED', reason = ${reason}, updated_at = ${now}, version = version + 1 where id = ${reportId}`;
  if (report.status === "PRELIMINARY")
    await moveStudyToReported(tx, study.id, "COMPLETED", { reported: false });
  await setOwnReport(tx, study.id, false);
  await endClaim(tx, study.id, viewer.id);
  const after = { ...report, status: "CANCELLED" as const, version: report.version + 1 };
  await recordReport(tx, viewer, "report.cancelled", after, study, context);
}
