import { Tags } from "@isocenter/dicom";
import { nameKeys } from "../patients/index.ts";
import {
  dateOf,
  foldedNamesOf,
  foldedOf,
  integerOf,
  itemsOf,
  jsonKey,
  personNameOf,
  textOf,
  textsOf,
  timeOf,
} from "./attributes.ts";
import type { DicomJson, QueryLevel, Tag } from "./types.ts";

/**
 * The attributes of each level that the archive keeps outside the object: the required and optional keys of the DICOM query model (PS3.4
 * C.6.1.1, C.6.2.1; PS3.18 10.6) and what the image lists show. Sequences are kept whole, within bounds.
 */
export const attributesOf: Readonly<Record<QueryLevel, readonly Tag[]>> = {
  PATIENT: [
    Tags.PatientName,
    Tags.PatientID,
    Tags.IssuerOfPatientID,
    Tags.PatientBirthDate,
    Tags.PatientBirthTime,
    Tags.PatientSex,
    Tags.OtherPatientNames,
    Tags.EthnicGroup,
    Tags.PatientComments,
    Tags.PatientSpeciesDescription,
    Tags.ResponsiblePerson,
  ],
  STUDY: [
    Tags.StudyInstanceUID,
    Tags.StudyDate,
    Tags.StudyTime,
    Tags.AccessionNumber,
    Tags.IssuerOfAccessionNumberSequence,
    Tags.StudyID,
    Tags.ReferringPhysicianName,
    Tags.StudyDescription,
    Tags.NameOfPhysiciansReadingStudy,
    Tags.PhysiciansOfRecord,
    Tags.ProcedureCodeSequence,
    Tags.AdmittingDiagnosesDescription,
    Tags.PatientAge,
    Tags.PatientSize,
    Tags.PatientWeight,
    Tags.Occupation,
    Tags.AdditionalPatientHistory,
    Tags.AdmissionID,
    Tags.TimezoneOffsetFromUTC,
  ],
  SERIES: [
    Tags.SeriesInstanceUID,
    Tags.Modality,
    Tags.SeriesNumber,
    Tags.SeriesDescription,
    Tags.SeriesDate,
    Tags.SeriesTime,
    Tags.BodyPartExamined,
    Tags.Laterality,
    Tags.ProtocolName,
    Tags.PatientPosition,
    Tags.StationName,
    Tags.InstitutionName,
    Tags.InstitutionalDepartmentName,
    Tags.Manufacturer,
    Tags.ManufacturerModelName,
    Tags.DeviceSerialNumber,
    Tags.PerformingPhysicianName,
    Tags.OperatorsName,
    Tags.FrameOfReferenceUID,
    Tags.PerformedProcedureStepStartDate,
    Tags.PerformedProcedureStepStartTime,
    Tags.PerformedProcedureStepID,
    Tags.PerformedProcedureStepDescription,
    Tags.RequestAttributesSequence,
  ],
  INSTANCE: [
    Tags.SOPInstanceUID,
    Tags.SOPClassUID,
    Tags.InstanceNumber,
    Tags.Rows,
    Tags.Columns,
    Tags.BitsAllocated,
    Tags.NumberOfFrames,
    Tags.ContentDate,
    Tags.ContentTime,
    Tags.AcquisitionDate,
    Tags.AcquisitionTime,
    Tags.AcquisitionDateTime,
    Tags.AcquisitionNumber,
    Tags.ImageType,
    Tags.ImageComments,
    Tags.ContentLabel,
    Tags.ContentDescription,
    Tags.ContentCreatorName,
    Tags.PresentationCreationDate,
    Tags.PresentationCreationTime,
    Tags.CompletionFlag,
    Tags.VerificationFlag,
    Tags.ConceptNameCodeSequence,
    Tags.DocumentTitle,
    Tags.MIMETypeOfEncapsulatedDocument,
    Tags.PixelSpacing,
    Tags.ImagerPixelSpacing,
    Tags.SliceThickness,
    Tags.SliceLocation,
    Tags.WindowCenter,
    Tags.WindowWidth,
    Tags.SamplesPerPixel,
    Tags.PhotometricInterpretation,
  ],
};

/** Attributes of an instance that have a column: not kept twice. */
export const instanceColumnTags: readonly Tag[] = [
  Tags.SOPInstanceUID,
  Tags.SOPClassUID,
  Tags.InstanceNumber,
  Tags.Rows,
  Tags.Columns,
  Tags.BitsAllocated,
  Tags.NumberOfFrames,
  Tags.SamplesPerPixel,
];

/** The members of `json` that belong to the level. */
export function pick(json: DicomJson, tags: readonly Tag[]): DicomJson {
  const picked: DicomJson = {};
  for (const tag of tags) {
    const element = json[jsonKey(tag)];
    if (element) picked[jsonKey(tag)] = element;
  }
  return picked;
}

const noDate = "0001-01-01";

/** The searchable columns of a study from its attributes. */
export function studyColumns(json: DicomJson) {
  const date = dateOf(json, Tags.StudyDate);
  const time = timeOf(json, Tags.StudyTime);
  const referrer = personNameOf(json, Tags.ReferringPhysicianName);
  return {
    accession_number: textOf(json, Tags.AccessionNumber),
    study_id: textOf(json, Tags.StudyID),
    study_date: date,
    study_time: time,
    study_at: `${date ?? noDate}T${date ? (time ?? "00:00:00") : "00:00:00"}`,
    description: textOf(json, Tags.StudyDescription),
    description_folded: foldedOf(json, Tags.StudyDescription),
    referring_physician: referrer === "" ? null : referrer,
    referring_physician_folded: foldedNamesOf(json, Tags.ReferringPhysicianName),
    referring_physician_sounds: nameKeys(referrer).sounds,
    reading_physicians_folded: foldedNamesOf(json, Tags.NameOfPhysiciansReadingStudy),
    procedure_codes: itemsOf(json, Tags.ProcedureCodeSequence).flatMap((item) =>
      textsOf(item, Tags.CodeValue),
    ),
  };
}

/** The searchable columns of a series from its attributes. */
export function seriesColumns(json: DicomJson) {
  const requests = itemsOf(json, Tags.RequestAttributesSequence);
  return {
    modality: textOf(json, Tags.Modality) ?? "",
    series_number: integerOf(json, Tags.SeriesNumber),
    series_date: dateOf(json, Tags.SeriesDate),
    series_time: timeOf(json, Tags.SeriesTime),
    description: textOf(json, Tags.SeriesDescription),
    description_folded: foldedOf(json, Tags.SeriesDescription),
    body_part: textOf(json, Tags.BodyPartExamined),
    laterality: textOf(json, Tags.Laterality),
    protocol_name_folded: foldedOf(json, Tags.ProtocolName),
    station_name_folded: foldedOf(json, Tags.StationName),
    institution_folded: foldedOf(json, Tags.InstitutionName),
    performing_physicians_folded: foldedNamesOf(json, Tags.PerformingPhysicianName),
    operators_folded: foldedNamesOf(json, Tags.OperatorsName),
    frame_of_reference_uid: textOf(json, Tags.FrameOfReferenceUID),
    step_start_date: dateOf(json, Tags.PerformedProcedureStepStartDate),
    step_start_time: timeOf(json, Tags.PerformedProcedureStepStartTime),
    step_id: textOf(json, Tags.PerformedProcedureStepID),
    scheduled_step_ids: requests.flatMap((item) => textsOf(item, Tags.ScheduledProcedureStepID)),
    requested_procedure_ids: requests.flatMap((item) => textsOf(item, Tags.RequestedProcedureID)),
  };
}
