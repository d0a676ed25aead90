import { registeredUid } from "../uids.ts";
import { hmacSha256 } from "./sha256.ts";

/** What a patient is called in the set. */
export interface Pseudonym {
  readonly id: string;
  readonly name: string;
}

export interface Pseudonyms {
  /** The UID that stands for another one; registered ones stand for themselves. */
  uid(uid: string): string;
  /** Days that all dates of a patient are moved by: never none, at most ten years, into the past. */
  days(patient: string): number;
  patient(patient: string): Pseudonym;
  /** A name of up to 14 characters for a system. */
  system(title: string): string;
}

const letters = "ABCDEFGHJKMNPQRSTVWXYZ0123456789";
const maxDays = 3650;
const minSecretBytes = 16;

/**
 * Consistent replacements, derived from the secret of a set by HMAC-SHA-256: the same secret gives the same, and without it nothing leads back.
 * @param secret at least 16 bytes
 */
export function createPseudonyms(secret: Uint8Array): Pseudonyms {
  if (secret.length < minSecretBytes)
    throw new RangeError(`the secret of a set has at least ${minSecretBytes} bytes`);
  const hmac = hmacSha256(secret);
  const encoder = new TextEncoder();
  const hashOf = (kind: string, text: string) => hmac(encoder.encode(`${kind}\0${text}`));
  const word = (kind: string, text: string, length: number) =>
    Array.from(hashOf(kind, text).subarray(0, length), (byte) => letters[byte & 31]).join("");
  return {
    uid(uid) {
      if (uid === "" || registeredUid(uid)) return uid;
      const bytes = hashOf("uid", uid).subarray(0, 16);
      // A UUID of version 8, which is of one's own making (RFC 9562 5.8), in the form of PS3.5 B.2
      bytes[6] = (bytes[6]! & 0x0f) | 0x80;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      let value = 0n;
      for (const byte of bytes) value = value * 256n + BigInt(byte);
      return `2.25.${value}`;
    },
    days(patient) {
      const hash = hashOf("days", patient);
      return -1 - (new DataView(hash.buffer).getUint32(hash.byteOffset) % maxDays);
    },
    patient(patient) {
      const id = `ANON-${word("patient", patient, 10)}`;
      return { id, name: id };
    },
    system: (title) => `AE-${word("system", title, 8)}`,
  };
}
