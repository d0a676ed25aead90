import { inlineBytesOf, itemsOf, type JsonDataSet, numbersOf } from "./dicom-json.ts";
import { tags } from "./tags.ts";

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
  const bytes = inlineBytesOf(dataSet, dataTag) ?? fetched.get(dataSet)?.get(dataTag);
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

/** The items of an image's tables whose data is still to be fetched. */
export function tablesToFetch(attributes: JsonDataSet): JsonDataSet[] {
  return [tags.ModalityLUTSequence, tags.VOILUTSequence]
    .flatMap((tag) => itemsOf(attributes, tag).slice(0, 1))
    .filter((item) => item[tags.LUTData]?.BulkDataURI !== undefined && !fetched.get(item)?.has(tags.LUTData));
}
