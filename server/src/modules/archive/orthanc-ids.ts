import { hash } from "node:crypto";
import { type DataSet, decodeText, Tags } from "@isocenter/dicom";

/** What an object says of itself, as the rule takes it. */
export interface OrthancSource {
  /** As the object has it, without spaces behind it; "" where it has none. */
  PatientID: string;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
}

/** Of an object and of what it belongs to: each 40 hexadecimal digits in five groups. */
export interface OrthancIds {
  patient: string;
  study: string;
  series: string;
  instance: string;
}

const digest = (parts: readonly string[]): Buffer => hash("sha1", parts.join("|"), "buffer");

const grouped = (bytes: Buffer): string => bytes.toString("hex").match(/.{8}/g)!.join("-");

const partsOf = (source: OrthancSource): string[] => [
  source.PatientID,
  source.StudyInstanceUID,
  source.SeriesInstanceUID,
  source.SOPInstanceUID,
];

/**
 * The identifiers that Orthanc gives the same object: SHA-1 over the identifiers from the patient down, joined by `|`
 * (Orthanc Book, "Orthanc identifiers").
 */
export function orthancIds(source: OrthancSource): OrthancIds {
  const parts = partsOf(source);
  const [patient, study, series, instance] = parts.map((_, index) =>
    grouped(digest(parts.slice(0, index + 1))),
  );
  return { patient: patient!, study: study!, series: series!, instance: instance! };
}

/** The instance's identifier as it is kept. */
export const orthancInstanceId = (source: OrthancSource): Buffer => digest(partsOf(source));

/** The bytes of an identifier; null where the text is none. */
export const readOrthancId = (text: string): Buffer | null =>
  /^[0-9a-f]{8}(-[0-9a-f]{8}){4}$/i.test(text) ? Buffer.from(text.replaceAll("-", ""), "hex") : null;

/** PatientID as the rule takes it: whole, with spaces before it and without those behind it. */
export function wholePatientId(dataSet: DataSet): string {
  const element = dataSet.elements.get(Tags.PatientID);
  if (!element || element.items !== null || element.deferred) return "";
  return decodeText(element.value, dataSet.characterSets, "LO").replace(/[ \0]+$/, "");
}
