import { saysSomething } from "../attributes.ts";
import type { DicomJson } from "../types.ts";

/**
 * What the incoming attributes say and the kept ones do not, put together with the kept ones; null where nothing is new. The first image to say
 * something is kept, and what a person corrected stays as they left it, also when they left it empty.
 */
export function supplement(
  kept: DicomJson,
  incoming: DicomJson,
  corrected: readonly string[],
): DicomJson | null {
  const added = Object.entries(incoming).filter(
    ([key, element]) => saysSomething(element) && !saysSomething(kept[key]) && !corrected.includes(key),
  );
  return added.length > 0 ? { ...kept, ...Object.fromEntries(added) } : null;
}

/** Attributes of one study or series from all its incoming images. */
export function together(all: readonly DicomJson[]): DicomJson {
  let result = all[0] ?? {};
  for (const json of all.slice(1)) {
    if (json !== all[0]) result = supplement(result, json, []) ?? result;
  }
  return result;
}
