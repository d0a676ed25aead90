import type { ReportPaper } from "../paper.ts";

/**
 * One version of a report as a letter on A4 pages (PDF 1.7, written to the rules of PDF/A-2a: fonts inside, tagged, titled). The same paper gives the same
 * bytes, so that their hash can be kept.
 *
 * What writes PDF is read with the first letter: it is much, and a start or a command makes none.
 */
export async function reportPdf(paper: ReportPaper): Promise<Uint8Array> {
  const { writeLetter } = await import("./letter.ts");
  return writeLetter(paper);
}
