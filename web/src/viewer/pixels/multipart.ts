import { t } from "../../words/words.ts";

/** One part of a multipart/related answer (RFC 2387). */
export interface Part {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * The first part of a multipart/related body, or the body itself when the answer is a single part.
 * Throws when the boundary announced is not found.
 */
export function firstPart(contentType: string, body: Uint8Array<ArrayBuffer>): Part {
  if (!/^\s*multipart\//i.test(contentType)) return { contentType, body };
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw new Error(t("The archive's answer names no boundary."));
  const delimiter = latin1(`--${name}`);
  const start = indexOf(body, delimiter, 0);
  if (start < 0) throw new Error(t("The archive's answer does not hold the boundary it names."));
  const headerStart = start + delimiter.length;
  const headerEnd = indexOf(body, latin1("\r\n\r\n"), headerStart);
  if (headerEnd < 0) throw new Error(t("The archive's answer ends in the header of a part."));
  const header = new TextDecoder("latin1").decode(body.subarray(headerStart, headerEnd));
  const bodyStart = headerEnd + 4;
  return {
    contentType: headerField(header, "content-type") ?? "",
    body: body.subarray(bodyStart, partEnd(body, bodyStart, name)),
  };
}

/**
 * The first part of a body of which the end has not come; `total` is the length that its header says. Undefined while the header itself is not
 * whole. What may be the delimiter behind the part is not told from the part.
 */
export function partSoFar(
  contentType: string,
  body: Uint8Array<ArrayBuffer>,
): (Part & { total: number | undefined }) | undefined {
  if (!/^\s*multipart\//i.test(contentType)) return { contentType, body, total: undefined };
  const headerEnd = indexOf(body.subarray(0, maximumHeader), latin1("\r\n\r\n"), 0);
  if (headerEnd < 0) return undefined;
  const header = new TextDecoder("latin1").decode(body.subarray(0, headerEnd));
  const said = headerField(header, "content-length");
  const total = said !== undefined && /^\d+$/.test(said) ? Number(said) : undefined;
  return {
    contentType: headerField(header, "content-type") ?? "",
    body: body.subarray(headerEnd + 4, total === undefined ? undefined : headerEnd + 4 + total),
    total,
  };
}

/** Bytes within which the header of a part ends. */
const maximumHeader = 4096;

function partEnd(body: Uint8Array, bodyStart: number, name: string): number {
  const end = indexOf(body, latin1(`\r\n--${name}`), bodyStart);
  if (end < 0) throw new Error(t("The archive's answer ends before its last boundary."));
  return end;
}

function headerField(header: string, name: string): string | undefined {
  for (const line of header.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function indexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0]!;
  for (let at = haystack.indexOf(first, from); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (at + needle.length > haystack.length) return -1;
    let i = 1;
    while (i < needle.length && haystack[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
  }
  return -1;
}
