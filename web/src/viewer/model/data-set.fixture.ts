import type { JsonDataSet } from "@isocenter/presentation";
import { tags } from "./tags.ts";

type Value = string | number | JsonDataSet | (string | number)[] | JsonDataSet[];

/** A data set for tests, by keyword. */
export function dataSet(values: Partial<Record<keyof typeof tags, Value>>): JsonDataSet {
  const made: JsonDataSet = {};
  for (const [keyword, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? value : [value];
    const isName = keyword === "PatientName";
    const vr = isName ? "PN" : typeof list[0] === "object" ? "SQ" : typeof list[0] === "number" ? "DS" : "LO";
    made[tags[keyword as keyof typeof tags]] = { vr, Value: isName ? [{ Alphabetic: list[0] }] : list };
  }
  return made;
}
