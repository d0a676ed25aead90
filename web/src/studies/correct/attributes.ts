import type { ImageVersion } from "@isocenter/contract";
import { type JsonDataSet, textOf, textsOf } from "@isocenter/presentation";
import { message } from "../../words/words.ts";

export type Level = ImageVersion["level"];

interface Attribute {
  /** DICOM's keyword. */
  keyword: string;
  tag: string;
  word: string;
  /** How it is typed; text where it is left out. */
  type?: "date" | "time" | "number";
  longest: number;
}

/** What people correct, by the level that it belongs to: a part of what the server takes. */
export const attributes: Readonly<Record<Level, readonly Attribute[]>> = {
  STUDY: [
    { keyword: "StudyDescription", tag: "00081030", word: message("Study description"), longest: 64 },
    { keyword: "AccessionNumber", tag: "00080050", word: message("Accession number"), longest: 16 },
    { keyword: "StudyDate", tag: "00080020", word: message("Study date"), type: "date", longest: 10 },
    { keyword: "StudyTime", tag: "00080030", word: message("Study time"), type: "time", longest: 8 },
    { keyword: "ReferringPhysicianName", tag: "00080090", word: message("Referred by"), longest: 64 },
    { keyword: "StudyID", tag: "00200010", word: message("Study ID"), longest: 16 },
    { keyword: "AdditionalPatientHistory", tag: "001021B0", word: message("History"), longest: 1000 },
  ],
  SERIES: [
    { keyword: "SeriesDescription", tag: "0008103E", word: message("Series description"), longest: 64 },
    { keyword: "SeriesNumber", tag: "00200011", word: message("Series number"), type: "number", longest: 12 },
    { keyword: "BodyPartExamined", tag: "00180015", word: message("Body part"), longest: 16 },
    { keyword: "Laterality", tag: "00200060", word: message("Side (L, R)"), longest: 1 },
    { keyword: "ProtocolName", tag: "00181030", word: message("Protocol"), longest: 64 },
    { keyword: "OperatorsName", tag: "00081070", word: message("Operator"), longest: 64 },
  ],
  IMAGE: [
    {
      keyword: "InstanceNumber",
      tag: "00200013",
      word: message("Image number"),
      type: "number",
      longest: 12,
    },
    { keyword: "ImageLaterality", tag: "00200062", word: message("Side of the image (L, R, B)"), longest: 1 },
    { keyword: "ViewPosition", tag: "00185101", word: message("View position"), longest: 16 },
    { keyword: "PatientOrientation", tag: "00200020", word: message("Orientation"), longest: 33 },
    { keyword: "ContrastBolusAgent", tag: "00180010", word: message("Contrast agent"), longest: 64 },
    { keyword: "ImageComments", tag: "00204000", word: message("Comments"), longest: 1000 },
  ],
};

export const levels = Object.keys(attributes) as Level[];

/** What an attribute is called; DICOM's keyword where people have no word for it. */
export const wordOf = (keyword: string): string =>
  Object.values(attributes)
    .flat()
    .find((one) => one.keyword === keyword)?.word ?? keyword;

/** "20260105" as a field for dates has it, "081500.123" as one for times; several values with a backslash between. */
function asTyped(text: string, type: Attribute["type"]): string {
  const date = type === "date" && /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (date) return date.slice(1).join("-");
  const time = type === "time" && /^(\d{2})(\d{2})(\d{2})?/.exec(text);
  if (time) return [time[1], time[2], time[3] ?? "00"].join(":");
  return text;
}

/** The values as they are now, by keyword. */
export function valuesOf(dataSet: JsonDataSet): Record<string, string> {
  return Object.fromEntries(
    Object.values(attributes)
      .flat()
      .map(({ keyword, tag, type }) => {
        const several = textsOf(dataSet, tag);
        const text = several.length > 1 ? several.join("\\") : (textOf(dataSet, tag) ?? "");
        return [keyword, asTyped(text, type)];
      }),
  );
}

export type Values = Readonly<Record<string, string | readonly string[] | null>>;

/** What was changed, as the server takes it: what is emptied is null, what has backslashes is several values. */
export function changedValues(before: Readonly<Record<string, string>>, now: typeof before): Values {
  return Object.fromEntries(
    Object.entries(now)
      .map(([keyword, text]) => [keyword, text.trim()] as const)
      .filter(([keyword, text]) => text !== (before[keyword] ?? ""))
      .map(([keyword, text]) => [
        keyword,
        text === "" ? null : text.includes("\\") ? text.split("\\") : text,
      ]),
  );
}

/** Members of `PATCH /studies/:id` by keyword. There an accession number also finds its order. */
const memberOf: Readonly<Record<string, string>> = {
  StudyDescription: "studyDescription",
  AccessionNumber: "accessionNumber",
  ReferringPhysicianName: "referringPhysician",
  StudyDate: "studyDate",
  StudyTime: "studyTime",
  StudyID: "studyId",
};

/** What goes to the study and what to the image, whose series and study it is also corrected in. */
export function split(values: Values): { study: Record<string, string | null>; image: Values } {
  const of = (keyword: string) =>
    Object.values(attributes)
      .flat()
      .find((one) => one.keyword === keyword);
  const study = Object.entries(values).flatMap(([keyword, value]) => {
    const member = memberOf[keyword];
    if (!member || (value !== null && typeof value !== "string")) return [];
    return [[member, value === null ? null : asTyped(value, of(keyword)?.type)] as const];
  });
  const image = Object.entries(values).filter(
    ([keyword, value]) => !memberOf[keyword] || (value !== null && typeof value !== "string"),
  );
  return { study: Object.fromEntries(study), image: Object.fromEntries(image) };
}

/** What takes a correction back: the values that were before it. */
export const undoing = ({ before }: ImageVersion): Values =>
  Object.fromEntries(
    Object.entries(before ?? {}).map(([keyword, value]) => [
      keyword,
      value === null || value === "" ? null : Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
