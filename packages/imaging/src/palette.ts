import { type DataSet, Tags } from "@isocenter/dicom";
import { type Descriptor, descriptor, entriesOf, words } from "./lookup-table.ts";

/** Palette Color Lookup Tables (PS3.3 C.7.6.3.1.5) brought to eight bits; value `v` has colour `clamp(v - first)`. */
export interface Palette {
  first: number;
  red: Uint8Array;
  green: Uint8Array;
  blue: Uint8Array;
}

const channels = [
  [
    Tags.RedPaletteColorLookupTableDescriptor,
    Tags.RedPaletteColorLookupTableData,
    Tags.SegmentedRedPaletteColorLookupTableData,
  ],
  [
    Tags.GreenPaletteColorLookupTableDescriptor,
    Tags.GreenPaletteColorLookupTableData,
    Tags.SegmentedGreenPaletteColorLookupTableData,
  ],
  [
    Tags.BluePaletteColorLookupTableDescriptor,
    Tags.BluePaletteColorLookupTableData,
    Tags.SegmentedBluePaletteColorLookupTableData,
  ],
] as const;

/**
 * Segments: 0 discrete, 1 linear, 2 a number of earlier segments again, from an offset in bytes (PS3.3 C.7.9.2). The offset takes 32 bits, all else
 * a byte or a word.
 */
export function expandSegments(data: Uint16Array | Uint8Array, count: number): Uint16Array {
  const wordsOfOffset = 4 / data.BYTES_PER_ELEMENT;
  const result = new Uint16Array(count);
  let written = 0;
  const put = (value: number) => {
    if (written < count) result[written++] = value;
  };
  /** @returns the index after the segment, or the end of the data where the segment makes no sense */
  const segment = (at: number, nested: boolean): number => {
    const kind = data[at];
    const length = data[at + 1];
    if (kind === undefined || length === undefined) return data.length;
    if (kind === 0) {
      for (let i = 0; i < length && at + 2 + i < data.length; i++) put(data[at + 2 + i]!);
      return at + 2 + length;
    }
    if (kind === 1) {
      const from = result[written - 1] ?? 0;
      const to = data[at + 2] ?? from;
      for (let i = 1; i <= length; i++) put(Math.round(from + ((to - from) * i) / length));
      return at + 3;
    }
    if (kind !== 2 || nested) return data.length;
    let offset = 0;
    for (let i = wordsOfOffset - 1; i >= 0; i--)
      offset = offset * 2 ** (8 * data.BYTES_PER_ELEMENT) + (data[at + 2 + i] ?? 0);
    let source = Math.floor(offset / data.BYTES_PER_ELEMENT);
    for (let i = 0; i < length && source < data.length && written < count; i++)
      source = segment(source, true);
    return at + 2 + wordsOfOffset;
  };
  for (let at = 0; at < data.length && written < count; ) at = segment(at, false);
  result.fill(result[written - 1] ?? 0, written);
  return result;
}

function channel(
  ds: DataSet,
  shape: Descriptor,
  tags: readonly [number, number, number],
): Uint16Array | null {
  const plain = entriesOf(ds, tags[1], shape.count, shape.bits);
  if (plain) return plain;
  const segmented = words(ds, tags[2]);
  if (!segmented) return null;
  // Of eight bits the kind and the length of a segment are bytes, which are no kind as one word.
  const inBytes = shape.bits <= 8 && segmented[0]! > 2;
  return expandSegments(inBytes ? ds.elements.get(tags[2])!.value : segmented, shape.count);
}

/** The palette of the data set, or null where it has none that is whole. */
export function paletteOf(ds: DataSet, signed: boolean): Palette | null {
  const shape = descriptor(ds, channels[0][0], signed);
  if (!shape) return null;
  const tables = channels.map((tags) => channel(ds, shape, tags));
  const [red, green, blue] = tables;
  if (!red || !green || !blue) return null;
  // Some writers say 16 bits and give values of eight.
  const deep = shape.bits > 8 && tables.some((table) => table?.some((value) => value > 255));
  const eightBits = (table: Uint16Array) => Uint8Array.from(table, (value) => (deep ? value >> 8 : value));
  return { first: shape.first, red: eightBits(red), green: eightBits(green), blue: eightBits(blue) };
}
