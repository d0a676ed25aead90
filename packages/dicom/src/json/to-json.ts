import type { DataSet, Element } from "../model.ts";
import { formatTag, type Tag } from "../tags.ts";
import { bigints, items, numberValues, parseDecimal, readingVr, tagValues, textValues } from "../values.ts";
import { vrFacts } from "../vr.ts";
import { swapped } from "../write/swap.ts";
import { toBase64 } from "./base64.ts";

/** A name in DICOM JSON (PS3.18 F.2.2). */
export interface JsonPersonName {
  Alphabetic?: string;
  Ideographic?: string;
  Phonetic?: string;
}

export type JsonValue = string | number | null | JsonPersonName | DicomJson;

/** One attribute in DICOM JSON. */
export interface JsonElement {
  vr: string;
  Value?: JsonValue[];
  BulkDataURI?: string;
  InlineBinary?: string;
}

/** A data set in the DICOM JSON Model (PS3.18 F.2): attributes by eight hexadecimal digits. */
export type DicomJson = { [tag: string]: JsonElement };

export interface ToJsonOptions {
  /**
   * Asked for every value that is not empty and no sequence, with the path of its attribute ("7FE00010", "00880200/0/7FE00010": tags with the
   * index of the item between). A string becomes its BulkDataURI; null leaves the value in line.
   */
  bulkDataUri?: (tagPath: string, element: Element) => string | null;
  /** Attributes for which it says true are left out. */
  omit?: (tagPath: string, element: Element) => boolean;
  /**
   * "converted" (the default): Specific Character Set says ISO_IR 192, which is what the text is in now (PS3.18 F.2.2 asks for UTF-8).
   * "as-received": its value stays.
   */
  characterSet?: "converted" | "as-received";
}

/**
 * A data set in DICOM JSON. Group lengths are left out (PS3.18 F.2.2). Encapsulated and deferred values have no other form than a
 * BulkDataURI: without one, only the VR of theirs stands there.
 */
export function toDicomJson(set: DataSet, options: ToJsonOptions = {}): DicomJson {
  return setToJson(set, options, "");
}

function setToJson(set: DataSet, options: ToJsonOptions, prefix: string): DicomJson {
  const json: DicomJson = {};
  for (const element of set.elements.values()) {
    if ((element.tag & 0xffff) === 0) continue;
    const key = formatTag(element.tag);
    const path = prefix === "" ? key : prefix + key;
    if (options.omit?.(path, element)) continue;
    json[key] = elementToJson(set, element, options, path);
  }
  return json;
}

function elementToJson(set: DataSet, element: Element, options: ToJsonOptions, path: string): JsonElement {
  const vr = jsonVr(element);
  const inside = jsonItems(set, element);
  if (inside !== null) {
    if (inside.length === 0) return { vr: "SQ" };
    return { vr: "SQ", Value: inside.map((item, i) => setToJson(item, options, `${path}/${i}/`)) };
  }
  const isHere = element.size > 0 && element.fragments === null;
  if (isHere || element.deferred || element.fragments !== null || element.bulkDataUri !== null) {
    const uri = options.bulkDataUri?.(path, element) ?? element.bulkDataUri;
    if (uri) return { vr, BulkDataURI: uri };
  }
  if (!isHere) return { vr };
  if (vrFacts(vr).kind === "bulk") return { vr, InlineBinary: toBase64(littleEndianValue(set, element)) };
  if (element.tag === characterSetTag && options.characterSet !== "as-received" && !isAscii(set))
    return { vr, Value: ["ISO_IR 192"] };
  const values = jsonValues(set, element);
  return values.length === 0 || (values.length === 1 && values[0] === null) ? { vr } : { vr, Value: values };
}

/**
 * The VR of an element in JSON. One that came as UN and stands in the dictionary is what the dictionary says (PS3.5 6.2.2 note 7): no client could show it
 * otherwise. Words and bytes stay UN, whose value is the bytes too.
 */
export function jsonVr(element: Element): string {
  if (element.vr !== "UN") return element.vr;
  const vr = readingVr(element);
  return vrFacts(vr).kind === "bulk" || vr === "SQ" ? "UN" : vr;
}

/** Also those of a sequence that came as UN, where they can be read. */
export function jsonItems(set: DataSet, element: Element): DataSet[] | null {
  if (element.items !== null || element.vr !== "UN" || element.size === 0) return element.items;
  const read = items(set, element.tag);
  return read.length === 0 ? null : read;
}

export const characterSetTag: Tag = 0x00080005;

/** The default repertoire is ASCII, which UTF-8 contains: there is nothing to convert. */
export const isAscii = (set: DataSet) =>
  set.characterSets.every((term) => /^(|ISO(_| 2022 )IR 6)$/.test(term));

/** The value field as it would stand in little endian and with an even length. */
export function littleEndianValue(set: DataSet, element: Element): Uint8Array {
  const value = set.littleEndian ? element.value : swapped(element.value, vrFacts(element.vr).wordBytes);
  if (value.length % 2 === 0) return value;
  const even = new Uint8Array(value.length + 1);
  even.set(value);
  return even;
}

/** The values of an element as they stand in "Value". */
export function jsonValues(set: DataSet, element: Element): JsonValue[] {
  const vr = jsonVr(element);
  switch (vr) {
    case "DS":
    case "IS":
      return textValues(set, element, vr).map(jsonNumber);
    case "PN":
      return textValues(set, element, vr).map(jsonName);
    case "AT":
      return tagValues(set, element).map(formatTag);
    case "SV":
    case "UV":
      return bigints(set, element.tag).map(bigValue);
    case "FL":
    case "FD":
      return numberValues(set, element, vr).map(finiteOrName);
    case "US":
    case "SS":
    case "UL":
    case "SL":
      return numberValues(set, element, vr);
    default:
      return textValues(set, element, vr).map((value) => (value === "" ? null : value));
  }
}

/** Decimal and integer strings are numbers where they are finite ones; whatever else stands there stays text. */
function jsonNumber(value: string): JsonValue {
  if (value === "") return null;
  const parsed = parseDecimal(value);
  return Number.isFinite(parsed) ? parsed : value;
}

/** JSON has no number for these; PS3.18 F.2.3.1 has the names. */
function finiteOrName(value: number): JsonValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
}

/** Beyond what a JSON number is sure to keep, 64 bit integers are text (PS3.18 F.2.3.1). */
function bigValue(value: bigint): JsonValue {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value.toString();
}

function jsonName(value: string): JsonValue {
  if (value === "") return null;
  const groups = value.split("=");
  const name: JsonPersonName = {};
  const [alphabetic, ideographic, phonetic] = groups.map((group) => group.replace(/[ \0^]+$/, ""));
  if (alphabetic) name.Alphabetic = alphabetic;
  if (ideographic) name.Ideographic = ideographic;
  if (phonetic) name.Phonetic = phonetic;
  return Object.keys(name).length === 0 ? null : name;
}
