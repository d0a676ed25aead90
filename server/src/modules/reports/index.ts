/**
 * Reports: who reads which study, what is written about it, and what is signed.
 *
 * Owns the tables `report`, `report_version`, `report_person`, `report_reader`, `report_delivery`, `report_template`, `report_macro`,
 * `reading_claim`, `study_measurements`, `study_key_images` and `study_share`. Records the facts `report.created`, `.changed`, `.submitted`, `.signed`, `.amended`,
 * `.cancelled`, `.entered-in-error` and `.discrepancy`, `study.measured` and `study.key-images-chosen`, `share.created` and `share.revoked`, `reading.claimed`, `.released` and `.assigned`, `report-template.created` and `.changed`. Keeps: a study has one report that
 * counts; a report moves as `reportTransitions` says; what is submitted or signed never changes, and each version carries the hash of the one before
 * it, which the journal's seals stand for; nobody signs what they have not seen, nor without the password; whoever sees signed reports alone sees
 * nothing of drafts; everyone who got an earlier version is told of the next.
 */
export { type ClaimRow, claimIdleMs, claimOf, claimsOf, lapsedBefore, toClaim } from "./claims.ts";
export type { Content } from "./content.ts";
export { type Delivery, hasReached, noteDeliveries } from "./deliveries.ts";
export { type Desk, reportDesk } from "./desk.ts";
export { measurementRoutes } from "./measurements/routes.ts";
export { reportNotices } from "./notices.ts";
export { registerReportPapers } from "./papers/jobs.ts";
export { namesPatient, type PaperFinding, type PaperSection, type ReportPaper } from "./papers/paper.ts";
export { reportPdf } from "./papers/pdf/report-pdf.ts";
export { belongingsOf, type CriticalFindings, createPaperReader } from "./papers/read-paper.ts";
export { paperRoutes } from "./papers/routes.ts";
export { localMoment } from "./papers/when.ts";
export { wordsOf } from "./papers/words.ts";
export { getReport, type ReportsOf, visible as visibleReports } from "./queries.ts";
export { isFinal } from "./report.ts";
export { reportRoutes } from "./routes.ts";
export { type FoundReport, type ReportCondition, type ReportSort, searchReports } from "./search.ts";
export { movedShares } from "./sharing/moved.ts";
export { shareRoutes } from "./sharing/routes.ts";
export { requireSubject } from "./subjects.ts";
export { isUsableTemplate } from "./templates.ts";
export { goneOutOf, reportVersions, verifyReport } from "./version-queries.ts";
