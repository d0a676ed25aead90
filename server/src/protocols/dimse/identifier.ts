import {
  type DataSet,
  DicomError,
  type Element,
  isGroupLength,
  isTolerableUid,
  items,
  number,
  parseDateRange,
  parseDateTimeRange,
  parseTimeRange,
  readDataSet,
  type Tag,
  Tags,
  text,
  texts,
} from "@isocenter/dicom";
import { Status, StatusError } from "@isocenter/dimse";
import type {
  ArchiveQuery,
  AttributeMatch,
  Match,
  QueryLevel,
  SupportedKey,
} from "../../modules/archive/index.ts";
import type { QueryExtensions } from "./offers.ts";

/** An attribute that the identifier asks for; of a sequence, the attributes of its items, or null for all. */
export interface Requested {
  tag: Tag;
  inItems: readonly Tag[] | null;
}

export interface FindQuery {
  query: ArchiveQuery;
  /** (0008,0052) as it was given. */
  queryRetrieveLevel: string;
  requested: readonly Requested[];
  /** Every key is supported; where not, matches are told with FF01H (PS3.4 C.4.1.1.4). */
  allSupported: boolean;
}

const levels: Readonly<Record<string, QueryLevel>> = {
  PATIENT: "PATIENT",
  STUDY: "STUDY",
  SERIES: "SERIES",
  IMAGE: "INSTANCE",
};

/** Attributes of an identifier that are no keys (PS3.4 C.4.1.1.3.1). */
const noKeys: ReadonlySet<Tag> = new Set([
  Tags.SpecificCharacterSet,
  Tags.QueryRetrieveLevel,
  Tags.RetrieveAETitle,
]);

const maxKeys = 500;
const maxListed = 1000;

const mismatch = (comment: string, tag: Tag): StatusError =>
  new StatusError(Status.FindIdentifierDoesNotMatchSopClass, comment, [tag]);

/**
 * Reads the identifier of a C-FIND request (PS3.4 C.4.1.1.3.1). Queries may be relational: keys of higher levels are matched, not demanded.
 * @param modelLevels the levels of the information model, as (0008,0052) names them
 * @param keysAt what the archive matches and returns
 * @throws StatusError A900H with the offending element
 */
export function readIdentifier(
  identifier: DataSet,
  modelLevels: readonly string[],
  keysAt: (level: QueryLevel) => readonly SupportedKey[],
  extensions: QueryExtensions,
): FindQuery {
  const queryRetrieveLevel = text(identifier, Tags.QueryRetrieveLevel) ?? "";
  const level = levels[queryRetrieveLevel];
  if (!level || !modelLevels.includes(queryRetrieveLevel)) {
    throw mismatch(`Query/Retrieve Level must be ${modelLevels.join(", ")}`, Tags.QueryRetrieveLevel);
  }
  if (identifier.elements.size > maxKeys) throw mismatch("too many keys", Tags.QueryRetrieveLevel);
  const reading: Reading = {
    keys: keysAt(level),
    fuzzy: extensions.fuzzy,
    matches: [],
    include: new Set(),
    requested: [],
    allSupported: true,
  };
  for (const element of identifier.elements.values()) {
    if (noKeys.has(element.tag) || isGroupLength(element.tag)) continue;
    if (element.items !== null || element.vr === "SQ") readSequence(identifier, element, reading);
    else readKey(identifier, element.tag, reading);
  }
  const { matches, include, requested, allSupported } = reading;
  const query = { level, matches, include: [...include], combineDateTime: extensions.combinedDateTime };
  return { query, queryRetrieveLevel, requested, allSupported };
}

interface Reading {
  readonly keys: readonly SupportedKey[];
  readonly fuzzy: boolean;
  readonly matches: AttributeMatch[];
  readonly include: Set<Tag>;
  readonly requested: Requested[];
  allSupported: boolean;
}

function readKey(set: DataSet, tag: Tag, reading: Reading): void {
  const key = reading.keys.find((candidate) => candidate.tag === tag && candidate.within === undefined);
  if (!key) {
    reading.allSupported = false;
    return;
  }
  reading.requested.push({ tag, inItems: null });
  const match = matchOf(set, tag, key, reading);
  if (match === null) reading.include.add(tag);
  else reading.matches.push({ tag, match });
}

/** Sequence matching (PS3.4 C.2.2.2.6): the keys stand in the one item; no item, or an empty one, asks for the sequence as a whole. */
function readSequence(set: DataSet, element: Element, reading: Reading): void {
  const { tag } = element;
  if (!reading.keys.some((key) => (key.within ?? key.tag) === tag)) {
    reading.allSupported = false;
    return;
  }
  const [item] = items(set, tag);
  const inItems: Tag[] = [];
  for (const inner of item?.elements.values() ?? []) {
    if (isGroupLength(inner.tag)) continue;
    inItems.push(inner.tag);
    const key = reading.keys.find((candidate) => candidate.tag === inner.tag && candidate.within === tag);
    if (key) {
      const match = matchOf(item!, inner.tag, key, reading);
      if (match !== null) reading.matches.push({ tag: inner.tag, within: tag, match });
    } else if (inner.length !== 0) reading.allSupported = false;
  }
  reading.include.add(tag);
  reading.requested.push({ tag, inItems: inItems.length === 0 ? null : inItems });
}

/** What the key matches; null for universal matching (PS3.4 C.2.2.2.3), and where the archive returns the attribute only. */
function matchOf(set: DataSet, tag: Tag, key: SupportedKey, reading: Reading): Match | null {
  const values = texts(set, tag);
  const value = values.join("\\");
  if (value === "" || /^\*+$/.test(value)) return null;
  const [kind] = key.matching;
  if (kind === undefined) {
    reading.allSupported = false;
    return null;
  }
  const match = read[kind](values, value, reading.fuzzy);
  if (typeof match === "string") throw mismatch(match, tag);
  if (match.kind === "number" && number(set, tag) === undefined) throw mismatch("not a number", tag);
  return match;
}

/** A value as a match of each kind, or what is wrong with it. */
const read: Readonly<
  Record<
    Exclude<Match["kind"], "universal">,
    (values: readonly string[], value: string, fuzzy: boolean) => Match | string
  >
> = {
  text: (_values, pattern) => ({ kind: "text", pattern }),
  name: (_values, pattern, fuzzy) => ({ kind: "name", pattern, fuzzy }),
  date(_values, value) {
    const range = parseDateRange(value);
    return range ? { kind: "date", ...range } : "not a date or a range of dates";
  },
  time(_values, value) {
    const range = parseTimeRange(value);
    return range ? { kind: "time", ...range } : "not a time or a range of times";
  },
  dateTime(_values, value) {
    const range = parseDateTimeRange(value);
    return range ? { kind: "dateTime", ...range } : "not a date and time or a range of them";
  },
  uids(values) {
    if (values.length > maxListed) return "too many UIDs";
    return values.every((uid) => isTolerableUid(uid))
      ? { kind: "uids", values }
      : "not a UID or a list of them";
  },
  codes: (values) => (values.length > maxListed ? "too many values" : { kind: "codes", values }),
  number: (_values, value) => ({ kind: "number", value: Number(value) }),
};

/** An identifier is small; whoever sends more than this means harm. */
const limits = { maxElements: 2000, maxItems: 500, maxDepth: 8, maxInflatedBytes: 1024 * 1024 };

/** @throws StatusError C000H (the same in PS3.4 Tables C.4-1 to C.4-3) for what is no data set */
export function parseIdentifier(bytes: Uint8Array, transferSyntax: string): DataSet {
  try {
    return readDataSet(bytes, transferSyntax, limits);
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    throw new StatusError(Status.FindUnableToProcess, `identifier cannot be read: ${error.code}`);
  }
}
