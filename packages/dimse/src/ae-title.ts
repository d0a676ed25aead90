/**
 * Whether the text may be an application entity title here: 1 to 16 characters of the default repertoire without leading or
 * trailing spaces (PS3.5 §6.2, AE). `\` and control characters the standard excludes; `/` and `.` are excluded as well, since a
 * title ends up in names and paths of many systems.
 */
export function isAeTitle(text: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]{0,14}[\x21-\x7e])?$/.test(text) && !/[/\\.]/.test(text);
}

/** The 16 bytes of an association PDU (PS3.8 §9.3.2), spaces on either side not significant. May not be a valid title. */
export function decodeAeTitle(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/^ +|[ \0]+$/g, "");
}

/** As the 16 bytes of an association PDU, filled up with spaces; what is longer is cut (PS3.8 §9.3.2). */
export function encodeAeTitle(title: string): Buffer {
  return Buffer.from(title.padEnd(16, " ").slice(0, 16), "latin1");
}
