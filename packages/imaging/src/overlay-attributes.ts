import { type DataSet, number, numbers, Tags, tagOf } from "@isocenter/dicom";
import type { Overlay } from "./overlay.ts";

const lastGroup = 0x601e;

/** A plane in a bit of the cells of Pixel Data that holds nothing of the stored values (retired; PS3.3-2004 C.9.2), or null. */
function inCells(ds: DataSet, group: number, rows: number, columns: number): Overlay | null {
  const cell = number(ds, Tags.BitsAllocated) ?? 0;
  const cellBit = number(ds, tagOf(group, 0x0102)) ?? 0;
  const stored = number(ds, Tags.BitsStored) ?? cell;
  const highBit = number(ds, Tags.HighBit) ?? stored - 1;
  const suits =
    (cell === 8 || cell === 16) &&
    number(ds, tagOf(group, 0x0100)) === cell &&
    (number(ds, Tags.SamplesPerPixel) ?? 1) === 1 &&
    number(ds, Tags.Rows) === rows &&
    number(ds, Tags.Columns) === columns;
  const isFree = cellBit > highBit || cellBit <= highBit - stored;
  if (!suits || cellBit < 0 || cellBit >= cell || !isFree) return null;
  return { group, rows, columns, top: 0, left: 0, bits: new Uint8Array(0), bitOffset: 0, cellBit };
}

/** The plane of one repeating group that lies over the frame, or null. */
function overlayOf(ds: DataSet, group: number, frame: number): Overlay | null {
  const data = ds.elements.get(tagOf(group, 0x3000));
  const rows = number(ds, tagOf(group, 0x0010)) ?? 0;
  const columns = number(ds, tagOf(group, 0x0011)) ?? 0;
  if (rows <= 0 || columns <= 0) return null;
  if (!data) return inCells(ds, group, rows, columns);
  const frames = number(ds, tagOf(group, 0x0015)) ?? 1;
  const origin = (number(ds, tagOf(group, 0x0051)) ?? 1) - 1;
  // A single plane without a frame origin lies over every frame.
  const everywhere = frames === 1 && !ds.elements.has(tagOf(group, 0x0051));
  const index = everywhere ? 0 : frame - origin;
  if (index < 0 || index >= frames) return null;
  const bitOffset = index * rows * columns;
  if (data.value.length * 8 < bitOffset + rows * columns) return null;
  const [top, left] = numbers(ds, tagOf(group, 0x0050));
  // Words of a big-endian data set hold their first pixel in the second byte.
  const value = ds.littleEndian || data.vr !== "OW" ? data.value : swapWords(data.value);
  return {
    group,
    rows,
    columns,
    top: (top ?? 1) - 1,
    left: (left ?? 1) - 1,
    bits: new Uint8Array(value.subarray(bitOffset >> 3, (bitOffset + rows * columns + 7) >> 3)),
    bitOffset: bitOffset & 7,
  };
}

function swapWords(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes);
  for (let at = 0; at + 2 <= result.length; at += 2) {
    const first = result[at]!;
    result[at] = result[at + 1]!;
    result[at + 1] = first;
  }
  return result;
}

/** The overlay planes that lie over the frame. */
export function overlaysOf(ds: DataSet, frame: number): Overlay[] {
  const found: Overlay[] = [];
  for (let group = 0x6000; group <= lastGroup; group += 2) {
    const overlay = overlayOf(ds, group, frame);
    if (overlay) found.push(overlay);
  }
  return found;
}
