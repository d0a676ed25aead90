import type { ReportStatus } from "@isocenter/contract";
import type { Tx, Viewer } from "../../platform/index.ts";
import { providerOf, type StudyRow } from "./lock.ts";
import type { ReportContext } from "./report.ts";

/** Facts that add a version; their data carries its number and hash, so that the journal's seals stand for it. */
export const versionFacts = [
  "report.submitted",
  "report.signed",
  "report.amended",
  "report.entered-in-error",
] as const;

type ReportFact =
  | (typeof versionFacts)[number]
  | "report.created"
  | "report.changed"
  | "report.cancelled"
  | "report.discrepancy";

/** Records what happened to a report: who asked for it, who wrote it and who signed it are concerned. */
export async function recordReport(
  tx: Tx,
  viewer: Viewer,
  type: ReportFact,
  report: {
    id: string;
    authorId: string;
    submittedBy?: string | null;
    signerId: string | null;
    status: ReportStatus;
    version: number;
  },
  study: StudyRow,
  { journal }: ReportContext,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { id, authorId, submittedBy, signerId, status, version } = report;
  const people = [await providerOf(tx, study.orderId), authorId, submittedBy, signerId];
  await journal.record(tx, viewer, {
    type,
    subject: { type: "report", id },
    facilityId: study.facilityId,
    patientId: study.patientId,
    people: [...new Set(people.filter((one) => typeof one === "string"))],
    data: { studyId: study.id, orderId: study.orderId, version, status, ...more },
  });
}
