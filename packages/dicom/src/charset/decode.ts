import { latin1 } from "../latin1.ts";
import { asciiElement, type CodeElement, everyElement, repertoire } from "./tables.ts";

type Decoder = InstanceType<typeof TextDecoder>;
const decoders = new Map<string, Decoder>();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoder(encoding: string): Decoder {
  let made = decoders.get(encoding);
  if (!made) {
    made = new TextDecoder(encoding, { ignoreBOM: true });
    decoders.set(encoding, made);
  }
  return made;
}

/** Decodes with a label of the Encoding Standard, "latin1" and "ascii" byte for byte. */
export function decodeAs(encoding: string, bytes: Uint8Array): string {
  if (encoding === "latin1" || encoding === "ascii") return latin1(bytes);
  if (encoding !== "iso-8859-9") return decoder(encoding).decode(bytes);
  // The Encoding Standard knows ISO 8859-9 as windows-1254 only, which differs where ISO 8859 has control characters
  return decoder("windows-1254")
    .decode(bytes)
    .replace(/[\u0152\u0153\u0160\u0161\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/g, "\ufffd");
}

/** Decoded text and what was wrong with it. */
export interface DecodedText {
  readonly text: string;
  /** "unknown": a term that is not known; "undecodable": bytes that its character set does not have. Latin-1 or U+FFFD stand for them. */
  readonly problem: "unknown" | "undecodable" | null;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f || bytes[i] === 0x1b) return false;
  return true;
}

function utf8OrLatin1(bytes: Uint8Array, problem: "unknown" | "undecodable" | null): DecodedText {
  try {
    return { text: strictUtf8.decode(bytes), problem };
  } catch {
    return { text: latin1(bytes), problem: problem ?? "undecodable" };
  }
}

/**
 * Text of an element in the character sets of its data set (PS3.5 6.1), backslashes and all. Never throws: what a character set does not
 * have is read as UTF-8 where it is that, else as Latin-1.
 */
export function decodeTextChecked(
  bytes: Uint8Array,
  characterSets: readonly string[],
  vr: string,
): DecodedText {
  if (isAscii(bytes)) return { text: latin1(bytes), problem: null };
  const first = repertoire(characterSets[0] ?? "");
  if (first.kind === "unknown") return utf8OrLatin1(bytes, "unknown");
  if (first.kind === "whole") {
    if (first.encoding === "utf-8") return utf8OrLatin1(bytes, null);
    return checked(decodeAs(first.encoding, bytes));
  }
  const hasExtensions = characterSets.length > 1 || first.extensible || bytes.includes(0x1b);
  if (!hasExtensions) {
    const right = first.elements.find((part) => part.half === "G1");
    // The default repertoire has no upper half.
    return right ? checked(decodeAs(right.encoding, bytes)) : utf8OrLatin1(bytes, "undecodable");
  }
  if (characterSets.length === 0 || (characterSets.length === 1 && characterSets[0] === ""))
    if (!bytes.includes(0x1b)) return utf8OrLatin1(bytes, "undecodable");
  return decodeExtended(bytes, characterSets, vr);
}

/** The text of `decodeTextChecked`. */
export function decodeText(bytes: Uint8Array, characterSets: readonly string[], vr: string): string {
  return decodeTextChecked(bytes, characterSets, vr).text;
}

const checked = (text: string): DecodedText => ({
  text,
  problem: text.includes("\ufffd") ? "undecodable" : null,
});

interface Active {
  G0: CodeElement;
  G1: CodeElement | null;
}

function initialElements(characterSets: readonly string[]): Active {
  const declared = characterSets.map((term) => {
    const found = repertoire(term);
    return found.kind === "elements" ? found.elements : [];
  });
  const first = declared[0] ?? [];
  const right = (elements: readonly CodeElement[]) => elements.find((part) => part.half === "G1") ?? null;
  return {
    G0: first.find((part) => part.half === "G0" && part.bytesPerCharacter === 1) ?? asciiElement,
    // Writers that forget an escape sequence mean the one that they declared
    G1: right(first) ?? declared.map(right).find((part) => part !== null) ?? null,
  };
}

function escapeAt(bytes: Uint8Array, at: number): CodeElement | null {
  return everyElement.find((part) => part.escape.every((byte, i) => bytes[at + i] === byte)) ?? null;
}

const isControl = (byte: number) => byte === 0x0a || byte === 0x0d || byte === 0x0c || byte === 0x09;

/** Whether every set invoked by an escape sequence is given up here (PS3.5 6.1.2.5.3). */
function resets(byte: number, vr: string): boolean {
  if (isControl(byte)) return true;
  if (byte === 0x5c) return vr !== "ST" && vr !== "LT" && vr !== "UT";
  return vr === "PN" && (byte === 0x5e || byte === 0x3d);
}

function decodeRun(bytes: Uint8Array, start: number, end: number, part: CodeElement | null): string {
  if (part === null) return utf8OrLatin1(bytes.subarray(start, end), "undecodable").text;
  if (part.form === "as-is") return decodeAs(part.encoding, bytes.subarray(start, end));
  const high = part.form === "high-bit";
  const pairs: number[] = [];
  for (let i = start; i < end; i += 2) {
    if (!high) pairs.push(0x8f);
    pairs.push(bytes[i]! | 0x80);
    if (i + 1 < end) pairs.push(bytes[i + 1]! | 0x80);
  }
  return decodeAs(part.encoding, new Uint8Array(pairs));
}

function decodeExtended(bytes: Uint8Array, characterSets: readonly string[], vr: string): DecodedText {
  const initial = initialElements(characterSets);
  let active: Active = { ...initial };
  let text = "";
  let runStart = 0;
  let runPart: CodeElement | null = null;
  let undecodable = false;
  const flush = (end: number) => {
    if (end > runStart) text += decodeRun(bytes, runStart, end, runPart);
    runStart = end;
  };
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i]!;
    if (byte === 0x1b) {
      flush(i);
      const invoked = escapeAt(bytes, i);
      if (invoked) active = { ...active, [invoked.half]: invoked };
      else undecodable = true;
      i += invoked ? invoked.escape.length : 1;
      runStart = i;
      continue;
    }
    const isLeft = byte < 0x80;
    const part: CodeElement | null = isLeft ? active.G0 : active.G1;
    const single = !isLeft || part!.bytesPerCharacter === 1 || byte < 0x21;
    if (isLeft && single && resets(byte, vr)) active = { ...initial };
    const used = isLeft && single ? asciiElement : part;
    if (used === null) undecodable = true;
    if (used !== runPart) {
      flush(i);
      runPart = used;
    }
    i += used !== null && used.bytesPerCharacter === 2 ? 2 : 1;
  }
  flush(bytes.length);
  return { text, problem: undecodable || text.includes("\ufffd") ? "undecodable" : null };
}
