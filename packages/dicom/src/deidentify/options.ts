import { DicomError } from "../errors.ts";

/** The options of PS3.15 E.3 that are offered, as they are written in requests. */
export const deidentificationOptions = [
  "clean-pixel-data",
  "clean-graphics",
  "clean-structured-content",
  "clean-descriptors",
  "retain-full-dates",
  "retain-modified-dates",
  "retain-patient-characteristics",
  "retain-device-identity",
  "retain-institution-identity",
  "retain-uids",
  "retain-safe-private",
] as const;
export type DeidentificationOption = (typeof deidentificationOptions)[number];

/** The letter of an option in the tables; Clean Pixel Data has no column there. */
export const letterOf: Readonly<Record<DeidentificationOption, string>> = {
  "clean-pixel-data": "",
  "clean-graphics": "g",
  "clean-structured-content": "s",
  "clean-descriptors": "d",
  "retain-full-dates": "f",
  "retain-modified-dates": "m",
  "retain-patient-characteristics": "p",
  "retain-device-identity": "e",
  "retain-institution-identity": "i",
  "retain-uids": "u",
  "retain-safe-private": "v",
};

/** Context Group 7050, De-identification Method. */
export const methodCodes: Readonly<Record<"basic" | DeidentificationOption, readonly [string, string]>> = {
  basic: ["113100", "Basic Application Confidentiality Profile"],
  "clean-pixel-data": ["113101", "Clean Pixel Data Option"],
  "clean-graphics": ["113103", "Clean Graphics Option"],
  "clean-structured-content": ["113104", "Clean Structured Content Option"],
  "clean-descriptors": ["113105", "Clean Descriptors Option"],
  "retain-full-dates": ["113106", "Retain Longitudinal Temporal Information Full Dates Option"],
  "retain-modified-dates": ["113107", "Retain Longitudinal Temporal Information Modified Dates Option"],
  "retain-patient-characteristics": ["113108", "Retain Patient Characteristics Option"],
  "retain-device-identity": ["113109", "Retain Device Identity Option"],
  "retain-institution-identity": ["113112", "Retain Institution Identity Option"],
  "retain-uids": ["113110", "Retain UIDs Option"],
  "retain-safe-private": ["113111", "Retain Safe Private Option"],
};

const refuse = (text: string): never => {
  throw new DicomError("invalid-value", text);
};

/**
 * Reads "basic" or "basic,retain-uids,clean-descriptors": the profile, then its options in any order.
 * Throws `DicomError` ("invalid-value") with a sentence for people.
 */
export function readDeidentification(text: string): DeidentificationOption[] {
  const [profile, ...words] = text
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "");
  if (profile !== "basic")
    return refuse("De-identification begins with the profile, which is basic; options follow after commas.");
  const options = words.map((word) => {
    if (word === "clean-recognizable-visual-features")
      return refuse("Recognizable visual features, such as a face, are pointed out and not taken away.");
    const known = deidentificationOptions.find((option) => option === word);
    return known ?? refuse(`De-identification has no option "${word}".`);
  });
  const unique = [...new Set(options)];
  if (unique.includes("retain-full-dates") && unique.includes("retain-modified-dates"))
    return refuse("Dates are either kept as they are or moved: choose one of the two options.");
  return unique;
}
