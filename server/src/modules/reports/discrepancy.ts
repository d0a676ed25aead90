import { discrepancyCategories, type MarkDiscrepancy } from "@isocenter/contract";
import { checkVersion, readMember, requirePermission, type Tx, type Viewer } from "../../platform/index.ts";
import { recordReport } from "./facts.ts";
import { findStudy, lockReport } from "./lock.ts";
import { conflict, illegal, isFinal, type ReportContext, requirePerson } from "./report.ts";

/**
 * Marks that the final report says other than the preliminary one; whoever submitted that is told.
 * @throws Refusal `not-found`, `conflict` (`report.illegal-transition`, `report.no-preliminary`, `report.discrepancy-marked`, `version.conflict`),
 *   `invalid` (`report.unknown-category`)
 */
export async function markDiscrepancy(
  tx: Tx,
  viewer: Viewer,
  reportId: string,
  { category: text, note, expectedVersion }: MarkDiscrepancy,
  context: ReportContext,
): Promise<void> {
  requirePermission(viewer, "reports.sign");
  requirePerson(viewer);
  const category = readMember(discrepancyCategories, text, "report.unknown-category", "body.category");
  const report = await lockReport(tx, viewer, reportId);
  checkVersion(expectedVersion, report.version);
  if (!isFinal(report.status)) throw illegal(report.status, "have a discrepancy with itself");
  if (report.submittedBy === null)
    throw conflict(
      "report.no-preliminary",
      "There was no preliminary report that this one could contradict.",
    );
  if (report.discrepancyAt !== null)
    throw conflict("report.discrepancy-marked", "The discrepancy is marked already.");
  const at = context.clock.now();
  await tx`
    update report set discrepancy_category = ${category}, discrepancy_note = ${note.trim()}, discrepancy_by = ${viewer.id},
      discrepancy_by_name = ${viewer.name}, discrepancy_at = ${at}, updated_at = ${at}, version = version + 1
    where id = ${reportId}`;
  const study = await findStudy(tx, viewer, report.studyId);
  const after = { ...report, version: report.version + 1 };
  await recordReport(tx, viewer, "report.discrepancy", after, study, context, {
    category,
    submittedBy: report.submittedBy,
  });
}
