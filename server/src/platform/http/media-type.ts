/** A media type with its parameters (RFC 9110 8.3.1): names in lower case, values as they are, without quotes. */
export interface MediaType {
  /** `type/subtype` in lower case; in an Accept header each may be `*`. */
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** One of the representations that a client takes (RFC 9110 12.5.1). */
export interface MediaRange extends MediaType {
  /** From 0 (never) to 1. */
  quality: number;
}

const maxRanges = 64;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Splits at a separator that does not stand within a quoted string. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === separator) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

function parameterValue(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  const end = trimmed.length > 1 && trimmed.endsWith('"') ? -1 : undefined;
  return trimmed.slice(1, end).replace(/\\(.)/g, "$1");
}

/**
 * Reads one media type. Parameter values without quotes may hold any character but `;`, because clients write
 * `type=application/dicom` and odd boundaries so. @returns null where it is none
 */
export function parseMediaType(text: string): MediaType | null {
  const [essence = "", ...rest] = splitOutsideQuotes(text, ";");
  const [type, subtype, ...more] = essence.trim().toLowerCase().split("/");
  if (!type || !subtype || more.length > 0 || !token.test(type) || !token.test(subtype)) return null;
  const parameters = new Map<string, string>();
  for (const piece of rest) {
    const equals = piece.indexOf("=");
    const name = piece
      .slice(0, equals === -1 ? undefined : equals)
      .trim()
      .toLowerCase();
    if (name === "") continue;
    if (equals === -1 || !token.test(name)) return null;
    if (!parameters.has(name)) parameters.set(name, parameterValue(piece.slice(equals + 1)));
  }
  return { type: `${type}/${subtype}`, parameters };
}

/** How exactly a range says what it wants: a wildcard gives way to a type, a type to one with parameters. */
function precision(range: MediaRange): number {
  if (range.type === "*/*") return 0;
  return range.type.endsWith("/*") ? 1 : 2;
}

/**
 * Reads an Accept header: the best liked first, of equals the more exact, then in the order of the header. What cannot be read is left
 * out; `q=0` is kept, because it forbids. A lone `*` stands for everything.
 */
export function parseAccept(text: string): MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const piece of splitOutsideQuotes(text, ",").slice(0, maxRanges)) {
    const trimmed = piece.trim();
    if (trimmed === "") continue;
    const media = parseMediaType(trimmed.replace(/^\*(?=\s*(;|$))/, "*/*"));
    if (!media) continue;
    const weight = media.parameters.get("q");
    const quality = weight === undefined ? 1 : Number(weight);
    if (Number.isNaN(quality)) continue;
    const parameters = new Map([...media.parameters].filter(([name]) => name !== "q"));
    ranges.push({ type: media.type, parameters, quality: Math.min(1, Math.max(0, quality)) });
  }
  return ranges.sort((a, b) => b.quality - a.quality || precision(b) - precision(a));
}

/** Whether the range covers the type, parameters aside. */
export function covers(range: MediaType, type: string): boolean {
  if (range.type === "*/*" || range.type === type) return true;
  return range.type.endsWith("/*") && type.startsWith(range.type.slice(0, -1));
}

/** A parameter value as it may stand in a header: quoted where it is no token. */
export function quoteParameter(value: string): string {
  return token.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
