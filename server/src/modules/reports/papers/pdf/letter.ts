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

/** One version of a report as a letter; who asks for one calls `reportPdf`. */
export function writeLetter(paper: ReportPaper): Promise<Uint8Array> {
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
