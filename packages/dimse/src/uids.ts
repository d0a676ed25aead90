/** The DICOM Application Context Name (PS3.7 Annex A.2.1). */
export const applicationContextName = "1.2.840.10008.3.1.1.1";
/** Implicit VR Little Endian, the transfer syntax that everyone must take (PS3.5 §10.1). */
export const implicitVrLittleEndian = "1.2.840.10008.1.2";
/** Verification SOP Class (PS3.4 Annex A). */
export const verificationSopClass = "1.2.840.10008.1.1";

/** A UID as PS3.5 §9.1 has it: at most 64 characters, components of digits without leading zeros. */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/.test(text);
}

/** What may name an instance: components with leading zeros are against PS3.5 §9.1, and common. */
export function isInstanceUid(text: string): boolean {
  return text.length <= 64 && /^[0-9]+(?:\.[0-9]+)+$/.test(text);
}

/** UIDs come padded with NUL to even length in data sets and commands; some pad with spaces. */
export function decodeUid(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/[\0 ]+$/, "");
}
