import { type DataSetValues, SopClasses } from "@isocenter/dicom";
import { type PaperSection, type ReportPaper, withUnit } from "../paper.ts";
import { dicomMoment } from "../when.ts";
import { wordsOf } from "../words.ts";
import {
  container,
  type Item,
  languageItem,
  observerItems,
  procedureItem,
  rootContainer,
  textItem,
} from "./content.ts";
import { diagnosticReport } from "./encapsulated-pdf.ts";
import {
  type Code,
  code,
  commonModules,
  derivedUid,
  fileOf,
  personNameOf,
  procedureReported,
  requestItems,
  seriesModule,
  short,
} from "./modules.ts";

/** UIDs of the structured form of a version: the same for whoever makes it again. */
export const textReportUids = (reportId: string, version: number) => ({
  SeriesInstanceUID: derivedUid("report-sr-series", reportId),
  SOPInstanceUID: derivedUid("report-sr", reportId, version),
  SOPClassUID: SopClasses.BasicTextSRStorage,
});

/** Headings (PS3.16 CID 7001) and what stands under them (CID 7002). */
const usual: Readonly<Record<PaperSection["key"], readonly [heading: Code, element: Code]>> = {
  findings: [code("59776-5", "LN", "Findings"), code("121071", "DCM", "Finding")],
  impression: [code("19005-8", "LN", "Impressions"), code("121073", "DCM", "Impression")],
  recommendations: [code("18783-1", "LN", "Recommendations"), code("121075", "DCM", "Recommendation")],
  technique: [
    code("55111-9", "LN", "Current Procedure Descriptions"),
    code("121065", "DCM", "Procedure Description"),
  ],
  comparison: [code("18834-2", "LN", "Previous Findings"), code("121069", "DCM", "Previous Finding")],
};
const indications = code("18785-6", "LN", "Indications for Procedure");
const summary = code("55112-7", "LN", "Document Summary");
const comment = code("121106", "DCM", "Comment");
const [findingsHeading, finding] = usual.findings;

const said = (section: PaperSection): boolean => section.text.trim() !== "";

function sectionItem({ key, text }: PaperSection): Item {
  const [concept, element] = usual[key];
  return container(concept, [textItem("CONTAINS", element, text.trim())]);
}

function noticeItems({ status, amendment, enteredInError, language, version }: ReportPaper): Item[] {
  const words = wordsOf(language);
  const lines: string[] = [];
  if (status === "ENTERED_IN_ERROR")
    lines.push(`${words.doNotUse}. ${enteredInError ? words.reason(enteredInError.reason) : ""}`.trim());
  if (amendment)
    lines.push(
      `${words.status[status]}: ${words.takesThePlace(version, amendment.previousVersion)} ${words.changed(amendment.changed.join(", "))}. ${words.reason(amendment.reason)}`,
    );
  return lines.map((text) => container(summary, [textItem("CONTAINS", comment, text)]));
}

function bodyItems(paper: ReportPaper): Item[] {
  const { order, findings, fields, sections } = paper;
  const words = wordsOf(paper.language);
  const indication = order?.clinicalIndication.trim() ?? "";
  const critical = findings.map(({ severity, description, communicated }) =>
    textItem(
      "CONTAINS",
      finding,
      `${words.critical} (${words.severity[severity] ?? severity}): ${description}\n${communicated ?? ""}`.trim(),
    ),
  );
  const measured = fields.map(({ label, value, unit }) =>
    textItem("CONTAINS", finding, `${label}: ${withUnit(value, unit)}`),
  );
  return [
    ...noticeItems(paper),
    ...(indication === "" ? [] : [container(indications, [textItem("CONTAINS", indications, indication)])]),
    ...(critical.length === 0 ? [] : [container(findingsHeading, critical)]),
    ...sections.filter(said).map(sectionItem),
    ...(measured.length === 0 ? [] : [container(findingsHeading, measured)]),
  ];
}

/** The document that this one takes the place of (PS3.3 C.17.2.2). */
function predecessor(paper: ReportPaper, version: number | null): DataSetValues {
  if (version === null) return {};
  const { SeriesInstanceUID, SOPInstanceUID, SOPClassUID } = textReportUids(paper.reportId, version);
  const ReferencedSOPSequence = [
    { ReferencedSOPClassUID: SOPClassUID, ReferencedSOPInstanceUID: SOPInstanceUID },
  ];
  return {
    PredecessorDocumentsSequence: [
      {
        StudyInstanceUID: paper.study.studyInstanceUid,
        ReferencedSeriesSequence: [{ SeriesInstanceUID, ReferencedSOPSequence }],
      },
    ],
  };
}

/**
 * One version of a report as Basic Text SR (PS3.3 A.35.1) by TID 2000, as a Part 10 file: complete, and verified where it is signed.
 * @param predecessorVersion the version before that was put into the study
 */
export function textReport(paper: ReportPaper, predecessorVersion: number | null): Uint8Array {
  const { signature, facility, author } = paper;
  const { date, time } = dicomMoment(paper.createdAt, facility.timeZone);
  const uids = textReportUids(paper.reportId, paper.version);
  const organization = short(facility.name, 64);
  return fileOf(paper, {
    ...commonModules(paper, paper.createdAt),
    ...seriesModule({ uid: uids.SeriesInstanceUID, number: 9002, modality: "SR", description: "Report" }),
    SOPClassUID: uids.SOPClassUID,
    SOPInstanceUID: uids.SOPInstanceUID,
    ReferencedPerformedProcedureStepSequence: [],
    InstanceNumber: paper.version,
    CompletionFlag: "COMPLETE",
    VerificationFlag: signature ? "VERIFIED" : "UNVERIFIED",
    ContentDate: date,
    ContentTime: time,
    ...(signature
      ? {
          VerifyingObserverSequence: [
            {
              VerifyingOrganization: organization,
              VerificationDateTime: dicomMoment(signature.at, facility.timeZone).dateTime,
              VerifyingObserverName: personNameOf(signature.name),
              VerifyingObserverIdentificationCodeSequence: [],
            },
          ],
        }
      : {}),
    ...predecessor(paper, predecessorVersion),
    ...requestItems(paper),
    PerformedProcedureCodeSequence: [],
    ...rootContainer(diagnosticReport, "2000", [
      languageItem(paper.language),
      procedureItem(procedureReported(paper)),
      ...observerItems(author ?? signature?.name ?? facility.name, organization),
      ...bodyItems(paper),
    ]),
  });
}
