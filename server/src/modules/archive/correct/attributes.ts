import {
  DicomError,
  dataSetOf,
  dictionaryEntry,
  parseDate,
  parseTime,
  Tags,
  tagByKeyword,
  toDicomJson,
} from "@isocenter/dicom";
import { Refusal } from "../../../platform/index.ts";
import { jsonKey } from "../attributes.ts";
import type { DicomJson, Tag } from "../types.ts";

export type CorrectionLevel = "STUDY" | "SERIES" | "IMAGE";

/** What may be corrected, by the level that it belongs to: nothing that says which object it is, or how its pixels are to be read. */
export const correctable: Readonly<Record<CorrectionLevel, readonly Tag[]>> = {
  STUDY: [
    Tags.StudyDate,
    Tags.StudyTime,
    Tags.AccessionNumber,
    Tags.StudyID,
    Tags.StudyDescription,
    Tags.ReferringPhysicianName,
    Tags.NameOfPhysiciansReadingStudy,
    Tags.AdmittingDiagnosesDescription,
    Tags.PatientAge,
    Tags.PatientSize,
    Tags.PatientWeight,
    Tags.Occupation,
    Tags.AdditionalPatientHistory,
    Tags.AdmissionID,
  ],
  SERIES: [
    Tags.SeriesNumber,
    Tags.SeriesDescription,
    Tags.SeriesDate,
    Tags.SeriesTime,
    Tags.BodyPartExamined,
    Tags.Laterality,
    Tags.ProtocolName,
    Tags.StationName,
    Tags.InstitutionName,
    Tags.InstitutionalDepartmentName,
    Tags.PerformingPhysicianName,
    Tags.OperatorsName,
  ],
  IMAGE: [
    Tags.InstanceNumber,
    Tags.ContentDate,
    Tags.ContentTime,
    Tags.AcquisitionDate,
    Tags.AcquisitionTime,
    Tags.AcquisitionNumber,
    Tags.ImageComments,
    Tags.ImageLaterality,
    Tags.ViewPosition,
    Tags.PatientOrientation,
    Tags.ContrastBolusAgent,
    Tags.WindowCenter,
    Tags.WindowWidth,
    Tags.ContentLabel,
    Tags.ContentDescription,
  ],
};

/** Whose identity it is belongs to the patient, and is corrected there. */
const ofPatient: ReadonlySet<Tag> = new Set<Tag>([
  Tags.PatientName,
  Tags.PatientID,
  Tags.IssuerOfPatientID,
  Tags.PatientBirthDate,
  Tags.PatientSex,
]);

export type CorrectionValue = string | number | null | readonly (string | number)[];

export type Corrections = Readonly<Record<CorrectionLevel, DicomJson>>;

const refuse = (keyword: string, code: string, message: string): Refusal =>
  new Refusal("invalid", `correction.${code}`, `${keyword} ${message}.`, {
    errors: [{ path: `body.attributes.${keyword}`, message }],
  });

/** "Family, Given Middle" as DICOM writes it; what has carets is DICOM's already. */
export function personName(text: string): string {
  if (text.includes("^") || !text.includes(",")) return text.trim();
  const [family = "", rest = ""] = text.split(/,(.*)/s);
  return [family.trim(), ...rest.trim().split(/\s+/)].join("^");
}

/** Characters that a value of the VR may have, of those that only text has (PS3.5 6.2). */
const longest: Readonly<Record<string, number>> = { SH: 16, LO: 64, CS: 16, AS: 4, DS: 16, IS: 12, PN: 64 };

function checkText(keyword: string, vr: string, value: string): void {
  const long = /^(ST|LT|UT)$/.test(vr);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(value) || (!long && /[\\\n\r\t\f]/.test(value)))
    throw refuse(keyword, "invalid-value", "has characters that such an attribute does not have");
  const groups = vr === "PN" ? value.split("=") : [value];
  if (
    groups.length > 3 ||
    groups.some((group) => [...group].length > (longest[vr] ?? (vr === "ST" ? 1024 : 10240)))
  )
    throw refuse(keyword, "invalid-value", `is longer than ${vr} allows`);
  if (value === "") return;
  const fits =
    vr === "DA"
      ? parseDate(value) !== null
      : vr === "TM"
        ? parseTime(value) !== null
        : vr === "CS"
          ? /^[A-Z0-9 _]+$/.test(value)
          : vr === "AS"
            ? /^\d{3}[DWMY]$/.test(value)
            : vr === "IS"
              ? /^[+-]?\d{1,11}$/.test(value.trim()) && Math.abs(Number(value)) < 2 ** 31
              : vr === "DS"
                ? /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value.trim())
                : true;
  if (!fits) throw refuse(keyword, "invalid-value", `is no value of ${vr}`);
}

/** `2026-01-05` and `08:15` as DICOM writes them, since the rest of the API writes them so. */
const asDicom = (vr: string, value: string): string =>
  vr === "DA" && /^\d{4}-\d{2}-\d{2}$/.test(value)
    ? value.replaceAll("-", "")
    : vr === "TM" && /^\d{2}:\d{2}(:\d{2})?$/.test(value)
      ? value.replaceAll(":", "")
      : value;

function levelOf(keyword: string, tag: Tag | undefined): CorrectionLevel {
  if (tag !== undefined && ofPatient.has(tag))
    throw refuse(
      keyword,
      "of-patient",
      "belongs to the patient: it is corrected there, or the study goes to another",
    );
  for (const level of ["STUDY", "SERIES", "IMAGE"] as const)
    if (tag !== undefined && correctable[level].includes(tag)) return level;
  throw refuse(keyword, "not-allowed", "is no attribute that can be corrected");
}

/**
 * Corrections by keyword as DICOM JSON, by the level that each belongs to; null or "" empties an attribute.
 * @throws Refusal `invalid` (`correction.not-allowed`, `correction.of-patient`, `correction.invalid-value`, `correction.empty`)
 */
export function readCorrections(given: Readonly<Record<string, CorrectionValue>>): Corrections {
  const corrections: Record<CorrectionLevel, DicomJson> = { STUDY: {}, SERIES: {}, IMAGE: {} };
  const entries = Object.entries(given);
  if (entries.length === 0)
    throw new Refusal(
      "invalid",
      "correction.empty",
      "There is nothing to correct: give at least one attribute.",
    );
  for (const [keyword, raw] of entries) {
    const tag = tagByKeyword(keyword);
    const level = levelOf(keyword, tag);
    const vr = dictionaryEntry(tag!)!.vr;
    const list = (Array.isArray(raw) ? raw : raw === null ? [] : [raw]) as (string | number)[];
    const values = list.map((value) => (typeof value === "string" ? asDicom(vr, value) : value));
    if (values.length > 32) throw refuse(keyword, "invalid-value", "has too many values");
    for (const value of values) {
      if (typeof value === "number" && vr !== "IS" && vr !== "DS")
        throw refuse(keyword, "invalid-value", `is no value of ${vr}`);
      checkText(keyword, vr, String(value));
    }
    try {
      const element = toDicomJson(
        dataSetOf({ [keyword]: values.length === 0 ? null : values } as never, {
          characterSet: "ISO_IR 192",
        }),
      )[jsonKey(tag!)];
      corrections[level][jsonKey(tag!)] = element ?? { vr };
    } catch (error) {
      if (error instanceof DicomError) throw refuse(keyword, "invalid-value", `is no value of ${vr}`);
      throw error;
    }
  }
  return corrections;
}

/**
 * As `readCorrections`, for members of a body that have names of their own; a refusal names the member.
 * @param memberOf by keyword
 */
export function readStudyMembers(
  given: Readonly<Record<string, CorrectionValue>>,
  memberOf: Readonly<Record<string, string>>,
): DicomJson {
  try {
    return readCorrections(given).STUDY;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [wrong] = error.errors;
    const keyword = wrong?.path.split(".").at(-1) ?? "";
    const member = memberOf[keyword];
    if (!wrong || member === undefined) throw error;
    throw new Refusal(error.kind, error.code, `${member} ${wrong.message}.`, {
      errors: [{ path: `body.${member}`, message: wrong.message }],
    });
  }
}
