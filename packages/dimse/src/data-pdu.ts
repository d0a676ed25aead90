import { pduTypes } from "./pdu.ts";

/** Header of a P-DATA-TF with one presentation data value: PDU header, value length, context id, message control header. */
export const dataHeaderLength = 12;
/** What of the announced maximum length the header of the value takes: its length, context id, control header. */
const valueHeaderLength = 6;

/** The longest P-DATA-TF we send to a peer that sets no limit. */
const unlimited = 256 * 1024;

/** The least maximum length that anything can be sent to: a value with a fragment of two bytes. */
export const leastMaximumLength = valueHeaderLength + 2;

/**
 * How many bytes of a command or data set one P-DATA-TF carries to a peer that announced this maximum length. Fragments are of even length
 * (PS3.8 Annex E.1), so of an odd maximum one byte stays free.
 */
export function fragmentCapacity(peerMaximumLength: number): number {
  const length = peerMaximumLength === 0 ? unlimited : Math.min(peerMaximumLength, unlimited);
  return (length - valueHeaderLength) & ~1;
}

/** The header of a P-DATA-TF with one presentation data value of this many bytes (PS3.8 §9.3.5, Annex E.2). */
export function writeDataHeader(
  bytes: Buffer,
  offset: number,
  value: { contextId: number; command: boolean; last: boolean; length: number },
): void {
  bytes[offset] = pduTypes.data;
  bytes[offset + 1] = 0;
  bytes.writeUInt32BE(value.length + valueHeaderLength, offset + 2);
  bytes.writeUInt32BE(value.length + 2, offset + 6);
  bytes[offset + 10] = value.contextId;
  bytes[offset + 11] = (value.command ? 1 : 0) | (value.last ? 2 : 0);
}

/** A whole command with the whole of a small data set (a response, an identifier) in one buffer, for one write. */
export function encodeMessage(
  contextId: number,
  command: Uint8Array,
  dataSet: Uint8Array | undefined,
  peerMaximumLength: number,
): Buffer {
  const capacity = fragmentCapacity(peerMaximumLength);
  const sets = dataSet ? [command, dataSet] : [command];
  const fragments = (set: Uint8Array) => Math.max(1, Math.ceil(set.length / capacity));
  const total = sets.reduce((sum, set) => sum + set.length + fragments(set) * dataHeaderLength, 0);
  const bytes = Buffer.allocUnsafe(total);
  let offset = 0;
  for (const set of sets) {
    let start = 0;
    do {
      const end = Math.min(start + capacity, set.length);
      const last = end === set.length;
      writeDataHeader(bytes, offset, { contextId, command: set === command, last, length: end - start });
      bytes.set(set.subarray(start, end), offset + dataHeaderLength);
      offset += dataHeaderLength + end - start;
      start = end;
    } while (start < set.length);
  }
  return bytes;
}
