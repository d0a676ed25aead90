import { decodeAs } from "./decode.ts";
import { asciiElement, type CodeElement, repertoire } from "./tables.ts";

const utf8 = new TextEncoder();
const tables = new Map<string, Map<string, number[]>>();

/** Characters of a set and their bytes, made by decoding all of them once. */
function tableOf(key: string, make: () => Map<string, number[]>): Map<string, number[]> {
  let table = tables.get(key);
  if (!table) {
    table = make();
    tables.set(key, table);
  }
  return table;
}

function pairsTable(
  encoding: string,
  firsts: [number, number],
  seconds: [number, number],
  prefix: number[] = [],
) {
  const table = new Map<string, number[]>();
  for (let first = firsts[0]; first <= firsts[1]; first++)
    for (let second = seconds[0]; second <= seconds[1]; second++) {
      const character = decodeAs(encoding, new Uint8Array([...prefix, first, second]));
      const isOne = character.length === 1 || (character.length === 2 && character.codePointAt(0)! > 0xffff);
      if (isOne && !character.includes("\ufffd") && !table.has(character))
        table.set(character, [first, second]);
    }
  return table;
}

function elementTable(part: CodeElement): Map<string, number[]> {
  return tableOf(part.escape.join(), () => {
    if (part.bytesPerCharacter === 1) {
      const table = new Map<string, number[]>();
      for (let byte = 0xa0; byte <= 0xff; byte++) {
        const character = decodeAs(part.encoding, new Uint8Array([byte]));
        if (character.length === 1 && character !== "\ufffd") table.set(character, [byte]);
      }
      return table;
    }
    const table = pairsTable(
      part.encoding,
      [0xa1, 0xfe],
      [0xa1, 0xfe],
      part.form === "jis-x-0212" ? [0x8f] : [],
    );
    if (part.half === "G0") for (const [key, [a, b]] of table) table.set(key, [a! & 0x7f, b! & 0x7f]);
    return table;
  });
}

/** GB18030 beyond two bytes: the rest of the BMP by table, the other planes by arithmetic. */
function fourBytes(linear: number): number[] {
  return [
    0x81 + Math.floor(linear / 12600),
    0x30 + (Math.floor(linear / 1260) % 10),
    0x81 + (Math.floor(linear / 10) % 126),
    0x30 + (linear % 10),
  ];
}

function encodeGb(text: string, wide: boolean): Uint8Array | null {
  const pairs = tableOf("gb", () => pairsTable("gb18030", [0x81, 0xfe], [0x40, 0xfe]));
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const pair = pairs.get(character);
    if (code < 0x80) out.push(code);
    else if (pair) out.push(...pair);
    else if (!wide) return null;
    else if (code >= 0x10000) out.push(...fourBytes(189000 + code - 0x10000));
    else {
      const rest = tableOf("gb-four", () => {
        const table = new Map<string, number[]>();
        for (let linear = 0; linear < 39420; linear++) {
          const bytes = fourBytes(linear);
          const decoded = decodeAs("gb18030", new Uint8Array(bytes));
          if (decoded.length === 1 && decoded !== "\ufffd") table.set(decoded, bytes);
        }
        return table;
      });
      const bytes = rest.get(character);
      if (!bytes) return null;
      out.push(...bytes);
    }
  }
  return new Uint8Array(out);
}

function isAsciiText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function encodeElements(
  text: string,
  parts: readonly CodeElement[],
  vr: string,
  initial: readonly CodeElement[],
) {
  const out: number[] = [];
  const start = {
    G0: asciiElement as CodeElement,
    G1: initial.find((part) => part.half === "G1") ?? null,
  };
  let active = { ...start };
  const toAscii = () => {
    if (active.G0.bytesPerCharacter === 2) out.push(...asciiElement.escape);
    active = { ...active, G0: asciiElement };
  };
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) {
      toAscii();
      const splits =
        code === 0x5c ? !/^(ST|LT|UT)$/.test(vr) : vr === "PN" && (code === 0x5e || code === 0x3d);
      if (splits || (code >= 0x09 && code <= 0x0d)) active = { ...start };
      out.push(code);
      continue;
    }
    const holds = (part: CodeElement | null) =>
      part !== null && part.encoding !== "ascii" && elementTable(part).has(character);
    let part = [active.G1, active.G0].find(holds) ?? null;
    if (part === null) {
      part = parts.find(holds) ?? null;
      if (part === null) return null;
      out.push(...part.escape);
      active = { ...active, [part.half]: part };
    }
    out.push(...elementTable(part).get(character)!);
  }
  toAscii();
  return new Uint8Array(out);
}

/** Text as bytes in the given character sets; null where they do not have all of its characters. */
export function encodeText(text: string, characterSets: readonly string[], vr = "LO"): Uint8Array | null {
  if (isAsciiText(text)) return asciiBytes(text);
  const first = repertoire(characterSets[0] ?? "");
  if (first.kind === "unknown") return null;
  if (first.kind === "whole") {
    if (first.encoding === "utf-8") return utf8.encode(text);
    return encodeGb(text, first.encoding === "gb18030");
  }
  const hasExtensions = characterSets.length > 1 || first.extensible;
  const others = characterSets.slice(hasExtensions ? 0 : 1, hasExtensions ? undefined : 1).flatMap((term) => {
    const found = repertoire(term);
    return found.kind === "elements" ? found.elements : [];
  });
  return encodeElements(text, others, vr, first.elements);
}
