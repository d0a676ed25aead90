import { SopClasses } from "@isocenter/dicom";
import { type ReportPaper, titleOf } from "../paper.ts";
import { dicomMoment } from "../when.ts";
import { wordsOf } from "../words.ts";
import { code, codeItem, commonModules, derivedUid, fileOf, seriesModule, short } from "./modules.ts";

export const diagnosticReport = code("18748-4", "LN", "Diagnostic imaging report");

/** UIDs of the PDF of a version: the same for whoever makes it again. */
export const pdfUids = (reportId: string, version: number) => ({
  SeriesInstanceUID: derivedUid("report-pdf-series", reportId),
  SOPInstanceUID: derivedUid("report-pdf", reportId, version),
  SOPClassUID: SopClasses.EncapsulatedPDFStorage,
});

/** The letter inside an Encapsulated PDF (PS3.3 A.45.1), as a Part 10 file. */
export function encapsulatedPdf(paper: ReportPaper, pdf: Uint8Array): Uint8Array {
  const { date, time } = dicomMoment(paper.createdAt, paper.facility.timeZone);
  const uids = pdfUids(paper.reportId, paper.version);
  const padded = pdf.length % 2 === 0 ? pdf : Buffer.concat([pdf, Buffer.from([0])]);
  return fileOf(paper, {
    ...commonModules(paper, paper.createdAt),
    ...seriesModule({
      uid: uids.SeriesInstanceUID,
      number: 9001,
      modality: "DOC",
      description: "Report (PDF)",
    }),
    SOPClassUID: uids.SOPClassUID,
    SOPInstanceUID: uids.SOPInstanceUID,
    ConversionType: "WSD",
    InstanceNumber: paper.version,
    ContentDate: date,
    ContentTime: time,
    AcquisitionDateTime: null,
    BurnedInAnnotation: "YES",
    RecognizableVisualFeatures: "NO",
    DocumentTitle: short(
      paper.status === "ENTERED_IN_ERROR"
        ? `${wordsOf(paper.language).banner.ENTERED_IN_ERROR}: ${titleOf(paper)}`
        : titleOf(paper),
      1024,
    ),
    ConceptNameCodeSequence: [codeItem(diagnosticReport)],
    VerificationFlag: paper.signature ? "VERIFIED" : "UNVERIFIED",
    MIMETypeOfEncapsulatedDocument: "application/pdf",
    EncapsulatedDocumentLength: pdf.length,
    EncapsulatedDocument: padded,
  });
}
