/**
 * The archive: studies, series and instances; how they come in, are found and are read.
 *
 * Owns the tables `study`, `series`, `instance`, `instance_original`, `said_identity`, `quarantine`, `reconciliation_item`,
 * `reconciliation_instance`, `deletion`, `purged_instance`, `instance_version`, `correction`, `retention_rule`, `legal_hold`,
 * `exam_image`, `registered_image`. Records the facts
 * `study.received` (per study and batch), `study.registered`, `study.status-changed`, `study.linked` and `study.unlinked` (its order), `study.settled`, `study.changed-after-report`, `study.moved`, `quarantine.added`, `quarantine.resolved`, `quarantine.undone`,
 * `reconciliation.opened`, `reconciliation.resolved`, `reconciliation.undone`, `image.`, `series.` and `study.deleted`, `.restored` and `.purged`,
 * `hold.placed`, `hold.lifted` and `image.`, `series.` and `study.corrected` and `retention.changed`, `image.registered`. Keeps: a UID is unique within a facility; an object is durable
 * before its row, and its row before the answer; counts are exact; archived bytes never change:
 * what is sent has the current identity and corrections written over them.
 */

export { createArchive } from "./archive.ts";
export { archivedBytes } from "./archived-bytes.ts";
export { commentOnImage } from "./correct/correct.ts";
export { purgeDemonstration } from "./deletion/purge.ts";
export { doubtNotices } from "./doubt/notices.ts";
export { getExam, listExamImages, registerExamImage } from "./exam-images.ts";
export { askedExportRoutes } from "./export/asked.ts";
export { exportRoutes } from "./export/routes.ts";
export { deidentificationSecret } from "./export/secret.ts";
export { supportedKeys } from "./find/keys.ts";
export { createIngest, type IngestOptions } from "./ingest/ingest.ts";
export { orderedStudyReader, orderReader, performedStepReader } from "./order-readers.ts";
export { type OrthancIds, orthancIds } from "./orthanc-ids.ts";
export {
  type StudyCondition,
  type StudySort,
  searchStudies,
  seriesOfStudies,
} from "./read/study-search.ts";
export {
  documentModalities,
  type ImageSet,
  imageSetHash,
  imagesOf,
  moveStudyToReported,
  type ReportedStatus,
  setOwnReport,
} from "./reported.ts";
export { type ArchiveRoutesDeps, archiveRoutes, type DoubtRoutesDeps, doubtRoutes } from "./routes.ts";
export { settleStudy } from "./settle.ts";
export type { PixelLocation, StoredInstance } from "./stored-instance.ts";
export { findOrphans, forgetSeriesMetadata, sweepOrphans } from "./sweep.ts";
export * from "./types.ts";
export { findWrongCounts, type WrongCount } from "./wrong-counts.ts";
