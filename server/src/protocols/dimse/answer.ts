import {
  DicomError,
  dictionaryEntry,
  formatTag,
  fromDicomJson,
  isCharacterSet,
  recoded,
  Tags,
  writeDataSet,
} from "@isocenter/dicom";
import type { DicomJson, DicomJsonElement } from "../../modules/archive/index.ts";
import type { FindQuery, Requested } from "./identifier.ts";

const key = formatTag;

/**
 * A data set for who asked, in the character sets that the question declared, because the caller may be bound to them; in ISO_IR 192 where they lack a character,
 * or none that there is was declared.
 */
export function writeFor(
  answer: DicomJson,
  characterSets: readonly string[],
  transferSyntaxUid: string,
): Uint8Array {
  const set = fromDicomJson(answer);
  const isDeclared =
    characterSets.length > 0 && characterSets.every((term) => /^[ -~]*$/.test(term) && isCharacterSet(term));
  if (!isDeclared) return writeDataSet(set, transferSyntaxUid);
  try {
    return writeDataSet(recoded(set, characterSets), transferSyntaxUid);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    return writeDataSet(set, transferSyntaxUid);
  }
}

/** The identifier of a match (PS3.4 C.4.1.1.3.2): the attributes asked for, empty where there is no value, the level, and our AE title. */
export function writeAnswer(
  found: DicomJson,
  { requested, queryRetrieveLevel }: Pick<FindQuery, "requested" | "queryRetrieveLevel">,
  aeTitle: string,
  characterSets: readonly string[],
  transferSyntaxUid: string,
): Uint8Array {
  const answer: DicomJson = {};
  for (const attribute of requested) answer[key(attribute.tag)] = elementOf(found, attribute);
  answer[key(Tags.QueryRetrieveLevel)] = { vr: "CS", Value: [queryRetrieveLevel] };
  answer[key(Tags.RetrieveAETitle)] = { vr: "AE", Value: [aeTitle] };
  return writeFor(answer, characterSets, transferSyntaxUid);
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
