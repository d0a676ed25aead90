import { inlineBytesOf, type JsonDataSet, type JsonElement } from "@isocenter/presentation";
import { tags } from "./tags.ts";

type Dicom = typeof import("@isocenter/dicom");

/** A longer value is no text that anybody reads. */
const longest = 65_536;

const isUnknown = (tag: string, element: JsonElement | undefined): boolean =>
  element?.vr === "UN" &&
  element.InlineBinary !== undefined &&
  element.InlineBinary.length <= longest &&
  // Private attributes are in no dictionary.
  Number.parseInt(tag.slice(3, 4), 16) % 2 === 0;

const holdsUnknown = (dataSet: JsonDataSet): boolean =>
  Object.entries(dataSet).some(([tag, element]) => isUnknown(tag, element));

/**
 * Data sets in which attributes of the standard have their own value representation, where somebody stored them as UN (PS3.5 6.2.2): without
 * it nobody could say whose images they are. The dictionary is large and comes only where it is needed.
 */
export async function withKnownVrs(dataSets: readonly JsonDataSet[]): Promise<readonly JsonDataSet[]> {
  if (!dataSets.some(holdsUnknown)) return dataSets;
  const dicom = await import("@isocenter/dicom");
  return dataSets.map((dataSet) => (holdsUnknown(dataSet) ? read(dicom, dataSet) : dataSet));
}

function read(dicom: Dicom, dataSet: JsonDataSet): JsonDataSet {
  const bytesOf = (tag: string) => inlineBytesOf(dataSet, tag) ?? new Uint8Array();
  const characterSets =
    dataSet[tags.SpecificCharacterSet]?.vr === "UN"
      ? dicom.decodeText(bytesOf(tags.SpecificCharacterSet), [], "CS").split("\\")
      : ((dataSet[tags.SpecificCharacterSet]?.Value ?? []) as string[]);
  const known: JsonDataSet = {};
  for (const [tag, element] of Object.entries(dataSet)) {
    const vr = isUnknown(tag, element) ? dicom.dictionaryEntry(Number.parseInt(tag, 16))?.vr : undefined;
    const sets = characterSets.map((name) => name.trim());
    const Value = vr && valuesOf(bytesOf(tag), vr, (bytes) => dicom.decodeText(bytes, sets, vr));
    known[tag] = Value ? { vr: vr.slice(0, 2), Value } : element;
  }
  return known;
}

const texts = new Set("AE AS CS DA DT LO LT PN SH ST TM UC UI UR UT".split(" "));

const numbers: Readonly<Record<string, [bytes: number, read: (view: DataView, at: number) => number]>> = {
  US: [2, (view, at) => view.getUint16(at, true)],
  SS: [2, (view, at) => view.getInt16(at, true)],
  UL: [4, (view, at) => view.getUint32(at, true)],
  SL: [4, (view, at) => view.getInt32(at, true)],
  FL: [4, (view, at) => view.getFloat32(at, true)],
  FD: [8, (view, at) => view.getFloat64(at, true)],
};

/** The bytes of a UN are in implicit little endian; undefined for what is neither text nor number. */
function valuesOf(
  bytes: Uint8Array,
  vr: string,
  decode: (bytes: Uint8Array) => string,
): unknown[] | undefined {
  if (texts.has(vr) || vr === "DS" || vr === "IS") {
    const text = decode(bytes).replace(/[\0 ]+$/, "");
    if (text === "") return [];
    const values = /^(LT|ST|UR|UT)$/.test(vr) ? [text] : text.split("\\").map((value) => value.trim());
    if (vr === "PN") return values.map(nameOf);
    return vr === "DS" || vr === "IS" ? values.map((value) => (value === "" ? null : Number(value))) : values;
  }
  // Of two that may be, the first: without sign.
  const number = numbers[vr.slice(0, 2)];
  if (!number || bytes.length % number[0] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / number[0] }, (_, n) => number[1](view, n * number[0]));
}

function nameOf(text: string) {
  const [Alphabetic, Ideographic, Phonetic] = text.split("=");
  return {
    ...(Alphabetic ? { Alphabetic } : {}),
    ...(Ideographic ? { Ideographic } : {}),
    ...(Phonetic ? { Phonetic } : {}),
  };
}
