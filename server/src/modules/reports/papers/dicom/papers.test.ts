import { writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bytes, items, readPart10, Tags, text } from "@isocenter/dicom";
import { dciodvfy, dciodvfyMissing } from "@isocenter/test/support/dciodvfy.ts";
import { dcmtkMissing, run } from "@isocenter/test/support/dcmtk.ts";
import { reportPaper } from "@isocenter/test/support/paper.ts";
import { expect, test } from "vitest";
import { reportPdf } from "../pdf/report-pdf.ts";
import { encapsulatedPdf, pdfUids } from "./encapsulated-pdf.ts";
import { derivedUid, personNameOf } from "./modules.ts";
import { textReport, textReportUids } from "./text-report.ts";

const amended = reportPaper({
  version: 2,
  status: "AMENDED",
  amendment: { reason: "Overlooked", changed: ["Findings"], previousVersion: 1 },
  findings: [{ severity: "CRITICAL", description: "Perforation", communicated: null }],
});
const bare = reportPaper({
  status: "ENTERED_IN_ERROR",
  order: null,
  enteredInError: { reason: "Wrong patient", name: "Dr. Who", at: new Date("2026-01-06T00:00:00Z") },
  study: { ...reportPaper().study, accessionNumber: null, description: null, referringPhysician: null },
  patient: { name: "", identifier: "P1", issuer: "", birthDate: null, sex: null },
  fields: [],
  sections: [],
});

test("the same names give the same UID, others another, all of them valid", () => {
  expect(derivedUid("a", 1)).toBe(derivedUid("a", 1));
  expect(derivedUid("a", 1)).not.toBe(derivedUid("a1"));
  expect(derivedUid("a", 1)).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
});

test("names in one line become person names", () => {
  expect(personNameOf("Dr. Jürgen Löwe")).toBe("Löwe^Dr. Jürgen");
  expect(personNameOf("Plato")).toBe("Plato");
  expect(personNameOf("a\\b^c=d")).toBe("d^a b c");
});

test("the Encapsulated PDF holds the letter byte for byte", async () => {
  const pdf = await reportPdf(reportPaper());
  const { dataSet } = readPart10(encapsulatedPdf(reportPaper(), pdf));
  const held = bytes(dataSet, Tags.EncapsulatedDocument)!;
  expect(Buffer.from(held.subarray(0, pdf.length)).equals(Buffer.from(pdf))).toBe(true);
  expect(held.length).toBe(pdf.length + (pdf.length % 2));
  expect(text(dataSet, Tags.SOPInstanceUID)).toBe(pdfUids(reportPaper().reportId, 1).SOPInstanceUID);
  expect(text(dataSet, Tags.VerificationFlag)).toBe("VERIFIED");
});

test("an amendment names the document it takes the place of, by the UIDs that one has", () => {
  const first = textReportUids(amended.reportId, 1);
  const [predecessor] = items(readPart10(textReport(amended, 1)).dataSet, Tags.PredecessorDocumentsSequence);
  const [series] = items(predecessor!, Tags.ReferencedSeriesSequence);
  const [object] = items(series!, Tags.ReferencedSOPSequence);
  expect(text(series!, Tags.SeriesInstanceUID)).toBe(first.SeriesInstanceUID);
  expect(text(object!, Tags.ReferencedSOPInstanceUID)).toBe(first.SOPInstanceUID);
  const alone = readPart10(textReport(reportPaper(), null)).dataSet;
  expect(items(alone, Tags.PredecessorDocumentsSequence)).toEqual([]);
});

test.skipIf(dciodvfyMissing())("dciodvfy has nothing to say of them", async () => {
  for (const paper of [
    reportPaper(),
    amended,
    bare,
    reportPaper({ status: "PRELIMINARY", signature: null }),
    reportPaper({ language: "fr" }),
  ]) {
    expect(dciodvfy(textReport(paper, paper.amendment ? 1 : null))).toEqual([]);
    expect(dciodvfy(encapsulatedPdf(paper, await reportPdf(paper)))).toEqual([]);
  }
});

test.skipIf(dcmtkMissing("dsrdump", "dsr2html", "dcm2pdf"))("DCMTK reads them back", async () => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), "isocenter-papers-"));
  try {
    const [report, letter, pdf] = ["sr.dcm", "pdf.dcm", "letter.pdf"].map((name) => path.join(folder, name));
    writeFileSync(report!, textReport(amended, 1));
    const bytesOfPdf = await reportPdf(amended);
    writeFileSync(letter!, encapsulatedPdf(amended, bytesOfPdf));
    const dump = await run("dsrdump", "+U8", "+Pl", report!);
    expect(dump.code).toBe(0);
    expect(dump.output).toContain("Verification Flag   : VERIFIED");
    expect(dump.output).toContain("2026-01-05 10:31:00 +01:00, Löwe^Dr. Jürgen");
    expect(dump.output).toContain("A cyst of 14 × 12 mm.");
    expect(dump.output).toContain("Predecessor Docs    : 1");
    const html = await run("dsr2html", report!);
    expect(html.code).toBe(0);
    expect(html.output).toContain("Hepatic cyst → no follow-up.");
    expect((await run("dcm2pdf", letter!, pdf!)).code).toBe(0);
    expect((await fs.readFile(pdf!)).equals(Buffer.from(bytesOfPdf))).toBe(true);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
});
