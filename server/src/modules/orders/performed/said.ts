import {
  type DicomJson,
  formatTag,
  type JsonPersonName,
  parseDate,
  parseTime,
  type Tag,
  Tags,
} from "@isocenter/dicom";
import { type SaidIdentity, sexOf } from "../../patients/index.ts";

/** The scheduled step that a performed one says it answers; "" where it does not say. */
export interface SaidStep {
  studyInstanceUid: string;
  accessionNumber: string;
  requestedProcedureId: string;
  stepId: string;
}

/** What a performed step says of itself, out of its attributes. */
export interface SaidPerformed {
  steps: SaidStep[];
  patient: SaidIdentity;
  modality: string;
  stationAeTitle: string;
  /** `YYYY-MM-DDTHH:MM:SS[.ffffff]` at the facility's clock; null where there is none. */
  startedAt: string | null;
  endedAt: string | null;
  referencedInstances: string[];
}

const valuesOf = (set: DicomJson, tag: Tag): readonly unknown[] => set[formatTag(tag)]?.Value ?? [];
const textOf = (set: DicomJson, tag: Tag): string => {
  const [value] = valuesOf(set, tag);
  return typeof value === "string" ? value.trim() : "";
};
const itemsOf = (set: DicomJson, tag: Tag): DicomJson[] =>
  valuesOf(set, tag).filter((item): item is DicomJson => typeof item === "object" && item !== null);

function nameOf(set: DicomJson, tag: Tag): string {
  const {
    Alphabetic = "",
    Ideographic = "",
    Phonetic = "",
  } = (valuesOf(set, tag)[0] ?? {}) as JsonPersonName;
  return [Alphabetic, Ideographic, Phonetic].join("=").replace(/=+$/, "");
}

function momentOf(set: DicomJson, date: Tag, time: Tag): string | null {
  const day = parseDate(textOf(set, date));
  return day && `${day}T${parseTime(textOf(set, time)) ?? "00:00:00"}`;
}

export function saidOf(set: DicomJson): SaidPerformed {
  return {
    steps: itemsOf(set, Tags.ScheduledStepAttributesSequence).map((item) => ({
      studyInstanceUid: textOf(item, Tags.StudyInstanceUID),
      accessionNumber: textOf(item, Tags.AccessionNumber),
      requestedProcedureId: textOf(item, Tags.RequestedProcedureID),
      stepId: textOf(item, Tags.ScheduledProcedureStepID),
    })),
    patient: {
      value: textOf(set, Tags.PatientID),
      name: nameOf(set, Tags.PatientName),
      birthDate: parseDate(textOf(set, Tags.PatientBirthDate)),
      sex: sexOf(textOf(set, Tags.PatientSex)),
    },
    modality: textOf(set, Tags.Modality),
    stationAeTitle: textOf(set, Tags.PerformedStationAETitle),
    startedAt: momentOf(set, Tags.PerformedProcedureStepStartDate, Tags.PerformedProcedureStepStartTime),
    endedAt: momentOf(set, Tags.PerformedProcedureStepEndDate, Tags.PerformedProcedureStepEndTime),
    referencedInstances: [
      ...new Set(
        itemsOf(set, Tags.PerformedSeriesSequence).flatMap((series) =>
          [Tags.ReferencedImageSequence, Tags.ReferencedNonImageCompositeSOPInstanceSequence]
            .flatMap((tag) => itemsOf(series, tag))
            .map((item) => textOf(item, Tags.ReferencedSOPInstanceUID)),
        ),
      ),
    ],
  };
}

/** A series that a performed step says it made. */
export interface SaidSeries {
  seriesInstanceUid: string;
  description: string | null;
  protocolName: string | null;
  numberOfInstances: number;
}

const images = [Tags.ReferencedImageSequence, Tags.ReferencedNonImageCompositeSOPInstanceSequence];

export const saidSeries = (set: DicomJson): SaidSeries[] =>
  itemsOf(set, Tags.PerformedSeriesSequence).map((series) => ({
    seriesInstanceUid: textOf(series, Tags.SeriesInstanceUID),
    description: textOf(series, Tags.SeriesDescription) || null,
    protocolName: textOf(series, Tags.ProtocolName) || null,
    numberOfInstances: images.reduce((count, tag) => count + itemsOf(series, tag).length, 0),
  }));

export const saidDescription = (set: DicomJson): string | null =>
  textOf(set, Tags.PerformedProcedureStepDescription) || null;
