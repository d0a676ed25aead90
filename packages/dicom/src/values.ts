import { decodeText } from "./charset/decode.ts";
import { dictionaryVrCode } from "./dictionary.ts";
import { latin1 } from "./latin1.ts";
import { type DataSet, dataSet, type Element } from "./model.ts";
import { type PersonName, parsePersonName } from "./person-name.ts";
import type { Tag } from "./tags.ts";
import { isVr, type VrFacts, vrFacts } from "./vr.ts";

/** The VR that an element is read with: for UN, what the dictionary says of the tag. */
export function readingVr(element: Element): string {
  if (element.vr !== "UN") return element.vr;
  const code = dictionaryVrCode(element.tag);
  return code !== undefined && isVr(code) ? code : "UN";
}

const isPadding = (code: number) => code === 0x20 || code === 0;

/** Takes off what has no meaning at the ends of a value (PS3.5 6.2). */
function trimValue(text: string, facts: VrFacts): string {
  let end = text.length;
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end--;
  let start = 0;
  if (facts.trimStart) while (start < end && isPadding(text.charCodeAt(start))) start++;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Every value of a text element, trimmed; none for an empty one. */
export function textValues(set: DataSet, element: Element, vr: string = readingVr(element)): string[] {
  if (element.size === 0) return [];
  const facts = vrFacts(vr);
  const bytes = element.value;
  const all = facts.encoded ? decodeText(bytes, set.characterSets, vr) : latin1(bytes);
  if (!facts.multiple || !all.includes("\\")) {
    const only = trimValue(all, facts);
    return only === "" ? [] : [only];
  }
  return all.split("\\").map((value) => trimValue(value, facts));
}

/** Every value of a text element; empty ones as "", none where the attribute is absent or empty. */
export function texts(set: DataSet, tag: Tag): string[] {
  const element = set.elements.get(tag);
  if (element === undefined) return [];
  const vr = readingVr(element);
  const kind = vrFacts(vr).kind;
  if (kind === "text") return textValues(set, element, vr);
  if (kind === "tag")
    return tagValues(set, element).map((value) => value.toString(16).toUpperCase().padStart(8, "0"));
  return kind === "number" ? numberValues(set, element, vr).map(String) : [];
}

/** The first value as text; undefined where the attribute is absent or empty. */
export function text(set: DataSet, tag: Tag): string | undefined {
  const first = texts(set, tag)[0];
  return first === undefined || first === "" ? undefined : first;
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A decimal or integer string (PS3.5 6.2 DS, IS) as a number; NaN for anything else. */
export function parseDecimal(value: string): number {
  return decimal.test(value) ? Number(value) : Number.NaN;
}

function binaryNumbers(set: DataSet, element: Element, vr: string): number[] {
  const bytes = element.value;
  const little = element.vr === "UN" || set.littleEndian;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = vrFacts(vr).wordBytes;
  const values: number[] = [];
  for (let at = 0; at + width <= bytes.length; at += width) values.push(readNumber(view, at, vr, little));
  return values;
}

function readNumber(view: DataView, at: number, vr: string, little: boolean): number {
  switch (vr) {
    case "US":
    case "OW":
      return view.getUint16(at, little);
    case "SS":
      return view.getInt16(at, little);
    case "UL":
    case "OL":
      return view.getUint32(at, little);
    case "SL":
      return view.getInt32(at, little);
    case "FL":
    case "OF":
      return view.getFloat32(at, little);
    case "FD":
    case "OD":
      return view.getFloat64(at, little);
    case "SV":
      return Number(view.getBigInt64(at, little));
    case "UV":
    case "OV":
      return Number(view.getBigUint64(at, little));
    default:
      return view.getUint8(at);
  }
}

/** Every number of an element; NaN for text that is none. 64 bit integers beyond 2^53 lose digits: see `bigints`. */
export function numberValues(set: DataSet, element: Element, vr: string = readingVr(element)): number[] {
  const { kind } = vrFacts(vr);
  if (kind === "text") return textValues(set, element, vr).map(parseDecimal);
  return kind === "number" || (kind === "bulk" && vr !== "UN" && vr !== "OB")
    ? binaryNumbers(set, element, vr)
    : [];
}

/** Every value of a numeric attribute (IS, DS and the binary ones, also OW, OL, OF, OD, OV); NaN where one is not a number. */
export function numbers(set: DataSet, tag: Tag): number[] {
  const element = set.elements.get(tag);
  return element === undefined ? [] : numberValues(set, element);
}

/** The first value of a numeric attribute; undefined where it is absent, empty or not a finite number. */
export function number(set: DataSet, tag: Tag): number | undefined {
  const first = numbers(set, tag)[0];
  return first !== undefined && Number.isFinite(first) ? first : undefined;
}

/** The exact values of an SV, UV or OV element. */
export function bigints(set: DataSet, tag: Tag): bigint[] {
  const element = set.elements.get(tag);
  if (element === undefined) return [];
  const vr = readingVr(element);
  if (vr !== "SV" && vr !== "UV" && vr !== "OV") return [];
  const bytes = element.value;
  const little = element.vr === "UN" || set.littleEndian;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: bigint[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    values.push(vr === "SV" ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
  return values;
}

/** The tags that an AT element names. */
export function tagValues(set: DataSet, element: Element): Tag[] {
  const bytes = element.value;
  const little = element.vr === "UN" || set.littleEndian;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Tag[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4)
    values.push(view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little));
  return values;
}

/** The first name of a PN attribute with its component groups; undefined where it is absent or empty. */
export function personName(set: DataSet, tag: Tag): PersonName | undefined {
  const value = text(set, tag);
  return value === undefined ? undefined : parsePersonName(value);
}

const asSequences = new WeakMap<Element, { items: DataSet[] | null }>();
let itemsReader: ((bytes: Uint8Array, set: DataSet) => DataSet[] | null) | null = null;

/** The parser gives its reading of items here, so that values do not depend on it. */
export function useItemsReader(reader: (bytes: Uint8Array, set: DataSet) => DataSet[] | null): void {
  itemsReader = reader;
}

/**
 * The items of a sequence; none where the attribute is absent or no sequence. A sequence of the dictionary that came as UN of defined length is
 * read as what it is (PS3.5 6.2.2), if its bytes allow it.
 */
export function items(set: DataSet, tag: Tag): DataSet[] {
  const element = set.elements.get(tag);
  if (element === undefined) return [];
  if (element.items !== null) return element.items;
  if (element.vr !== "UN" || element.size === 0 || readingVr(element) !== "SQ" || itemsReader === null)
    return [];
  let known = asSequences.get(element);
  if (!known) {
    known = { items: itemsReader(element.value, dataSet(true, false, set.characterSets)) };
    asSequences.set(element, known);
  }
  return known.items ?? [];
}

/** The value field as received; undefined where the attribute is absent or the value was not kept. */
export function bytes(set: DataSet, tag: Tag): Uint8Array | undefined {
  const element = set.elements.get(tag);
  return element === undefined || element.deferred ? undefined : element.value;
}
