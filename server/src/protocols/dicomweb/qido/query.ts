import {
  dictionaryEntry,
  formatTag,
  isUid,
  parseDateRange,
  parseDateTimeRange,
  parseTag,
  parseTimeRange,
  type Tag,
  Tags,
} from "@isocenter/dicom";
import type {
  ArchiveQuery,
  AttributeMatch,
  Match,
  QueryLevel,
  SupportedKey,
} from "../../../modules/archive/index.ts";
import { Refusal, type RefusalDetail } from "../../../platform/index.ts";
import { takesUtf8 } from "../accept.ts";

export interface QidoQuery {
  query: ArchiveQuery;
  /** What was not done as asked (PS3.18 8.4.2). */
  warnings: string[];
}

const maxParameters = 200;
const maxValueLength = 4096;
const maxListed = 1000;

const warnings = {
  fuzzy:
    "The fuzzymatching parameter is not supported for these attributes. Only literal matching has been performed.",
  charset: "Text is given in UTF-8 alone.",
  emptyValues: "The emptyvaluematching parameter is not supported. Empty values match everything.",
  multipleValues: "The multiplevaluematching parameter is not supported. Single values have been matched.",
  key: (name: string) => `Matching on ${name} is not supported at this level; it was not used.`,
  include: (name: string) => `The attribute ${name} cannot be returned at this level.`,
};

/** Where an attribute stands: in the data set, or in the items of one sequence. */
interface AttributePath {
  tag: Tag;
  within?: Tag;
}

/** What goes wrong is gathered, so that one answer names all of it. */
class Mistakes {
  readonly list: RefusalDetail[] = [];
  add(path: string, message: string): void {
    this.list.push({ path, message });
  }
  throwAny(): void {
    const [first] = this.list;
    if (!first) return;
    throw new Refusal("invalid", "query.invalid", `${first.path}: ${first.message}`, {
      errors: this.list.slice(0, 50),
    });
  }
}

/** Reads `PatientID`, `00100020` or `RequestAttributesSequence.ScheduledProcedureStepID` (PS3.18 8.3.4.1). */
function attributePath(name: string): AttributePath | string {
  const words = name.split(".");
  const tags = words.map((word) => parseTag(word));
  const unknown = words.find((_word, index) => tags[index] === null);
  if (unknown !== undefined)
    return words.length === 1
      ? "This is neither an attribute nor a parameter."
      : `${unknown} is no attribute.`;
  const [first, second, ...more] = tags as Tag[];
  if (first === undefined || more.length > 0) return "Sequences within sequences are not searched.";
  if (second === undefined) return { tag: first };
  if (dictionaryEntry(first)?.vr !== "SQ") return `${words[0]} is not a sequence.`;
  return { tag: second, within: first };
}

function integer(text: string, max: number): number | null {
  const value = /^\d{1,12}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value <= max ? value : null;
}

function flag(text: string): boolean | null {
  const lower = text.trim().toLowerCase();
  return lower === "true" ? true : lower === "false" || lower === "" ? false : null;
}

/** Splits a list of UIDs or codes: by comma as PS3.18 8.3.4.1 has it, by backslash as PS3.4 does. */
const listed = (value: string): string[] =>
  value
    .split(/[,\\]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** Spaces around a value mean nothing (PS3.5 6.2), here as in an identifier of C-FIND. */
const unpadded = (value: string): string => value.replace(/^ +| +$/g, "");

/** The text of a value for matching, or what is wrong with it. */
type Reading = Match | string;

const readers: Readonly<
  Record<Exclude<Match["kind"], "universal">, (value: string, fuzzy: boolean) => Reading>
> = {
  text: (value) => ({ kind: "text", pattern: unpadded(value) }),
  name: (value, fuzzy) => ({ kind: "name", pattern: unpadded(value), fuzzy }),
  date(value) {
    const range = parseDateRange(value);
    return range ? { kind: "date", ...range } : "must be a date YYYYMMDD or a range of dates.";
  },
  time(value) {
    const range = parseTimeRange(value);
    return range ? { kind: "time", ...range } : "must be a time HHMMSS or a range of times.";
  },
  dateTime(value) {
    const range = parseDateTimeRange(value);
    return range ? { kind: "dateTime", ...range } : "must be a date and time, or a range of them.";
  },
  uids(value) {
    const values = listed(value);
    if (values.length > maxListed) return `names more than ${maxListed} UIDs.`;
    return values.every((uid) => isUid(uid) || /^[0-9.]{1,64}$/.test(uid))
      ? { kind: "uids", values }
      : "must be a UID or a list of them.";
  },
  codes(value) {
    const values = listed(value);
    return values.length > maxListed ? `names more than ${maxListed} codes.` : { kind: "codes", values };
  },
  number(value) {
    const number = Number(value);
    return value.trim() !== "" && Number.isFinite(number)
      ? { kind: "number", value: number }
      : "must be a number.";
  },
};

/** A value that asks for the attribute and matches everything (PS3.4 C.2.2.2.3). */
const isUniversal = (value: string): boolean => value.trim() === "" || /^\*+$/.test(value.trim());

function matchFor(key: SupportedKey, value: string, fuzzy: boolean): Reading {
  if (isUniversal(value)) return { kind: "universal" };
  const [kind] = key.matching;
  return kind === undefined ? { kind: "universal" } : readers[kind](value, fuzzy);
}

const samePlace = (a: AttributePath, b: AttributePath): boolean => a.tag === b.tag && a.within === b.within;

interface Gathered {
  /** What the path of the request names; among the matches. */
  fixed: { tag: Tag; match: { kind: "uids"; values: string[] } }[];
  matches: AttributeMatch[];
  include: Set<Tag> | "all";
  limit?: number;
  offset?: number;
  fuzzy?: boolean;
  warnings: Set<string>;
  mistakes: Mistakes;
}

/** The parameters that are no attributes. @returns false where it is none of them */
function readOption(name: string, value: string, gathered: Gathered): boolean {
  switch (name) {
    case "limit":
    case "offset": {
      const number = integer(value, 1_000_000_000);
      if (gathered[name] !== undefined) gathered.mistakes.add(name, "is there twice.");
      else if (number === null) gathered.mistakes.add(name, "must be a whole number from 0.");
      else gathered[name] = number;
      return true;
    }
    case "fuzzymatching":
      if (gathered.fuzzy !== undefined) gathered.mistakes.add(name, "is there twice.");
      gathered.fuzzy = flag(value) ?? false;
      if (flag(value) === null) gathered.mistakes.add(name, "must be true or false.");
      return true;
    case "emptyvaluematching":
    case "multiplevaluematching":
      if (flag(value) === true)
        gathered.warnings.add(name === "emptyvaluematching" ? warnings.emptyValues : warnings.multipleValues);
      return true;
    case "accept":
      return true;
    case "charset":
      if (!takesUtf8(value)) gathered.warnings.add(warnings.charset);
      return true;
    default:
      return false;
  }
}

function readInclude(value: string, keys: readonly SupportedKey[], gathered: Gathered): void {
  for (const name of value.split(",").map((word) => word.trim())) {
    if (name === "") continue;
    if (name.toLowerCase() === "all") {
      gathered.include = "all";
      continue;
    }
    const path = attributePath(name);
    if (typeof path === "string") {
      gathered.mistakes.add("includefield", `${name}: ${path}`);
      continue;
    }
    // A sequence is returned whole.
    const tag = path.within ?? path.tag;
    if (!keys.some((key) => (key.within ?? key.tag) === tag)) gathered.warnings.add(warnings.include(name));
    else if (gathered.include !== "all") gathered.include.add(tag);
  }
}

function readMatch(name: string, value: string, keys: readonly SupportedKey[], gathered: Gathered): void {
  const path = attributePath(name);
  if (typeof path === "string") {
    gathered.mistakes.add(name, path);
    return;
  }
  const key = keys.find((candidate) => samePlace(candidate, path));
  if (!key) {
    gathered.warnings.add(warnings.key(name));
    return;
  }
  if (key.matching.length === 0 && !isUniversal(value)) gathered.warnings.add(warnings.key(name));
  const match = matchFor(key, value, gathered.fuzzy ?? false);
  const fixed = gathered.fixed.find((other) => other.tag === path.tag && path.within === undefined);
  if (typeof match === "string") gathered.mistakes.add(name, match);
  else if (fixed && match.kind === "universal") return;
  else if (fixed && match.kind === "uids")
    // Said again of what the path names: the same, or there is nothing of both.
    fixed.match.values = fixed.match.values.filter((uid) => match.values.includes(uid));
  else if (gathered.matches.some((other) => samePlace(other, path)))
    gathered.mistakes.add(name, "The attribute is named twice.");
  else gathered.matches.push({ ...path, match });
}

/**
 * Reads a QIDO-RS query (PS3.18 8.3.4, 10.6.1). Attributes are named by keyword, tag, or a path of two; what is an attribute and is not
 * searched at this level is left out with a warning, as the standard has it.
 * @param keys what the archive searches and returns at the level
 * @param fixed what the path of the request names
 * @throws Refusal `invalid` naming every parameter that is wrong
 */
export function parseQido(
  level: QueryLevel,
  parameters: URLSearchParams,
  keys: readonly SupportedKey[],
  fixed: { StudyInstanceUID?: string; SeriesInstanceUID?: string } = {},
): QidoQuery {
  const mistakes = new Mistakes();
  const gathered: Gathered = {
    fixed: [],
    matches: [],
    include: new Set(),
    warnings: new Set(),
    mistakes,
  };
  if (parameters.size > maxParameters) mistakes.add("query", `More than ${maxParameters} parameters.`);
  const attributes: [string, string][] = [];
  for (const [name, value] of [...parameters].slice(0, maxParameters)) {
    if (value.length > maxValueLength && !/^includefield$/i.test(name)) mistakes.add(name, "is too long.");
    // What bytes that are no UTF-8 are decoded to.
    else if (value.includes("\ufffd")) mistakes.add(name, "is no text in UTF-8.");
    else if (readOption(name.toLowerCase(), value, gathered)) continue;
    else if (name.toLowerCase() === "includefield") readInclude(value, keys, gathered);
    else attributes.push([name, value]);
  }
  for (const [tag, uid] of [
    [Tags.StudyInstanceUID, fixed.StudyInstanceUID],
    [Tags.SeriesInstanceUID, fixed.SeriesInstanceUID],
  ] as const)
    if (uid !== undefined) gathered.fixed.push({ tag, match: { kind: "uids", values: [uid] } });
  gathered.matches.push(...gathered.fixed);
  for (const [name, value] of attributes) readMatch(name, value, keys, gathered);
  mistakes.throwAny();
  if (
    gathered.fuzzy &&
    gathered.matches.length > 0 &&
    !gathered.matches.some(({ match }) => match.kind === "name")
  )
    gathered.warnings.add(warnings.fuzzy);
  return {
    query: {
      level,
      matches: gathered.matches,
      include: gathered.include === "all" ? "all" : [...gathered.include],
      combineDateTime: combinesDateTime(gathered.matches),
      ...(gathered.limit === undefined ? {} : { limit: gathered.limit }),
      ...(gathered.offset === undefined ? {} : { offset: gathered.offset }),
    },
    warnings: [...gathered.warnings],
  };
}

/** A range of dates with a range of times means one span of time (PS3.18 8.3.4.4; PS3.4 C.2.2.2.5.4). */
function combinesDateTime(matches: readonly AttributeMatch[]): boolean {
  const kindOf = (tag: Tag) =>
    matches.find((match) => match.tag === tag && match.within === undefined)?.match.kind;
  return kindOf(Tags.StudyDate) === "date" && kindOf(Tags.StudyTime) === "time";
}

export const namesOf = (tags: readonly Tag[]): string[] =>
  tags.map((tag) => dictionaryEntry(tag)?.keyword ?? formatTag(tag));
