import { type Platform, Refusal, systemViewer } from "../../../platform/index.ts";
import type { Archive } from "../../archive/index.ts";
import type { Journal } from "../../journal/index.ts";
import { archiveKeyImages, archiveMeasurements } from "../measurements/archive-marks.ts";
import { archiveDocument } from "./archive-document.ts";
import { encapsulatedPdf, pdfUids } from "./dicom/encapsulated-pdf.ts";
import { textReport, textReportUids } from "./dicom/text-report.ts";
import { markPapers } from "./mark-papers.ts";
import { reportPdf } from "./pdf/report-pdf.ts";
import { type CriticalFindings, createPaperReader } from "./read-paper.ts";

const archivePapers = "reports.archive-papers";
const markPapersOf = "reports.mark-papers";

interface Payload {
  reportId: string;
  facilityId: string;
  studyId: string;
  signerId: string;
}

export interface PapersDeps {
  platform: Pick<Platform, "jobs" | "clock" | "db">;
  journal: Journal;
  archive: Pick<Archive, "ingest" | "locate" | "locateEach">;
  /** The critical findings of a study, which the paper names; none when left out. */
  criticalFindings?: CriticalFindings;
}

/**
 * Puts the letter and the structured form of every signed version into the study, with UIDs made of report and version: a job that runs twice, or comes late,
 * leaves the same. Those that name another than the patient whom the study turned out to be of are marked. Call before the journal and the jobs start.
 */
export function registerReportPapers(deps: PapersDeps): void {
  const { platform, journal, archive } = deps;
  const { db } = platform;
  const papers = createPaperReader(db, deps.criticalFindings);

  async function archiveAll(
    { reportId, facilityId, studyId, signerId }: Payload,
    signal: AbortSignal,
  ): Promise<void> {
    const viewer = systemViewer([facilityId], archivePapers);
    for (const { paper, follows, report } of await papers.signed(viewer, reportId, platform.clock.now())) {
      if (signal.aborted) return;
      const { studyInstanceUid: StudyInstanceUID, patientId } = report;
      const place = { StudyInstanceUID, studyId, patientId, facilityId };
      const letter = { ...place, ...pdfUids(reportId, paper.version) };
      await archiveDocument(archive, viewer, letter, async () =>
        encapsulatedPdf(paper, await reportPdf(paper)),
      );
      const structured = { ...place, ...textReportUids(reportId, paper.version) };
      await archiveDocument(archive, viewer, structured, () => textReport(paper, follows));
    }
    await markPapers({ platform, journal, archive }, viewer, studyId);
    await archiveMeasurements({ db, archive }, viewer, studyId, signerId);
    await archiveKeyImages({ db, archive }, viewer, studyId);
  }

  platform.jobs.define<Payload>({
    name: archivePapers,
    async run(payload, signal) {
      try {
        await archiveAll(payload, signal);
      } catch (error) {
        // The study was deleted meanwhile: nothing is put into it.
        if (!(error instanceof Refusal) || error.kind !== "not-found") throw error;
      }
    },
  });

  platform.jobs.define<Pick<Payload, "facilityId" | "studyId">>({
    name: markPapersOf,
    run: ({ facilityId, studyId }) =>
      markPapers({ platform, journal, archive }, systemViewer([facilityId], markPapersOf), studyId),
  });

  journal.registerReader({
    name: "reports.moved-papers",
    types: ["study.moved"],
    startAt: "now",
    async handle(tx, facts) {
      for (const { subject, facilityId } of facts) {
        if (facilityId === null) continue;
        const payload = { facilityId, studyId: subject.id };
        await platform.jobs.add(tx, markPapersOf, payload, { key: `${markPapersOf}:${subject.id}` });
      }
    },
  });

  journal.registerReader({
    name: "reports.papers",
    types: ["report.signed", "report.amended", "report.entered-in-error"],
    async handle(tx, facts) {
      for (const { subject, facilityId, data, actor } of facts) {
        if (facilityId === null || typeof data.studyId !== "string") continue;
        const payload: Payload = {
          reportId: subject.id,
          facilityId,
          studyId: data.studyId,
          signerId: actor.id,
        };
        await platform.jobs.add(tx, archivePapers, payload, { key: `${archivePapers}:${subject.id}` });
      }
    },
  });
}
