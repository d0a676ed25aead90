import { latin1 } from "../latin1.ts";

interface WithBase64 {
  toBase64?: () => string;
}

/** Bytes as base64 (RFC 4648 4). */
export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as WithBase64).toBase64;
  return native ? native.call(bytes) : btoa(latin1(bytes));
}

/** Bytes of base64 text; null where it is none. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    const decoded = atob(text);
    const bytes = new Uint8Array(decoded.length);
    for (let i = 0; i < decoded.length; i++) bytes[i] = decoded.charCodeAt(i);
    return bytes;
  } catch {
    return null;
  }
}
