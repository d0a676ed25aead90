import { dictionaryEntry, formatTag, fromDicomJson, Tags, writeDataSet } from "@isocenter/dicom";
import type { DicomJson, DicomJsonElement } from "../../modules/archive/index.ts";
import type { FindQuery, Requested } from "./identifier.ts";

const key = formatTag;

/**
 * The identifier of a match (PS3.4 C.4.1.1.3.2): the attributes asked for, empty where there is no value, the level, and our AE title. In
 * UTF-8 where it is not all ASCII, and declared so.
 */
export function writeAnswer(
  found: DicomJson,
  { requested, queryRetrieveLevel }: Pick<FindQuery, "requested" | "queryRetrieveLevel">,
  aeTitle: string,
  transferSyntaxUid: string,
): Uint8Array {
  const answer: DicomJson = {};
  for (const attribute of requested) answer[key(attribute.tag)] = elementOf(found, attribute);
  answer[key(Tags.QueryRetrieveLevel)] = { vr: "CS", Value: [queryRetrieveLevel] };
  answer[key(Tags.RetrieveAETitle)] = { vr: "AE", Value: [aeTitle] };
  if (!isAscii(JSON.stringify(answer))) {
    answer[key(Tags.SpecificCharacterSet)] = { vr: "CS", Value: ["ISO_IR 192"] };
  }
  const ascending = Object.fromEntries(Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1)));
  return writeDataSet(fromDicomJson(ascending), transferSyntaxUid);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function elementOf(found: DicomJson, { tag, inItems }: Requested): DicomJsonElement {
  const element = found[key(tag)];
  // Where the dictionary leaves a choice of VR, an empty value is the same in each.
  if (!element) return { vr: (dictionaryEntry(tag)?.vr ?? "UN").slice(0, 2) };
  if (element.vr !== "SQ" || inItems === null || !element.Value) return element;
  const itemsOf = element.Value as DicomJson[];
  const chosen = itemsOf.map((item) =>
    Object.fromEntries(inItems.map((inner) => [key(inner), elementOf(item, { tag: inner, inItems: null })])),
  );
  return { vr: "SQ", Value: chosen };
}
