import type { KeywordOf } from "../model/attribute-rows.ts";
import { tags } from "../model/tags.ts";

const own = new Map<string, string>(Object.entries(tags).map(([keyword, tag]) => [tag, keyword]));

/** Keywords by tag. */
export async function loadDictionary(): Promise<KeywordOf> {
  return (tag) => own.get(tag);
}
