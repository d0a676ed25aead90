import { attributeFacts, Tags } from "./dictionary.generated.ts";
import { privateFacts } from "./private.generated.ts";
import { isVr } from "./vr.ts";

export { Tags };

/** A keyword of the dictionary (PS3.6). */
export type Keyword = keyof typeof Tags;

/** One attribute of PS3.6 or PS3.7. */
export interface DictionaryEntry {
  /** The first one where the group or the element repeats. */
  readonly tag: number;
  readonly keyword: Keyword;
  readonly name: string;
  /** "US" or "OW" and so on; where the standard allows several, as it says it: "US or SS", "OB or OW", "US or OW". */
  readonly vr: string;
  readonly vm: string;
  readonly retired: boolean;
}

const severalVrs: Record<string, string> = {
  xs: "US or SS",
  ox: "OB or OW",
  px: "OB or OW",
  lt: "US or OW",
  up: "UL",
};

interface Rows {
  byTag: Map<number, DictionaryEntry>;
  /** VR codes of the tables (`xs`, `ox` … included) by tag. */
  codes: Map<number, string>;
  repeatingGroups: Map<number, DictionaryEntry>;
  repeatingElements: Map<number, DictionaryEntry>;
}

let rows: Rows | undefined;

const words = (keyword: string) =>
  keyword.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");

/** Built at the first look-up: some milliseconds that nobody pays who only wants a constant. */
function load(): Rows {
  const loaded: Rows = {
    byTag: new Map(),
    codes: new Map(),
    repeatingGroups: new Map(),
    repeatingElements: new Map(),
  };
  const lines = attributeFacts.split("\n");
  let index = 0;
  for (const [keyword, tag] of Object.entries(Tags) as [Keyword, number][]) {
    const line = lines[index++]!;
    const bar = line.indexOf("|");
    const code = line.slice(0, 2);
    const name = line.slice(bar + 1);
    const entry: DictionaryEntry = {
      tag,
      keyword,
      name: name === "" ? words(keyword) : name,
      vr: severalVrs[code] ?? code,
      vm: line.slice(4, bar),
      retired: line[3] === "r",
    };
    loaded.codes.set(tag, code);
    loaded.byTag.set(tag, entry);
    if (line[2] === "g") loaded.repeatingGroups.set(tag, entry);
    else if (line[2] === "e") loaded.repeatingElements.set(tag, entry);
  }
  return loaded;
}

function repeating(table: Rows, tag: number): DictionaryEntry | undefined {
  if ((tag & 0x10000) !== 0) return undefined;
  // Even groups from xx00 to xxFF: curves, overlays and variable pixel data (PS3.5 7.6)
  const group = table.repeatingGroups.get(((tag & 0xff00ffff) >>> 0) as number);
  if (group) return group;
  return table.repeatingElements.get(((tag & 0xffffff00) >>> 0) as number);
}

/** What the dictionary says of an attribute; undefined for private, unknown and group length tags. */
export function dictionaryEntry(tag: number): DictionaryEntry | undefined {
  rows ??= load();
  return rows.byTag.get(tag) ?? repeating(rows, tag);
}

/** The tag of a keyword; undefined where there is none. */
export function tagByKeyword(keyword: string): number | undefined {
  return Object.hasOwn(Tags, keyword) ? Tags[keyword as Keyword] : undefined;
}

/**
 * The VR code of a public tag in our tables: a VR, or one of `xs` (US or SS by Pixel Representation), `ox` and `px` (OB or
 * OW), `lt` (US or OW), `up` (UL). Group lengths are UL. Undefined where the tag is not known.
 */
export function dictionaryVrCode(tag: number): string | undefined {
  rows ??= load();
  const code = rows.codes.get(tag);
  if (code !== undefined) return code;
  if ((tag & 0xffff) === 0) return "UL";
  const entry = repeating(rows, tag);
  return entry && rows.codes.get(entry.tag);
}

let privates: Map<string, Map<number, string>> | undefined;

function loadPrivates(): Map<string, Map<number, string>> {
  const loaded = new Map<string, Map<number, string>>();
  for (const line of privateFacts.split("\n")) {
    const bar = line.lastIndexOf("|");
    const elements = new Map<number, string>();
    for (let at = bar + 1; at + 8 <= line.length; at += 8)
      elements.set(Number.parseInt(line.slice(at, at + 6), 16), line.slice(at + 6, at + 8));
    loaded.set(line.slice(0, bar), elements);
  }
  return loaded;
}

/** The VR of a private attribute by the creator of its block (trimmed); undefined where it is not known. */
export function privateVr(creator: string, tag: number): string | undefined {
  privates ??= loadPrivates();
  const vr = privates.get(creator)?.get((tag >>> 16) * 256 + (tag & 0xff));
  return vr !== undefined && isVr(vr) ? vr : undefined;
}
