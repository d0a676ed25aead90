import { dictionaryVrCode, type Keyword, tagByKeyword } from "../dictionary.ts";
import { DicomError } from "../errors.ts";
import { type DataSet, dataSet, Element } from "../model.ts";
import { isPrivateCreator, parseTag, type Tag } from "../tags.ts";
import { number } from "../values.ts";
import { isVr, vrFacts } from "../vr.ts";
import { encapsulate, fragmentsOf } from "./encapsulate.ts";
import { encodeValue, type NameValue, type SingleValue } from "./encode-value.ts";
import { recoded } from "./recode.ts";
import { swapped } from "./swap.ts";

type NumberArray =
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A value with its VR, for private attributes and where the dictionary leaves a choice. */
export interface TypedValue {
  readonly vr: string;
  readonly value: ElementValue;
}

/** Frames of encapsulated Pixel Data, one fragment each. */
export interface EncapsulatedFrames {
  readonly frames: readonly Uint8Array[];
}

export type ElementValue =
  | SingleValue
  | undefined
  | Uint8Array
  | NumberArray
  | DataSet
  | TypedValue
  | EncapsulatedFrames
  | DataSetValues
  | readonly (SingleValue | DataSet | DataSetValues)[];

/** Values by keyword, or by tag in hexadecimal for what has none. Undefined ones are left out, null ones are empty. */
export type DataSetValues = { readonly [key in Keyword]?: ElementValue } & {
  readonly [tag: `${number}`]: ElementValue;
};

export interface BuildOptions {
  /** Specific Character Set of the text, several values by backslash. Default: ISO_IR 192 where text needs it, and then written so. */
  characterSet?: string;
}

const characterSetTag: Tag = 0x00080005;

const isDataSet = (value: unknown): value is DataSet =>
  typeof value === "object" && value !== null && (value as { elements?: unknown }).elements instanceof Map;
const isTyped = (value: unknown): value is TypedValue =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as { vr?: unknown }).vr === "string" &&
  "value" in value;
const isFrames = (value: unknown): value is EncapsulatedFrames =>
  typeof value === "object" && value !== null && Array.isArray((value as { frames?: unknown }).frames);

function tagOfKey(key: string): Tag {
  const tag = tagByKeyword(key) ?? parseTag(key);
  if (tag === null) throw new DicomError("invalid-value", `${JSON.stringify(key)} is no attribute`);
  return tag;
}

function hasWideText(values: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is meant
  if (typeof values === "string") return /[^\x00-\x7f]/.test(values);
  if (typeof values !== "object" || values === null || ArrayBuffer.isView(values) || isDataSet(values))
    return false;
  return Object.values(values).some(hasWideText);
}

function vrOf(tag: Tag, value: ElementValue, set: DataSet): string {
  const code = isPrivateCreator(tag) ? "LO" : dictionaryVrCode(tag);
  switch (code) {
    case undefined:
      throw new DicomError("invalid-value", "an attribute that the dictionary does not have needs its VR");
    case "xs":
      return number(set, 0x00280103) === 1 ? "SS" : "US";
    case "lt":
      return value instanceof Uint8Array ? "OW" : "US";
    case "up":
      return "UL";
    case "px":
    case "ox":
      if (isFrames(value)) return "OB";
      return value instanceof Uint8Array && (number(set, 0x00280100) ?? 8) <= 8 ? "OB" : "OW";
    default:
      return code;
  }
}

function bytesElement(tag: Tag, vr: string, bytes: Uint8Array): Element {
  const element = new Element(tag, vr, -1, bytes.length);
  element.source = bytes;
  element.size = bytes.length;
  return element;
}

function littleEndianBytes(array: NumberArray): Uint8Array {
  const width = array.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}

function sequenceElement(tag: Tag, values: readonly unknown[], characterSets: readonly string[]): Element {
  const element = new Element(tag, "SQ", -1, 0);
  element.items = values.map((value) => {
    if (isDataSet(value)) return recoded(value, characterSets);
    if (typeof value !== "object" || value === null)
      throw new DicomError("invalid-value", "an item is no data set");
    const item = dataSet(true, true, [...characterSets]);
    fill(item, value as DataSetValues);
    return item;
  });
  return element;
}

/** One element of a data set in explicit VR little endian. */
export function elementOf(set: DataSet, tag: Tag, given: Exclude<ElementValue, undefined>): Element {
  const typed = isTyped(given);
  const value = typed ? given.value : given;
  const vr = typed ? given.vr : vrOf(tag, value, set);
  if (!isVr(vr)) throw new DicomError("invalid-vr", `${JSON.stringify(vr)} is no VR`);
  if (vr === "SQ") {
    const list = value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
    return sequenceElement(tag, list, set.characterSets);
  }
  if (value === null || value === undefined) return bytesElement(tag, vr, new Uint8Array(0));
  if (isFrames(value)) return encapsulatedElement(tag, value.frames);
  if (value instanceof Uint8Array) return bytesElement(tag, vr, value);
  if (ArrayBuffer.isView(value)) return bytesElement(tag, vr, littleEndianBytes(value as NumberArray));
  if (isDataSet(value)) throw new DicomError("invalid-value", `a data set is no value of ${vr}`);
  const list = (Array.isArray(value) ? value : [value]) as readonly (SingleValue | NameValue)[];
  return bytesElement(tag, vr, encodeValue(vr, list, set.characterSets));
}

function encapsulatedElement(tag: Tag, frames: readonly Uint8Array[]): Element {
  const bytes = encapsulate(frames);
  const element = new Element(tag, "OB", -1, -1);
  element.source = bytes;
  element.size = bytes.length;
  Object.assign(element, fragmentsOf(bytes, 0));
  return element;
}

function fill(set: DataSet, values: DataSetValues): void {
  const entries = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [tagOfKey(key), value as Exclude<ElementValue, undefined>] as const)
    .sort((a, b) => a[0] - b[0]);
  for (const [tag, value] of entries) {
    set.elements.set(tag, elementOf(set, tag, value));
    if (tag === characterSetTag) set.characterSets = termsOf(value);
  }
}

/**
 * A data set made from values, in explicit VR little endian: `dataSetOf({ PatientName: "Doe^Jane", Rows: 512, ReferencedImageSequence:
 * [{ … }] })`. Throws `DicomError` for a key or a value that the dictionary does not allow.
 */
export function dataSetOf(values: DataSetValues, options: BuildOptions = {}): DataSet {
  const declared = options.characterSet ?? (hasWideText(values) ? "ISO_IR 192" : undefined);
  const set = dataSet(true, true);
  const given = values.SpecificCharacterSet;
  fill(
    set,
    given === undefined && declared !== undefined ? { ...values, SpecificCharacterSet: declared } : values,
  );
  return set;
}

/**
 * A copy of a data set in which some elements are others: values as in `dataSetOf`, null for an empty one, undefined to remove one. Text is encoded
 * in the data set's own character set; where that does not have it, or where the set itself is changed, all text becomes UTF-8. Retired group
 * lengths go, since they would be wrong. Untouched elements keep their bytes.
 */
export function withElements(set: DataSet, changes: DataSetValues): DataSet {
  const next: DataSet = { ...set, elements: new Map(set.elements) };
  for (const tag of next.elements.keys())
    if ((tag & 0xffff) === 0 && tag !== 0 && tag >>> 16 !== 2) next.elements.delete(tag);
  const removed = Object.entries(changes).filter(([, value]) => value === undefined);
  for (const [key] of removed) next.elements.delete(tagOfKey(key));
  const declared = changes.SpecificCharacterSet;
  const kept = Object.entries(changes).filter(
    ([key, value]) => value !== undefined && tagOfKey(key) !== characterSetTag,
  );
  const target = declared === undefined ? next : recoded(next, termsOf(declared));
  const [result, made] = madeFor(target, kept as [string, Exclude<ElementValue, undefined>][]);
  for (const element of made) result.elements.set(element.tag, element);
  result.elements = new Map([...result.elements].sort((a, b) => a[0] - b[0]));
  return result;
}

const termsOf = (value: ElementValue): string[] =>
  String(Array.isArray(value) ? value.join("\\") : (value ?? "")).split("\\");

/** The elements in the data set's own character set and byte order, or, where that is too small, with the data set in UTF-8. */
function madeFor(
  set: DataSet,
  changes: readonly [string, Exclude<ElementValue, undefined>][],
): [DataSet, Element[]] {
  const make = (target: DataSet) =>
    changes.map(([key, value]) => {
      const element = elementOf(target, tagOfKey(key), value);
      if (!target.littleEndian && element.items === null && element.fragments === null)
        element.source = swapped(element.source, vrFacts(element.vr).wordBytes);
      return element;
    });
  try {
    return [set, make(set)];
  } catch (error) {
    if (!(error instanceof DicomError) || error.code !== "not-encodable") throw error;
    const wide = recoded(set, ["ISO_IR 192"]);
    return [wide, make(wide)];
  }
}
