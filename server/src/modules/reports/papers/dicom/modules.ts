import { createHash } from "node:crypto";
import {
  type DataSetValues,
  dataSetOf,
  formatDate,
  formatTime,
  TransferSyntaxes,
  writePart10,
} from "@isocenter/dicom";
import type { ReportPaper } from "../paper.ts";
import { dicomMoment } from "../when.ts";
import { spokenIn } from "./meanings.ts";

/** A coded entry (PS3.3 8.8). */
export interface Code {
  value: string;
  scheme: string;
  meaning: string;
}

export const code = (value: string, scheme: string, meaning: string): Code => ({ value, scheme, meaning });

export const codeItem = ({ value, scheme, meaning }: Code): DataSetValues => ({
  CodeValue: value,
  CodingSchemeDesignator: scheme,
  CodeMeaning: meaning.slice(0, 64),
});

/**
 * A UID that the same names always give: "2.25." and a UUID of version 8 (RFC 9562 5.8) made of their SHA-256. Whoever makes a document twice makes the same one.
 */
export function derivedUid(...names: readonly (string | number)[]): string {
  const bytes = createHash("sha256")
    .update(JSON.stringify(["isocenter", ...names]))
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString("hex")}`)}`;
}

/** A name that people wrote in one line, as DICOM's person name: the last word is taken for the family name. */
export function personNameOf(fullName: string): string {
  const words = fullName
    .replace(/[\\^=]/g, " ")
    .trim()
    .split(/\s+/);
  const family = words.pop() ?? "";
  return [family.slice(0, 64), words.join(" ").slice(0, 64)].join("^").replace(/\^$/, "");
}

/** Text of a VR that takes no more than so many characters, and no backslash. */
export const short = (text: string, most: number): string =>
  [...text.replace(/\\/g, "/").replace(/\s+/g, " ").trim()].slice(0, most).join("");

/** What every document made here needs to know of where it belongs. */
export type Belongings = Pick<ReportPaper, "patient" | "study" | "facility" | "order" | "language">;

/** Patient, general study, SOP common and equipment (PS3.3 C.7.1.1, C.7.2.1, C.12.1, C.7.5.1). */
export function commonModules(of: Belongings, at: Date): DataSetValues {
  const { patient, study, facility } = of;
  const { date, time, dateTime } = dicomMoment(at, facility.timeZone);
  const identifier = short(patient.identifier, 64);
  return {
    SpecificCharacterSet: "ISO_IR 192",
    InstanceCreationDate: date,
    InstanceCreationTime: time,
    TimezoneOffsetFromUTC: dateTime.slice(14),
    PatientName: patient.name,
    PatientID: identifier,
    ...(patient.issuer === "" ? {} : { IssuerOfPatientID: short(patient.issuer, 64) }),
    PatientBirthDate: patient.birthDate === null ? null : formatDate(patient.birthDate),
    PatientSex: patient.sex === "U" ? null : patient.sex,
    StudyInstanceUID: study.studyInstanceUid,
    StudyDate: study.date === null ? null : formatDate(study.date),
    StudyTime: study.time === null ? null : formatTime(study.time),
    StudyID: study.studyId ?? null,
    AccessionNumber: study.accessionNumber ?? null,
    ReferringPhysicianName: study.referringPhysician ?? null,
    ...(study.description === null ? {} : { StudyDescription: short(study.description, 64) }),
    Manufacturer: "Isocenter",
    InstitutionName: short(facility.name, 64),
    ...(facility.address === "" ? {} : { InstitutionAddress: facility.address.replaceAll("\n", "\r\n") }),
    ManufacturerModelName: "Isocenter",
    DeviceSerialNumber: "1",
    SoftwareVersions: "1",
  };
}

export function seriesModule(series: {
  uid: string;
  number: number;
  modality: string;
  description: string;
}): DataSetValues {
  return {
    Modality: series.modality,
    SeriesInstanceUID: series.uid,
    SeriesNumber: series.number,
    SeriesDescription: series.description,
  };
}

/** The request that the document answers (PS3.3 C.17.2.2); nothing where there was none. */
export function requestItems({ order, study }: Belongings): DataSetValues {
  if (order === null) return {};
  return {
    ReferencedRequestSequence: [
      {
        StudyInstanceUID: study.studyInstanceUid,
        ReferencedStudySequence: [],
        AccessionNumber: study.accessionNumber ?? null,
        PlacerOrderNumberImagingServiceRequest: order.placerOrderNumber ?? null,
        FillerOrderNumberImagingServiceRequest: null,
        RequestedProcedureID: short(order.requestedProcedureId, 16),
        RequestedProcedureDescription: short(order.procedure, 64),
        RequestedProcedureCodeSequence: order.procedureCode ? [codeItem(procedureCodeOf(order))] : [],
      },
    ],
  };
}

const procedureCodeOf = (order: NonNullable<Belongings["order"]>): Code => ({
  value: short(order.procedureCode?.value ?? "", 16),
  scheme: short(order.procedureCode?.scheme ?? "99ISO", 16),
  meaning: short(order.procedure, 64),
});

/** The code of what was done: the order's, or that of imaging in general with the study's own words. */
export function procedureReported({ order, study }: Belongings): Code {
  if (order?.procedureCode) return procedureCodeOf(order);
  const said = short(order?.procedure ?? study.description ?? "", 64);
  return code("363679005", "SCT", said === "" ? "Imaging procedure" : said);
}

/** A Part 10 file in Explicit VR Little Endian, which speaks the language of its facility. */
export const fileOf = ({ language }: Belongings, values: DataSetValues): Uint8Array =>
  writePart10({
    dataSet: dataSetOf(spokenIn(language, values)),
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  });
