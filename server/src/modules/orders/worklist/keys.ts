import { dictionaryEntry, type Tag, Tags } from "@isocenter/dicom";

/** Return Key Type of PS3.4 Table K.6-1: 1 never empty, 2 perhaps empty; 3 and 1C only where there is something. */
export type ReturnType = "1" | "1C" | "2" | "3";

/** A key of the modality worklist; of a sequence with those of its items. */
export interface WorklistKey {
  tag: Tag;
  vr: string;
  /** An SCP must match it; all others here are matched as well. */
  required: boolean;
  type: ReturnType;
  items: readonly WorklistKey[] | null;
}

type Keyword = keyof typeof Tags;
/** `R1`: required, type 1; `O2`: optional, type 2. */
type Mark = `${"R" | "O"}${ReturnType}`;
type Marked = readonly [keyword: Keyword, mark: Mark, items?: readonly Marked[]];

const code: readonly Marked[] = [
  ["CodeValue", "O1C"],
  ["CodingSchemeDesignator", "O1C"],
  ["CodingSchemeVersion", "O3"],
  ["CodeMeaning", "O3"],
];
const reference: readonly Marked[] = [
  ["ReferencedSOPClassUID", "O1"],
  ["ReferencedSOPInstanceUID", "O1"],
];

const step: readonly Marked[] = [
  ["ScheduledStationAETitle", "R1"],
  ["ScheduledProcedureStepStartDate", "R1"],
  ["ScheduledProcedureStepStartTime", "R1"],
  ["Modality", "R1"],
  ["ScheduledPerformingPhysicianName", "R2"],
  ["ScheduledProcedureStepDescription", "O1"],
  ["ScheduledStationName", "O2"],
  ["ScheduledProcedureStepLocation", "O2"],
  ["PreMedication", "O2"],
  ["ScheduledProcedureStepID", "O1"],
  ["RequestedContrastAgent", "O2"],
  ["CommentsOnTheScheduledProcedureStep", "O3"],
  ["ScheduledProcedureStepStatus", "O3"],
  ["ScheduledProcedureStepEndDate", "O3"],
  ["ScheduledProcedureStepEndTime", "O3"],
  ["ScheduledProtocolCodeSequence", "O1C", code],
];

/** PS3.4 Table K.6-1, with the attributes of the modules it names that a worklist client may ask for. */
const marked: readonly Marked[] = [
  ["ScheduledProcedureStepSequence", "R1", step],
  ["RequestedProcedureID", "O1"],
  ["RequestedProcedureDescription", "O1"],
  ["StudyInstanceUID", "O1"],
  ["StudyDate", "O3"],
  ["StudyTime", "O3"],
  ["StudyDescription", "O3"],
  ["ReferencedStudySequence", "O2", reference],
  ["RequestedProcedurePriority", "O2"],
  ["PatientTransportArrangements", "O2"],
  ["AccessionNumber", "O2"],
  ["RequestingPhysician", "O2"],
  ["ReferringPhysicianName", "O2"],
  ["ReferringPhysicianAddress", "O3"],
  ["AdmissionID", "O2"],
  ["CurrentPatientLocation", "O2"],
  ["ReferencedPatientSequence", "O2", reference],
  ["PatientName", "R1"],
  ["ResponsiblePerson", "O3"],
  ["ResponsiblePersonRole", "O3"],
  ["PatientID", "R1"],
  ["IssuerOfPatientID", "O3"],
  ["PatientBirthDate", "O2"],
  ["PatientAge", "O3"],
  ["PatientSex", "O2"],
  ["PatientWeight", "O2"],
  ["PatientSpeciesDescription", "O3"],
  ["PatientSexNeutered", "O3"],
  ["PatientBreedDescription", "O3"],
  ["ConfidentialityConstraintOnPatientDataDescription", "O2"],
  ["PatientState", "O2"],
  ["PregnancyStatus", "O2"],
  ["MedicalAlerts", "O2"],
  ["Allergies", "O2"],
  ["SpecialNeeds", "O2"],
  ["NamesOfIntendedRecipientsOfResults", "O3"],
  ["InstitutionName", "O3"],
  ["AdmittingDiagnosesDescription", "O3"],
  ["OtherPatientIDs", "O3"],
  ["PatientSize", "O3"],
  ["EthnicGroup", "O3"],
  ["PatientComments", "O3"],
  ["AdditionalPatientHistory", "O3"],
  ["LastMenstrualDate", "O3"],
  ["InstitutionAddress", "O3"],
  ["InstitutionalDepartmentName", "O3"],
  ["OtherPatientNames", "O3"],
  ["PatientAddress", "O3"],
  ["MilitaryRank", "O3"],
  ["SmokingStatus", "O3"],
  ["RequestingService", "O3"],
  ["IssuerOfAdmissionID", "O3"],
  ["ReasonForTheRequestedProcedure", "O3"],
  ["RequestedProcedureLocation", "O3"],
  ["ConfidentialityCode", "O3"],
  ["ReportingPriority", "O3"],
  ["RequestedProcedureComments", "O3"],
  ["ReasonForTheImagingServiceRequest", "O3"],
  ["IssueDateOfImagingServiceRequest", "O3"],
  ["IssueTimeOfImagingServiceRequest", "O3"],
  ["OrderEnteredBy", "O3"],
  ["OrderEntererLocation", "O3"],
  ["OrderCallbackPhoneNumber", "O3"],
  ["PlacerOrderNumberImagingServiceRequest", "O3"],
  ["FillerOrderNumberImagingServiceRequest", "O3"],
  ["ImagingServiceRequestComments", "O3"],
  ["RequestedProcedureCodeSequence", "O3", code],
  ["InstitutionCodeSequence", "O3", code],
  ["InstitutionalDepartmentTypeCodeSequence", "O3", code],
];

const keyOf = ([keyword, mark, items]: Marked): WorklistKey => {
  const tag = Tags[keyword];
  return {
    tag,
    vr: dictionaryEntry(tag)!.vr,
    required: mark.startsWith("R"),
    type: mark.slice(1) as ReturnType,
    items: items?.map(keyOf) ?? null,
  };
};

export const worklistKeys: readonly WorklistKey[] = marked.map(keyOf);
