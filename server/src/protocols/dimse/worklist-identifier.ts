import {
  type DataSet,
  type Element,
  isGroupLength,
  isTolerableUid,
  items,
  number,
  parseDateRange,
  parseTimeRange,
  type Tag,
  Tags,
  texts,
} from "@isocenter/dicom";
import { Status, StatusError } from "@isocenter/dimse";
import {
  type AskedKey,
  type WorklistCondition,
  type WorklistKey,
  type WorklistMatch,
  worklistKeys,
} from "../../modules/orders/index.ts";

export interface WorklistQuestion {
  matches: readonly WorklistMatch[];
  asked: readonly AskedKey[];
  /** Every key is known; where not, matches are told with FF01H (PS3.4 Table K.4-1). */
  allSupported: boolean;
}

const maxKeys = 500;
const maxListed = 1000;

const mismatch = (comment: string, tag: Tag): StatusError =>
  new StatusError(Status.FindIdentifierDoesNotMatchSopClass, comment, [tag]);

/**
 * Reads the identifier of a worklist query (PS3.4 K.4.1.1.3): keys to be matched, and what is to be told of what matches.
 * @throws StatusError A900H with the offending element
 */
export function readWorklistIdentifier(identifier: DataSet): WorklistQuestion {
  const reading: Reading = { matches: [], allSupported: true, left: maxKeys };
  const asked = readKeys(identifier, worklistKeys, [], reading);
  return { matches: reading.matches, asked, allSupported: reading.allSupported };
}

interface Reading {
  readonly matches: WorklistMatch[];
  allSupported: boolean;
  left: number;
}

function readKeys(
  set: DataSet,
  known: readonly WorklistKey[],
  path: readonly Tag[],
  reading: Reading,
): AskedKey[] {
  const asked: AskedKey[] = [];
  for (const element of set.elements.values()) {
    if (element.tag === Tags.SpecificCharacterSet || isGroupLength(element.tag)) continue;
    if (--reading.left < 0) throw mismatch("too many keys", element.tag);
    const key = known.find(({ tag }) => tag === element.tag);
    if (!key) reading.allSupported = false;
    else asked.push(readKey(set, element, key, path, reading));
  }
  return asked;
}

/** Sequence matching (PS3.4 C.2.2.2.6): the keys stand in the one item; no item, or an empty one, asks for the sequence as a whole. */
function readKey(
  set: DataSet,
  { tag }: Element,
  key: WorklistKey,
  path: readonly Tag[],
  reading: Reading,
): AskedKey {
  const here = [...path, tag];
  if (key.items) {
    const [item, ...more] = items(set, tag);
    if (more.length > 0) throw mismatch("a sequence of keys has one item", tag);
    const inner = item ? readKeys(item, key.items, here, reading) : [];
    return { key, items: item && item.elements.size > 0 ? inner : null };
  }
  const condition = conditionOf(set, key);
  if (condition) reading.matches.push({ path: here, condition });
  return { key, items: null };
}

/** What the key matches; null for universal matching (PS3.4 C.2.2.2.3). */
function conditionOf(set: DataSet, { tag, vr }: WorklistKey): WorklistCondition | null {
  const values = texts(set, tag);
  const value = values.join("\\");
  if (value === "" || /^\*+$/.test(value)) return null;
  if (values.length > maxListed) throw mismatch("too many values", tag);
  switch (vr) {
    case "PN":
      return { kind: "name", pattern: value };
    case "DA":
      return rangeOf("date", parseDateRange(value), value, tag);
    case "TM":
      return rangeOf("time", parseTimeRange(value), value, tag);
    case "UI":
      if (!values.every((uid) => isTolerableUid(uid))) throw mismatch("not a UID or a list of them", tag);
      return { kind: "uids", values };
    case "US":
    case "DS": {
      const only = number(set, tag);
      if (only === undefined) throw mismatch("not a number", tag);
      return { kind: "number", value: only };
    }
    default:
      return { kind: "text", patterns: values.filter((one) => one !== "") };
  }
}

function rangeOf(
  kind: "date" | "time",
  range: { from: string | null; to: string | null } | null,
  value: string,
  tag: Tag,
): WorklistCondition {
  if (!range) throw mismatch(`not a ${kind} or a range of ${kind}s`, tag);
  return { kind, from: range.from, to: range.to, single: !value.includes("-") };
}
