import { createHash } from "node:crypto";
import { createPaperReader, type ReportPaper, reportPdf } from "../../modules/reports/index.ts";
import type { Attachment } from "./r4.ts";
import type { Asked } from "./resource.ts";

/** What is known of letters that were made: making one takes a tenth of a second, and the same paper gives the same bytes. */
const mostKnown = 2000;
const known = new Map<string, { size: number; hash: string }>();

const keyOf = (paper: ReportPaper): string =>
  createHash("sha256").update(JSON.stringify(paper)).digest("base64");

function note(key: string, bytes: Uint8Array): { size: number; hash: string } {
  // Attachment.hash is SHA-1 in base 64 (R4 2.24.0.7): it says what the bytes are, and protects nothing.
  const said = { size: bytes.byteLength, hash: createHash("sha1").update(bytes).digest("base64") };
  known.delete(key);
  known.set(key, said);
  if (known.size > mostKnown) known.delete(known.keys().next().value ?? "");
  return said;
}

/** `REPORT.NUMBER`: the letter of one version. */
const formId = (reportId: string, number: number): string => `${reportId}.${number}`;

/** @throws Refusal `not-found` (`report.not-found`, `report.version-not-found`) */
export async function readForm(
  { deps: { platform, criticalFindings }, viewer }: Asked,
  reportId: string,
  number: number,
): Promise<{ paper: ReportPaper; bytes: Uint8Array }> {
  const papers = createPaperReader(platform.db, criticalFindings);
  const paper = await papers.forViewer(viewer, reportId, number, platform.clock.now());
  const bytes = await reportPdf(paper);
  note(keyOf(paper), bytes);
  return { paper, bytes };
}

/** The letter of a version by where it is read; with what it weighs where one report is read, which lists of them leave out. */
export const formOf = (
  { base }: Pick<Asked, "base">,
  report: { id: string; number: number; creation: string; title: string; language: string },
): Attachment => ({
  contentType: "application/pdf",
  language: report.language,
  url: `${base}/Binary/${formId(report.id, report.number)}`,
  title: report.title,
  creation: report.creation,
});

/** Size and hash of the letter as the viewer would read it. */
export async function weighed(
  { deps: { platform, criticalFindings }, viewer }: Pick<Asked, "deps" | "viewer">,
  reportId: string,
  number: number,
): Promise<{ size: number; hash: string }> {
  const papers = createPaperReader(platform.db, criticalFindings);
  const paper = await papers.forViewer(viewer, reportId, number, platform.clock.now());
  const key = keyOf(paper);
  return known.get(key) ?? note(key, await reportPdf(paper));
}
