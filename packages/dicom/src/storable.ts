import type { DataSet, ParsedObject } from "./model.ts";
import { isTolerableUid, transferSyntax } from "./uids.ts";
import { text } from "./values.ts";

export type UnstorableCode = "dicomdir" | "missing-uid" | "invalid-uid" | "unknown-transfer-syntax";

/** Why an object cannot be kept. */
export interface Unstorable {
  readonly code: UnstorableCode;
  readonly text: string;
}

const mediaStorageDirectory = "1.2.840.10008.1.3.10";

const uids: readonly (readonly [name: string, tag: number])[] = [
  ["SOP Class UID", 0x00080016],
  ["SOP Instance UID", 0x00080018],
  ["Study Instance UID", 0x0020000d],
  ["Series Instance UID", 0x0020000e],
];

/** Why an object cannot be kept as an instance of a study; null where it can. It needs four UIDs and a known transfer syntax. */
export function storable(
  parsed: Pick<ParsedObject, "meta" | "dataSet" | "transferSyntaxUID">,
): Unstorable | null {
  const { meta, dataSet } = parsed;
  const isDirectory = (set: DataSet | null, tag: number) =>
    set !== null && text(set, tag) === mediaStorageDirectory;
  if (isDirectory(meta, 0x00020002) || isDirectory(dataSet, 0x00080016) || dataSet.elements.has(0x00041220))
    return { code: "dicomdir", text: "A DICOMDIR lists instances, it is none." };
  for (const [name, tag] of uids) {
    const value = text(dataSet, tag);
    if (value === undefined) return { code: "missing-uid", text: `${name} is missing or empty.` };
    if (!isTolerableUid(value)) return { code: "invalid-uid", text: `${name} is no valid UID.` };
  }
  if (!transferSyntax(parsed.transferSyntaxUID))
    return { code: "unknown-transfer-syntax", text: "The transfer syntax is not known." };
  return null;
}
