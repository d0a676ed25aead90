import type { ReportVersion } from "@isocenter/contract";
import type { Viewer } from "../../../platform/index.ts";
import type { Archive, StoredInstance } from "../../archive/index.ts";
import { pdfUids } from "./dicom/encapsulated-pdf.ts";
import { textReportUids } from "./dicom/text-report.ts";

const uidsOf = { PDF: pdfUids, SR: textReportUids } as const;
export type DocumentType = keyof typeof uidsOf;

export interface ArchivedDocument {
  type: DocumentType;
  version: ReportVersion;
  instance: StoredInstance;
}

/** The documents of the versions that are in the study, version by version. */
export async function archivedDocuments(
  archive: Pick<Archive, "locate">,
  viewer: Viewer,
  { studyId, versions }: { studyId: string; versions: readonly ReportVersion[] },
  types: readonly DocumentType[] = ["PDF", "SR"],
): Promise<ArchivedDocument[]> {
  const found: ArchivedDocument[] = [];
  for (const version of versions)
    for (const type of types) {
      const { SOPInstanceUID } = uidsOf[type](version.reportId, version.number);
      const selection = { StudyInstanceUID: version.studyInstanceUid, SOPInstanceUID };
      const here = await archive.locate(viewer, selection, "none");
      const instance = here.find((one) => one.studyId === studyId);
      if (instance) found.push({ type, version, instance });
    }
  return found;
}
