import { type ReportPaper, titleOf } from "../paper.ts";
import {
  banner,
  criticalFindings,
  fieldTable,
  footers,
  letterhead,
  missingNote,
  patientBlock,
  readableName,
  sections,
  signatureBlock,
  studyBlock,
} from "./blocks.ts";
import { PageWriter } from "./writer.ts";

/**
 * One version of a report as a letter on A4 pages (PDF 1.7, written to the rules of PDF/A-2a: fonts inside, tagged, titled). The same paper gives the same
 * bytes, so that their hash can be kept.
 */
export function reportPdf(paper: ReportPaper): Promise<Uint8Array> {
  const page = new PageWriter({
    title: titleOf(paper),
    author: paper.signature?.name ?? paper.author ?? paper.facility.name,
    subject: `${readableName(paper.patient.name)}, ${paper.patient.identifier}`,
    language: paper.language,
    createdAt: paper.createdAt,
  });
  letterhead(page, paper);
  page.block("H1", titleOf(paper), { size: 15, bold: true });
  page.space(8);
  banner(page, paper);
  patientBlock(page, paper);
  studyBlock(page, paper);
  criticalFindings(page, paper);
  sections(page, paper);
  fieldTable(page, paper);
  signatureBlock(page, paper);
  missingNote(page, paper);
  footers(page, paper);
  return page.finish();
}
