/**
 * The enumerations of the REST contract. Written in UPPER_SNAKE, read in any case, with the aliases named here.
 */

export const roles = [
  "ADMINISTRATOR",
  "RADIOLOGIST",
  "RESIDENT",
  "TECHNOLOGIST",
  "PHYSICIAN",
  "FRONT_DESK",
  "BILLING",
  "INTEGRATION",
] as const;
export type Role = (typeof roles)[number];

export const studyStatuses = [
  "SCHEDULED",
  "ARRIVED",
  "IN_PROGRESS",
  "COMPLETED",
  "PRELIMINARY",
  "FINAL",
  "CANCELLED",
] as const;
export type StudyStatus = (typeof studyStatuses)[number];

export const imageFormats = ["DICOM", "PNG", "JPEG"] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** Names that people and other systems use for DICOM's modality codes (PS3.3 C.7.3.1.1.1). */
const modalityAliases: Readonly<Record<string, string>> = {
  XRAY: "DX",
  "X-RAY": "DX",
  MRI: "MR",
  ULTRASOUND: "US",
  PET: "PT",
};

/** A modality as DICOM writes it, from what a client wrote; null where it is no code string (PS3.5 CS: 16 of A-Z 0-9 _). */
export function readModality(text: string): string | null {
  const upper = text.trim().toUpperCase();
  const code = modalityAliases[upper] ?? upper;
  return /^[A-Z0-9_]{2,16}$/.test(code) ? code : null;
}

/** The member of an enumeration that the text names in any case, or null. */
export function readEnumeration<T extends string>(values: readonly T[], text: string): T | null {
  const upper = text.trim().toUpperCase();
  return values.find((value) => value === upper) ?? null;
}
