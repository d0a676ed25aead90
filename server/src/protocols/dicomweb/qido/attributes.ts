import { dictionaryEntry, formatTag, type Tag, Tags } from "@isocenter/dicom";
import type { DicomJson, Found, QueryLevel } from "../../../modules/archive/index.ts";
import { element, textIn } from "../elements.ts";
import { resourceUrl } from "../urls.ts";

/** Attributes that every match has, empty where their value is not known (PS3.18 tables 10.6.3-3, -4, -5; required and conditional). */
const studyAttributes: readonly Tag[] = [
  Tags.StudyDate,
  Tags.StudyTime,
  Tags.AccessionNumber,
  Tags.InstanceAvailability,
  Tags.ModalitiesInStudy,
  Tags.ReferringPhysicianName,
  Tags.PatientName,
  Tags.PatientID,
  Tags.PatientBirthDate,
  Tags.PatientSex,
  Tags.StudyInstanceUID,
  Tags.StudyID,
  Tags.NumberOfStudyRelatedSeries,
  Tags.NumberOfStudyRelatedInstances,
];
const seriesAttributes: readonly Tag[] = [
  Tags.Modality,
  Tags.SeriesInstanceUID,
  Tags.SeriesNumber,
  Tags.NumberOfSeriesRelatedInstances,
];
const instanceAttributes: readonly Tag[] = [
  Tags.SOPClassUID,
  Tags.SOPInstanceUID,
  Tags.InstanceAvailability,
  Tags.InstanceNumber,
];

/** The levels above `level` whose attributes belong to the answer too, because the path does not name them (PS3.18 10.6.3.3). */
export interface AnswerShape {
  level: QueryLevel;
  study: boolean;
  series: boolean;
}

function required(shape: AnswerShape): readonly Tag[] {
  return [
    ...(shape.study ? studyAttributes : [Tags.StudyInstanceUID]),
    ...(shape.series ? seriesAttributes : []),
    ...(shape.level === "INSTANCE" ? [Tags.SeriesInstanceUID, ...instanceAttributes] : []),
  ];
}

/** Makes matches of QIDO-RS from what the archive found: required attributes there, RetrieveURL, in the order of tags. */
export function matchWriter(shape: AnswerShape, base: string): (found: Found) => DicomJson {
  const empty = required(shape).map(
    (tag) => [formatTag(tag), { vr: dictionaryEntry(tag)?.vr ?? "UN" }] as const,
  );
  const availability = formatTag(Tags.InstanceAvailability);
  return ({ attributes }) => {
    const match: DicomJson = { ...attributes };
    for (const [key, none] of empty) match[key] ??= none;
    const online = match[availability];
    if (online && online.Value === undefined) match[availability] = element("CS", "ONLINE");
    match[formatTag(Tags.SpecificCharacterSet)] = element("CS", "ISO_IR 192");
    match[formatTag(Tags.RetrieveURL)] = element("UR", retrieveUrl(base, shape.level, attributes));
    return Object.fromEntries(Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
}

function retrieveUrl(base: string, level: QueryLevel, attributes: DicomJson): string {
  return resourceUrl(base, {
    StudyInstanceUID: textIn(attributes, Tags.StudyInstanceUID) ?? "",
    ...(level === "STUDY" ? {} : { SeriesInstanceUID: textIn(attributes, Tags.SeriesInstanceUID) ?? "" }),
    ...(level === "INSTANCE" ? { SOPInstanceUID: textIn(attributes, Tags.SOPInstanceUID) ?? "" } : {}),
  });
}
