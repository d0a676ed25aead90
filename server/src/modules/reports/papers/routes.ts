import { Id, Problem, ReportDocuments, ReportDocumentsQuery, ReportPdfQuery } from "@isocenter/contract";
import { Type } from "typebox";
import { type App, type Platform, Refusal, type Routes } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";
import type { Journal } from "../../journal/index.ts";
import { getReport } from "../queries.ts";
import { reportVersions } from "../version-queries.ts";
import { archivedDocuments, type DocumentType } from "./documents.ts";
import { reportPdf } from "./pdf/report-pdf.ts";
import { type CriticalFindings, createPaperReader } from "./read-paper.ts";
import { sendPdf } from "./send-pdf.ts";

const params = Type.Object({ id: Id });
const tags = ["Reports"];
const reads = { permission: "reports.read" } as const;
const problems = { "4xx": Problem };
export interface PaperRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "locate" | "readObject">;
  criticalFindings?: CriticalFindings;
}

/** `/reports/:id/pdf` and `/reports/:id/dicom`. */
export function paperRoutes(deps: PaperRoutesDeps): Routes {
  return (app) => {
    pdfRoute(app, deps);
    dicomRoute(app, deps);
  };
}

function pdfRoute(app: App, { platform, journal, criticalFindings }: PaperRoutesDeps): void {
  const papers = createPaperReader(platform.db, criticalFindings);
  app.get(
    "/reports/:id/pdf",
    {
      config: reads,
      schema: {
        tags,
        summary: "A report as a letter on A4: the version asked for, else the newest",
        produces: ["application/pdf"],
        params,
        querystring: ReportPdfQuery,
        response: problems,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const paper = await papers.forViewer(viewer, id, request.query.version, platform.clock.now());
      const bytes = await reportPdf(paper);
      await journal.access(viewer, {
        action: "report.printed",
        subject: { type: "report", id },
        data: { version: paper.version, status: paper.status },
      });
      const name = `report-${paper.study.accessionNumber ?? id}-v${paper.version}.pdf`;
      return sendPdf(reply, bytes, name.replace(/[^A-Za-z0-9._-]+/g, "_"), request.headers["if-none-match"]);
    },
  );
}

function dicomRoute(app: App, { platform, journal, archive }: PaperRoutesDeps): void {
  app.get(
    "/reports/:id/dicom",
    {
      config: reads,
      schema: {
        tags,
        summary:
          "The documents of a report in its study: what they are, or with `Accept: application/dicom` one of them",
        params,
        querystring: ReportDocumentsQuery,
        response: { 200: ReportDocuments, ...problems },
      },
    },
    async (request, reply) => {
      const { viewer, query } = request;
      const { id } = request.params;
      const report = await getReport(platform.db, viewer, id, platform.clock.now());
      const versions = (await reportVersions(platform.db, viewer, id)).filter(
        ({ status, number }) =>
          status !== "PRELIMINARY" && (query.version === undefined || number === query.version),
      );
      const types: DocumentType[] = query.type ? [query.type === "pdf" ? "PDF" : "SR"] : ["PDF", "SR"];
      // Whoever may read the report may have it in this form too; the archive is asked by the system.
      const asker = { ...viewer, roles: [], grants: ["images.read"] as const };
      const found = await archivedDocuments(archive, asker, { studyId: report.studyId, versions }, types);
      await journal.access(viewer, {
        action: "report.documents-viewed",
        subject: { type: "report", id },
        patientId: report.patientId,
        facilityId: report.facilityId,
      });
      if (!/application\/dicom(?!\+)/i.test(request.headers.accept ?? ""))
        return {
          data: found.map(({ type, version: { number, namesAnotherPatient }, instance }) => ({
            type,
            version: number,
            stands:
              number === report.versionNumber && report.status !== "ENTERED_IN_ERROR" && !namesAnotherPatient,
            namesAnotherPatient,
            ...identity(instance),
          })),
        };
      const last = found.at(query.type ? -1 : found.length > 1 ? -2 : -1);
      if (!last)
        throw new Refusal("not-found", "report.no-document", "There is no such document in the study yet.");
      const bytes = await archive.readObject(last.instance);
      return reply
        .type("application/dicom")
        .header("content-disposition", `attachment; filename="${last.instance.SOPInstanceUID}.dcm"`)
        .header("x-content-type-options", "nosniff")
        .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as never);
    },
  );
}

const identity = (instance: StoredInstance) => ({
  imageId: instance.id,
  studyInstanceUid: instance.StudyInstanceUID,
  seriesInstanceUid: instance.SeriesInstanceUID,
  sopInstanceUid: instance.SOPInstanceUID,
  sopClassUid: instance.SOPClassUID,
  size: instance.size,
});
