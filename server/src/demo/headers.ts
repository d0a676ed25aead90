import { createHash } from "node:crypto";
import { SopClasses } from "@isocenter/dicom";
import { type DemoPatient, type DemoStudy, demoIssuer } from "./catalogue.ts";

/** Attributes by keyword, as `dataSetOf` of the dicom package takes them. */
export type Attributes = Record<string, unknown>;

/** The same words give the same UID, so that loading twice stores once (PS3.5 B.2, UUID-derived). */
export function demoUid(...words: readonly (string | number)[]): string {
  const digest = createHash("sha256")
    .update(["isocenter-demo", ...words].join("/"))
    .digest("hex");
  return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
}

/** Whose study the pictures are said to be. */
export interface StudyIdentity {
  patient: Pick<DemoPatient, "name" | "id" | "birthDate" | "sex">;
  issuer: string;
  StudyInstanceUID: string;
  accessionNumber: string;
  /** YYYYMMDD and HHMMSS, as the clock on the wall shows them. */
  date: string;
  time: string;
  description: string;
  referringPhysician: string;
}

/** That of a study of the catalogue by itself. */
export const ownIdentity = (patient: DemoPatient, study: DemoStudy, today: Date): StudyIdentity => ({
  patient,
  issuer: demoIssuer,
  StudyInstanceUID: demoUid(study.accessionNumber),
  accessionNumber: study.accessionNumber,
  date: dicomDate(today, study.daysAgo),
  time: study.time,
  description: study.description,
  referringPhysician: study.referringPhysician,
});

/** A date as DICOM writes it, so many days before another. */
function dicomDate(today: Date, daysAgo: number): string {
  return new Date(today.getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
}

export interface SeriesPlan {
  number: number;
  description: string;
  modality: "CT" | "MR" | "DX" | "US";
  bodyPart: string;
  /** Shared by the series of one study that lie in one space. */
  frameOfReference?: string;
}

/** Patient, general study, series and equipment of one instance (PS3.3 C.7.1 to C.7.5). */
export function seriesAttributes(as: StudyIdentity, series: SeriesPlan): Attributes {
  const { patient, date, time, StudyInstanceUID } = as;
  const age = Math.floor((Number(date) - Number(patient.birthDate)) / 10_000);
  return {
    SpecificCharacterSet: "ISO_IR 192",
    StudyDate: date,
    SeriesDate: date,
    AcquisitionDate: date,
    ContentDate: date,
    StudyTime: time,
    SeriesTime: time,
    AcquisitionTime: time,
    ContentTime: time,
    AccessionNumber: as.accessionNumber,
    Modality: series.modality,
    Manufacturer: "Isocenter",
    InstitutionName: "Northgate General (demonstration)",
    ReferringPhysicianName: as.referringPhysician,
    StudyDescription: as.description,
    SeriesDescription: series.description,
    ManufacturerModelName: "Synthetic phantom",
    PatientName: patient.name,
    PatientID: patient.id,
    IssuerOfPatientID: as.issuer,
    PatientBirthDate: patient.birthDate,
    PatientSex: patient.sex,
    PatientAge: `${String(age).padStart(3, "0")}Y`,
    PatientComments: "Synthetic: no person.",
    BodyPartExamined: series.bodyPart,
    DeviceSerialNumber: "0",
    SoftwareVersions: "1",
    StudyInstanceUID,
    SeriesInstanceUID: demoUid(StudyInstanceUID, series.number),
    StudyID: as.accessionNumber.slice(-4),
    SeriesNumber: series.number,
    ...(series.frameOfReference
      ? {
          FrameOfReferenceUID: demoUid(StudyInstanceUID, "frame", series.frameOfReference),
          PositionReferenceIndicator: "",
        }
      : {}),
  };
}

export const demoSopClasses = {
  CT: SopClasses.CTImageStorage,
  MR: SopClasses.MRImageStorage,
  DX: SopClasses.DigitalXRayImageStorageForPresentation,
  US: SopClasses.UltrasoundMultiFrameImageStorage,
} as const;
