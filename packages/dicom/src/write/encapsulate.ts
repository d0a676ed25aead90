import { DicomError } from "../errors.ts";
import type { Piece } from "../model.ts";
import { ByteWriter } from "./byte-writer.ts";

/**
 * The value field of encapsulated Pixel Data (PS3.5 A.4): a basic offset table, one fragment a frame, the delimiter. The table stays empty where
 * its 32 bits do not reach.
 */
export function encapsulate(frames: readonly Uint8Array[]): Uint8Array {
  const padded = frames.map((frame) => frame.length + (frame.length & 1));
  let total = 0;
  const offsets = padded.map((length) => {
    const offset = total;
    total += length + 8;
    return offset;
  });
  if (padded.some((length) => length > 0xfffffffe))
    throw new DicomError("too-long", "a frame is too long for a fragment");
  const table = total <= 0xffffffff && frames.length > 0 ? offsets : [];
  const writer = new ByteWriter(true, 16 + table.length * 4 + total);
  const item = (element: number, length: number) => {
    writer.u16(0xfffe);
    writer.u16(element);
    writer.u32(length);
  };
  item(0xe000, table.length * 4);
  for (const offset of table) writer.u32(offset);
  frames.forEach((frame, i) => {
    item(0xe000, padded[i]!);
    writer.put(frame);
    if (padded[i]! > frame.length) writer.u8(0);
  });
  item(0xe0dd, 0);
  return writer.done();
}

/** The header of an item of encapsulated Pixel Data: its offset table or a fragment, of so many bytes (even). */
export function encapsulationItem(length: number): Uint8Array {
  const writer = new ByteWriter(true, 8);
  writer.u16(0xfffe);
  writer.u16(0xe000);
  writer.u32(length);
  return writer.done();
}

/** The fragments of such a value field, their offsets counted from `offset` at its first byte. */
export function fragmentsOf(
  value: Uint8Array,
  offset: number,
): { offsetTable: Uint8Array; fragments: Piece[] } {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const fragments: Piece[] = [];
  let offsetTable: Uint8Array | null = null;
  let at = 0;
  while (at + 8 <= value.length && view.getUint16(at + 2, true) === 0xe000) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > value.length) throw new DicomError("truncated", "a fragment ends early", at);
    if (offsetTable === null) offsetTable = value.subarray(at + 8, at + 8 + length);
    else fragments.push({ offset: offset + at + 8, length });
    at += 8 + length;
  }
  return { offsetTable: offsetTable ?? new Uint8Array(0), fragments };
}
