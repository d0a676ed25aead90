import { inlineBytesOf, itemsOf, type JsonDataSet, numbersOf } from "./dicom-json.ts";

export interface LookupTable {
  /** The value to which the first entry belongs. */
  first: number;
  values: ArrayLike<number>;
  /** What an entry may be at most. */
  maximum: number;
}

/** Table data that the archive keeps apart from the metadata and that has been fetched, by the data set it belongs to. */
const fetched = new WeakMap<JsonDataSet, Map<string, Uint8Array>>();

export function rememberTableData(dataSet: JsonDataSet, dataTag: string, bytes: Uint8Array): void {
  const known = fetched.get(dataSet) ?? new Map<string, Uint8Array>();
  fetched.set(dataSet, known.set(dataTag, bytes));
}

/** The bytes of a value that the metadata carries, or that has been fetched. */
export const rememberedBytes = (dataSet: JsonDataSet, tag: string): Uint8Array | undefined =>
  inlineBytesOf(dataSet, tag) ?? fetched.get(dataSet)?.get(tag);

/** A lookup table (PS3.3 C.11.1.1); undefined where it is absent or its data is not here. */
export function lookupTable(
  dataSet: JsonDataSet,
  descriptorTag: string,
  dataTag: string,
): LookupTable | undefined {
  const [count, first, bits = 16] = numbersOf(dataSet, descriptorTag);
  if (count === undefined || first === undefined) return undefined;
  const entries = count === 0 ? 65536 : count;
  const maximum = 2 ** Math.min(bits, 16) - 1;
  const numbers = numbersOf(dataSet, dataTag);
  if (numbers.length >= entries) return { first, values: numbers, maximum };
  const bytes = rememberedBytes(dataSet, dataTag);
  return bytes ? { first, values: tableFromBytes(bytes, entries, bits), maximum } : undefined;
}

/** Entries of 16 bits, or of 8 bits where the data is only that long. */
export function tableFromBytes(bytes: Uint8Array, entries: number, bits: number): ArrayLike<number> {
  if (bits <= 8 && bytes.length < entries * 2) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: Math.min(entries, bytes.length >> 1) }, (_, i) =>
    view.getUint16(i * 2, true),
  );
}

/** A value that is kept apart from the metadata. */
export interface ApartValue {
  dataSet: JsonDataSet;
  tag: string;
  uri: string;
}

/** More than one image or state sensibly brings. */
export const mostApart = 32;

/** The values of a data set and of its items that are still to be fetched, of those elements that are wanted. */
export function apartValues(
  dataSet: JsonDataSet,
  isWanted: (tag: string) => boolean,
  depth = 0,
): ApartValue[] {
  const own = apartIn(dataSet, isWanted);
  if (depth > 4) return own;
  const inside = Object.keys(dataSet)
    .filter((tag) => dataSet[tag]?.vr === "SQ")
    .flatMap((tag) => itemsOf(dataSet, tag).flatMap((item) => apartValues(item, isWanted, depth + 1)));
  return [...own, ...inside].slice(0, mostApart);
}

/** Those of the data set alone, without its items. */
export function apartIn(dataSet: JsonDataSet, isWanted: (tag: string) => boolean): ApartValue[] {
  return Object.entries(dataSet).flatMap(([tag, element]) => {
    const uri = isWanted(tag) ? element?.BulkDataURI : undefined;
    return uri === undefined || fetched.get(dataSet)?.has(tag) ? [] : [{ dataSet, tag, uri }];
  });
}
