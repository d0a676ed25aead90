import type { Keyword } from "../dictionary.ts";

/** Types of directory records below a series (PS3.3 F.5). */
export type RecordType =
  | "IMAGE"
  | "RT DOSE"
  | "RT STRUCTURE SET"
  | "RT PLAN"
  | "RT TREAT RECORD"
  | "RADIOTHERAPY"
  | "PLAN"
  | "PRESENTATION"
  | "WAVEFORM"
  | "SR DOCUMENT"
  | "KEY OBJECT DOC"
  | "SPECTROSCOPY"
  | "RAW DATA"
  | "REGISTRATION"
  | "FIDUCIAL"
  | "ENCAP DOC"
  | "VALUE MAP"
  | "STEREOMETRIC"
  | "MEASUREMENT"
  | "SURFACE"
  | "SURFACE SCAN"
  | "TRACT"
  | "ASSESSMENT"
  | "ANNOTATION"
  | "PRIVATE";

const storage = "1.2.840.10008.5.1.4.1.1.";

/** Ends of SOP class UIDs; the first that fits counts. What is none of these is an image. */
const types: readonly (readonly [RegExp, RecordType])[] = [
  [/^481\.2$/, "RT DOSE"],
  [/^481\.3$/, "RT STRUCTURE SET"],
  [/^481\.[58]$/, "RT PLAN"],
  [/^481\.[4679]$/, "RT TREAT RECORD"],
  [/^481\.1$/, "IMAGE"],
  // Images of the second generation: enhanced RT image and enhanced continuous RT image
  [/^481\.2[34]$/, "IMAGE"],
  [/^481\./, "RADIOTHERAPY"],
  [/^11\./, "PRESENTATION"],
  [/^9\./, "WAVEFORM"],
  [/^88\.59$/, "KEY OBJECT DOC"],
  [/^(88\.|79\.1$)/, "SR DOCUMENT"],
  [/^4\.2$/, "SPECTROSCOPY"],
  [/^66$/, "RAW DATA"],
  [/^66\.[13]$/, "REGISTRATION"],
  [/^66\.2$/, "FIDUCIAL"],
  [/^66\.5$/, "SURFACE"],
  [/^66\.6$/, "TRACT"],
  [/^67$/, "VALUE MAP"],
  [/^68\./, "SURFACE SCAN"],
  [/^104\./, "ENCAP DOC"],
  [/^77\.1\.5\.3$/, "STEREOMETRIC"],
  [/^(78\.|80\.1$)/, "MEASUREMENT"],
  [/^90\.1$/, "ASSESSMENT"],
  [/^91\.1$/, "ANNOTATION"],
];

/** The type of the record that lists an instance of a SOP class. */
export function recordTypeOf(sopClassUid: string): RecordType {
  if (sopClassUid === "1.2.840.10008.5.1.4.34.7" || sopClassUid === "1.2.840.10008.5.1.4.34.10")
    return "PLAN";
  if (!sopClassUid.startsWith(storage)) return "PRIVATE";
  const end = sopClassUid.slice(storage.length);
  return types.find(([pattern]) => pattern.test(end))?.[1] ?? "IMAGE";
}

/** A key of a record: `1` has a value always, `2` may be empty, `3` stands where the instance has it. */
export interface RecordKey {
  readonly keyword: Keyword;
  readonly type: 1 | 2 | 3;
}

const keys = (type: 1 | 2 | 3, ...keywords: Keyword[]): RecordKey[] =>
  keywords.map((keyword) => ({ keyword, type }));

const numbered = keys(1, "InstanceNumber");
const dated = keys(1, "ContentDate", "ContentTime");
const labelled = [
  ...keys(1, "InstanceNumber", "ContentLabel"),
  ...keys(2, "ContentDescription", "ContentCreatorName"),
];

/** Keys of each type of record (PS3.3 F.5). Content Sequence has only the concept modifiers of the root. */
export const recordKeys: Readonly<Record<RecordType, readonly RecordKey[]>> = {
  IMAGE: [...numbered, ...keys(3, "ImageType", "NumberOfFrames", "Rows", "Columns", "ImageComments")],
  "RT DOSE": [...numbered, ...keys(1, "DoseSummationType"), ...keys(3, "DoseComment")],
  "RT STRUCTURE SET": [
    ...numbered,
    ...keys(1, "StructureSetLabel"),
    ...keys(2, "StructureSetDate", "StructureSetTime"),
  ],
  "RT PLAN": [...numbered, ...keys(1, "RTPlanLabel"), ...keys(2, "RTPlanDate", "RTPlanTime")],
  "RT TREAT RECORD": [...numbered, ...keys(2, "TreatmentDate", "TreatmentTime")],
  RADIOTHERAPY: [...numbered, ...keys(3, "UserContentLabel", "UserContentLongLabel", "ContentDescription")],
  PLAN: numbered,
  PRESENTATION: [
    ...labelled,
    ...keys(1, "PresentationCreationDate", "PresentationCreationTime"),
    ...keys(3, "ReferencedSeriesSequence", "BlendingSequence"),
  ],
  WAVEFORM: [...numbered, ...dated],
  "SR DOCUMENT": [
    ...numbered,
    ...keys(1, "CompletionFlag", "VerificationFlag"),
    ...dated,
    ...keys(3, "VerificationDateTime"),
    ...keys(1, "ConceptNameCodeSequence"),
    ...keys(3, "ContentSequence"),
  ],
  "KEY OBJECT DOC": [
    ...numbered,
    ...dated,
    ...keys(1, "ConceptNameCodeSequence"),
    ...keys(3, "ContentSequence"),
  ],
  SPECTROSCOPY: [
    ...keys(1, "ImageType"),
    ...dated,
    ...numbered,
    ...keys(1, "NumberOfFrames", "Rows", "Columns", "DataPointRows", "DataPointColumns"),
    ...keys(3, "ReferencedImageEvidenceSequence"),
  ],
  "RAW DATA": [...dated, ...keys(2, "InstanceNumber")],
  REGISTRATION: [...dated, ...labelled],
  FIDUCIAL: [...dated, ...labelled],
  "ENCAP DOC": [
    ...keys(2, "ContentDate", "ContentTime"),
    ...numbered,
    ...keys(2, "DocumentTitle"),
    ...keys(3, "HL7InstanceIdentifier"),
    ...keys(2, "ConceptNameCodeSequence"),
    ...keys(1, "MIMETypeOfEncapsulatedDocument"),
  ],
  "VALUE MAP": [...dated, ...labelled],
  STEREOMETRIC: numbered,
  MEASUREMENT: [...numbered, ...dated],
  SURFACE: [...dated, ...labelled],
  "SURFACE SCAN": dated,
  TRACT: [...dated, ...labelled],
  ASSESSMENT: [...numbered, ...keys(1, "InstanceCreationDate"), ...keys(2, "InstanceCreationTime")],
  ANNOTATION: [...dated, ...labelled],
  PRIVATE: keys(3, "InstanceNumber"),
};

export const patientKeys = [
  ...keys(2, "PatientName"),
  ...keys(1, "PatientID"),
  ...keys(3, "PatientBirthDate", "PatientSex"),
];
export const studyKeys = [
  ...keys(1, "StudyDate", "StudyTime"),
  ...keys(2, "AccessionNumber", "StudyDescription"),
  ...keys(1, "StudyInstanceUID", "StudyID"),
];
export const seriesKeys = [
  ...keys(1, "Modality", "SeriesInstanceUID", "SeriesNumber"),
  ...keys(3, "SeriesDescription", "BodyPartExamined", "Laterality"),
];
