import type { DataSet } from "@isocenter/dicom";

/** A LUT of PS3.3 C.11: the entry of value `v` is `entries[clamp(v - first, 0, entries.length - 1)]`. */
export interface LookupTable {
  /** Of `bits` bits each. */
  entries: Uint16Array;
  /** The value that the first entry stands for. */
  first: number;
  bits: number;
}

/** Up to 2^16 values of 16 bits, as they stand in an element. */
export function words(ds: DataSet, tag: number): Uint16Array | null {
  const element = ds.elements.get(tag);
  if (!element || element.value.length < 2) return null;
  const { value } = element;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const result = new Uint16Array(Math.min(value.length >> 1, 1 << 20));
  for (let i = 0; i < result.length; i++) result[i] = view.getUint16(2 * i, ds.littleEndian);
  return result;
}

export interface Descriptor {
  count: number;
  first: number;
  bits: number;
}

/**
 * A LUT Descriptor: number of entries (0 stands for 65536), first value mapped, bits of an entry. The first value is signed where
 * the values that are looked up are, whatever the VR says: both are written for it.
 */
export function descriptor(ds: DataSet, tag: number, signed: boolean): Descriptor | null {
  const values = words(ds, tag);
  if (!values || values.length < 3) return null;
  const first = values[1]!;
  const isSigned = signed || ds.elements.get(tag)?.vr === "SS";
  return {
    count: values[0] === 0 ? 65_536 : values[0]!,
    first: isSigned && first > 32_767 ? first - 65_536 : first,
    bits: values[2]!,
  };
}

/** The entries of a LUT's data: by two bytes, or by one byte where exactly as many bytes as entries are there. */
export function entriesOf(ds: DataSet, tag: number, count: number, bits: number): Uint16Array | null {
  const element = ds.elements.get(tag);
  if (!element) return null;
  const bytes = element.value.length;
  if (bits <= 8 && bytes < 2 * count && bytes >= count)
    return Uint16Array.from(element.value.subarray(0, count));
  const values = words(ds, tag);
  if (!values || values.length === 0) return null;
  return values.subarray(0, count);
}

/** The Modality or VOI LUT of a sequence's item, or null where it is not usable. */
export function lookupTable(
  ds: DataSet,
  tags: { descriptor: number; data: number },
  signed: boolean,
): LookupTable | null {
  const shape = descriptor(ds, tags.descriptor, signed);
  if (!shape) return null;
  const entries = entriesOf(ds, tags.data, shape.count, shape.bits);
  if (!entries) return null;
  return { entries, first: shape.first, bits: Math.min(Math.max(shape.bits, 1), 16) };
}
