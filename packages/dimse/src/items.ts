import { PduError } from "./pdu.ts";

/** The items of association PDUs: type, reserved byte, two byte length, value (PS3.8 §9.3.2). */
export function* eachItem(bytes: Buffer): Generator<{ type: number; value: Buffer }> {
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length - offset < 4) throw new PduError("item header cut short");
    const length = bytes.readUInt16BE(offset + 2);
    const start = offset + 4;
    if (length > bytes.length - start) throw new PduError("item with a length beyond its end");
    yield { type: bytes[offset]!, value: bytes.subarray(start, start + length) };
    offset = start + length;
  }
}

/** @throws PduError where the value is longer than an item can say */
export function item(type: number, value: Uint8Array): Buffer {
  if (value.length > 0xffff) throw new PduError("an item holds at most 65,535 bytes");
  const bytes = Buffer.allocUnsafe(4 + value.length);
  bytes[0] = type;
  bytes[1] = 0;
  bytes.writeUInt16BE(value.length, 2);
  bytes.set(value, 4);
  return bytes;
}

/** @throws PduError where the UID is longer than an item can say */
export function uidItem(type: number, uid: string): Buffer {
  return item(type, Buffer.from(uid, "latin1"));
}
