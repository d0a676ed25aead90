import { decodeCharacters, isCharacterSet } from "./characters.ts";
import { type Delimiters, delimitersOf, encodingCharacters } from "./delimiters.ts";
import { Hl7Error } from "./errors.ts";
import { unescapeText } from "./escape.ts";
import { type Field, type Message, repetitionsOf, type Segment } from "./message.ts";

export interface ParseOptions {
  /** Of a message whose MSH-18 is empty; none: ASCII, and UTF-8 or Latin-1 for what is not. */
  characterSet?: string | null;
  /** 10,000 when left out. */
  maxSegments?: number;
}

const longestHeader = 16_384;
/** Each separator makes a piece, which costs time and memory; no message that says something comes near. */
const mostSeparators = 250_000;

/** The first line, its bytes as Latin-1: enough to find the separators and MSH-18. @throws Hl7Error `not-hl7` */
export function headLine(bytes: Uint8Array): string {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (start < Math.min(bytes.length, 64) && isBlank(bytes[start]!)) start++;
  let end = start;
  while (end < bytes.length && bytes[end] !== 0x0d && bytes[end] !== 0x0a && end - start < longestHeader)
    end++;
  const line = latin1(bytes.subarray(start, end));
  if (!line.startsWith("MSH")) throw new Hl7Error("not-hl7", "It does not begin with the segment MSH");
  return line;
}

const isBlank = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/**
 * Reads a message: the bytes between the frame's ends.
 * @throws Hl7Error `not-hl7`, `bad-delimiters`, `bad-segment`, `unknown-characters`, `too-many`
 */
export function parseMessage(bytes: Uint8Array, options: ParseOptions = {}): Message {
  const { text, delimiters, characterSets, isClean } = decodeMessage(bytes, options);
  checkSeparators(text, delimiters);
  const maxSegments = options.maxSegments ?? 10_000;
  const decode = (escaped: Uint8Array) => decodeCharacters(escaped, characterSets).text;
  const segments: Segment[] = [];
  // A segment ends with CR; LF and CRLF come from files and from gateways.
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") continue;
    if (segments.length === maxSegments)
      throw new Hl7Error("too-many", `It has more than ${maxSegments} segments`);
    const name = line.slice(0, 3);
    const isSegment = /^[A-Z][A-Z0-9]{2}$/.test(name) && (line.length === 3 || line[3] === delimiters.field);
    if (!isSegment)
      throw new Hl7Error("bad-segment", "A line does not begin with a segment's name", index + 1);
    if (name === "MSH" && segments.length > 0)
      throw new Hl7Error("bad-segment", "A second message begins within the frame", index + 1);
    segments.push(parseSegment(line, delimiters, decode));
  }
  return { delimiters, characterSets, isClean, segments };
}

/** @throws Hl7Error `too-many` */
function checkSeparators(text: string, d: Delimiters): void {
  const codes = [d.field, d.repetition, d.component, d.subcomponent, d.escape, "\r", "\n"]
    .filter((character) => character !== "")
    .map((character) => character.charCodeAt(0));
  let count = 0;
  for (let at = 0; at < text.length; at++)
    if (codes.includes(text.charCodeAt(at)) && ++count > mostSeparators)
      throw new Hl7Error("too-many", `It has more than ${mostSeparators} separators`);
}

/**
 * The text of a message, by the character sets that it names, and what it is parsed by.
 * @throws Hl7Error `not-hl7`, `bad-delimiters`, `unknown-characters`
 */
export function decodeMessage(
  bytes: Uint8Array,
  { characterSet }: ParseOptions = {},
): { text: string; delimiters: Delimiters; characterSets: readonly string[]; isClean: boolean } {
  const head = headLine(bytes);
  const delimiters = delimitersOf(head);
  const named = repetitionsOf(
    parseSegment(head, delimiters, () => ""),
    18,
  ).map((repetition) => repetition[0]?.[0]?.trim() ?? "");
  const characterSets = named.length > 0 ? named : characterSet ? [characterSet] : [];
  // An empty first one is ASCII, with others behind it.
  const unknown = characterSets.findIndex((name) => !isCharacterSet(name));
  if (unknown >= 0)
    throw new Hl7Error("unknown-characters", "MSH-18 names a character set that is not read here", 1);
  const { text, isClean } = decodeCharacters(bytes, characterSets);
  return { text: text.replace(/^\ufeff?\s*/, ""), delimiters, characterSets, isClean };
}

/**
 * A line as fields of repetitions of components of subcomponents (HL7 v2.5.1 §2.5). Of MSH the first two fields are the delimiters themselves.
 * @param decode reads the characters that an escape gives in hexadecimal
 */
export function parseSegment(line: string, d: Delimiters, decode: (bytes: Uint8Array) => string): Segment {
  const parts = line.split(d.field);
  const name = parts[0]!;
  const isHeader = name === "MSH";
  const fields = parts.slice(isHeader ? 2 : 1).map((text) => parseField(text, d, decode));
  return isHeader
    ? { name, fields: [[[[d.field]]], [[[encodingCharacters(d)]]], ...fields] }
    : { name, fields };
}

const split = (text: string, separator: string): string[] =>
  separator === "" ? [text] : text.split(separator);

function parseField(text: string, d: Delimiters, decode: (bytes: Uint8Array) => string): Field {
  if (text === "") return [];
  return split(text, d.repetition).map((repetition) =>
    split(repetition, d.component).map((component) =>
      split(component, d.subcomponent).map((part) => unescapeText(part, d, decode)),
    ),
  );
}
