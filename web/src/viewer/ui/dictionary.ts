import type { KeywordOf } from "../model/attribute-rows.ts";

/** Keywords by tag, from the whole dictionary of PS3.6; it is large and comes only when somebody looks. */
export async function loadDictionary(): Promise<KeywordOf> {
  const { dictionaryEntry } = await import("@isocenter/dicom");
  return (tag) => dictionaryEntry(Number.parseInt(tag, 16))?.keyword;
}
