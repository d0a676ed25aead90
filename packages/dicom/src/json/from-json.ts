import { DicomError } from "../errors.ts";
import { type DataSet, dataSet, Element } from "../model.ts";
import { formatTag } from "../tags.ts";
import { isVr, vrFacts } from "../vr.ts";
import { encodeValue, type SingleValue } from "../write/encode-value.ts";
import { fromBase64 } from "./base64.ts";

export interface FromJsonOptions {
  /** Gives the bytes of a BulkDataURI in little endian; null where they are not there. Without it such elements keep the URI alone. */
  bulkData?: (uri: string, tagPath: string) => Uint8Array | null;
  maxDepth?: number;
  maxElements?: number;
}

const characterSetTag = 0x00080005;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Reading {
  readonly options: FromJsonOptions;
  readonly maxDepth: number;
  elements: number;
}

const refuse = (path: string, what: string): never => {
  throw new DicomError("invalid-json", `${path === "" ? "the data set" : path}: ${what}`);
};

/**
 * A data set of DICOM JSON (PS3.18 F.2), explicit VR little endian with its text in UTF-8; Specific Character Set says so where one was there or text needs
 * it. Throws `DicomError` ("invalid-json", "invalid-value") for what is no DICOM JSON.
 */
export function fromDicomJson(json: unknown, options: FromJsonOptions = {}): DataSet {
  const reading: Reading = {
    options,
    maxDepth: options.maxDepth ?? 128,
    elements: options.maxElements ?? 1_000_000,
  };
  const set = readSet(json, reading, "", 0);
  if (needsCharacterSet(set)) {
    const element = new Element(characterSetTag, "CS", -1, 10);
    element.source = encodeValue("CS", ["ISO_IR 192"], []);
    element.size = element.source.length;
    set.elements.set(characterSetTag, element);
    set.elements = new Map([...set.elements].sort((a, b) => a[0] - b[0]));
  }
  return set;
}

function needsCharacterSet(set: DataSet): boolean {
  const wide = (part: DataSet): boolean => {
    for (const element of part.elements.values()) {
      if (element.items?.some(wide)) return true;
      if (vrFacts(element.vr).encoded && element.value.some((byte) => byte > 0x7f)) return true;
    }
    return false;
  };
  return set.elements.has(characterSetTag) ? set.elements.get(characterSetTag)!.size > 0 : wide(set);
}

function readSet(json: unknown, reading: Reading, prefix: string, depth: number): DataSet {
  if (!isObject(json)) return refuse(prefix, "is no object");
  if (depth > reading.maxDepth)
    throw new DicomError("too-deep", `more than ${reading.maxDepth} sequences within each other`);
  const set = dataSet(true, true, ["ISO_IR 192"]);
  const found: [number, unknown][] = [];
  for (const [key, value] of Object.entries(json)) {
    if (!/^[0-9A-Fa-f]{8}$/.test(key)) refuse(prefix, `${JSON.stringify(key.slice(0, 40))} is no tag`);
    found.push([Number.parseInt(key, 16), value]);
  }
  found.sort((a, b) => a[0] - b[0]);
  for (const [tag, value] of found) {
    if (--reading.elements < 0) throw new DicomError("too-many", "too many elements");
    if ((tag & 0xffff) !== 0)
      set.elements.set(tag, readElement(tag, value, reading, prefix + formatTag(tag), depth));
  }
  // An item says nothing of its own: what encloses it is in UTF-8
  if (depth > 0) set.elements.delete(characterSetTag);
  return set;
}

function made(tag: number, vr: string, bytes: Uint8Array): Element {
  const element = new Element(tag, vr, -1, bytes.length);
  element.source = bytes;
  element.size = bytes.length;
  return element;
}

function readElement(tag: number, json: unknown, reading: Reading, path: string, depth: number): Element {
  if (!isObject(json)) return refuse(path, "is no object");
  const { vr, Value, BulkDataURI, InlineBinary } = json;
  if (typeof vr !== "string" || !isVr(vr)) return refuse(path, "has no VR");
  const given = [Value, BulkDataURI, InlineBinary].filter((part) => part !== undefined).length;
  if (given > 1) return refuse(path, "has more than one of Value, BulkDataURI and InlineBinary");
  if (BulkDataURI !== undefined) return readBulkData(tag, vr, BulkDataURI, reading, path);
  if (InlineBinary !== undefined) {
    const bytes = typeof InlineBinary === "string" ? fromBase64(InlineBinary) : null;
    return bytes === null || vr === "SQ"
      ? refuse(path, "has no base64 in InlineBinary")
      : made(tag, vr, bytes);
  }
  if (Value !== undefined && !Array.isArray(Value)) return refuse(path, "has a Value that is no array");
  const values: unknown[] = Value ?? [];
  if (vr === "SQ") {
    const element = new Element(tag, vr, -1, 0);
    element.items = values.map((item, i) => readSet(item ?? {}, reading, `${path}/${i}/`, depth + 1));
    return element;
  }
  return made(tag, vr, encodeJsonValues(vr, values, path));
}

function encodeJsonValues(vr: string, values: readonly unknown[], path: string): Uint8Array {
  for (const value of values) {
    const isName =
      vr === "PN" && isObject(value) && Object.values(value).every((group) => typeof group === "string");
    if (value !== null && typeof value !== "string" && typeof value !== "number" && !isName)
      refuse(path, `has a value that is none of ${vr}`);
  }
  if (values.length === 0) return new Uint8Array(0);
  try {
    return encodeValue(vr, values as SingleValue[], ["ISO_IR 192"]);
  } catch (error) {
    if (error instanceof DicomError) throw new DicomError(error.code, `${path}: ${error.message}`);
    throw error;
  }
}

function readBulkData(tag: number, vr: string, uri: unknown, reading: Reading, path: string): Element {
  if (typeof uri !== "string" || uri === "") return refuse(path, "has a BulkDataURI that is no text");
  if (!reading.options.bulkData) {
    const element = made(tag, vr, new Uint8Array(0));
    element.bulkDataUri = uri;
    return element;
  }
  const bytes = reading.options.bulkData(uri, path);
  if (bytes === null) throw new DicomError("missing-value", `${path}: nothing was sent for its BulkDataURI`);
  return made(tag, vr, bytes);
}
