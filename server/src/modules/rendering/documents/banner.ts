import { type DataSet, personName, Tags, text } from "@isocenter/dicom";

/** `20260105` as `2026-01-05`; what is no date as it is. */
export const readableDate = (value: string | undefined): string =>
  (value ?? "").replace(/^(\d{4})(\d{2})(\d{2})/, "$1-$2-$3");

/** `081500.12` as `08:15:00`. */
export const readableTime = (value: string | undefined): string =>
  (value ?? "").replace(/^(\d{2})(\d{2})(?:(\d{2})(?:\.\d*)?)?$/, (_, hour, minute, second) =>
    [hour, minute, second].filter(Boolean).join(":"),
  );

export function readableDateTime(value: string | undefined): string {
  const [, date = "", time = "", zone = ""] = /^(\d{8})(\d{0,6})[.\d]*([+-]\d{4})?$/.exec(value ?? "") ?? [];
  return date === ""
    ? (value ?? "")
    : [readableDate(date), readableTime(time), zone].filter(Boolean).join(" ");
}

/** Family, Given Middle; the ideographic or phonetic group where there is no other. */
export function readableName(set: DataSet, tag: number): string {
  const name = personName(set, tag);
  const group = name?.alphabetic || name?.ideographic || name?.phonetic || "";
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group
    .split("^")
    .map((part) => part.trim());
  const first = [prefix, given, middle, suffix].filter(Boolean).join(" ");
  return [family, first].filter(Boolean).join(", ");
}

/** Whose it is and of which study, in the order in which it is read. */
export function bannerOf(set: DataSet): readonly (readonly [label: string, value: string])[] {
  return (
    [
      ["Patient", readableName(set, Tags.PatientName)],
      ["Identifier", text(set, Tags.PatientID) ?? ""],
      ["Born", readableDate(text(set, Tags.PatientBirthDate))],
      ["Sex", text(set, Tags.PatientSex) ?? ""],
      [
        "Study",
        [readableDate(text(set, Tags.StudyDate)), text(set, Tags.StudyDescription)].filter(Boolean).join(" "),
      ],
      ["Accession number", text(set, Tags.AccessionNumber) ?? ""],
      ["Referred by", readableName(set, Tags.ReferringPhysicianName)],
      ["Institution", text(set, Tags.InstitutionName) ?? ""],
    ] as const
  ).filter(([, value]) => value !== "");
}
