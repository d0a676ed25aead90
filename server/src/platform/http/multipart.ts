/** What is wrong with a multipart body; the parts before it were whole. */
export class MultipartError extends Error {
  readonly code:
    | "multipart.no-boundary"
    | "multipart.no-part"
    | "multipart.truncated"
    | "multipart.bad-header"
    | "multipart.too-many-parts";
  constructor(code: MultipartError["code"], message: string) {
    super(message);
    this.name = "MultipartError";
    this.code = code;
  }
}

export interface Part {
  /** From 1. */
  number: number;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  /**
   * Read once. Nothing is read ahead: while nobody reads, the source waits. What is left unread is passed over when the next part is
   * asked for. @throws MultipartError where the body ends before its delimiter
   */
  body: AsyncIterable<Uint8Array>;
  /** When the last byte of the body was read, or its reading failed. */
  consumed: Promise<void>;
}

export interface MultipartLimits {
  maxParts: number;
  /** Of the headers of one part, in bytes. */
  maxHeaderBytes: number;
}

export const defaultMultipartLimits: MultipartLimits = { maxParts: 100_000, maxHeaderBytes: 16_384 };

const maxPreambleBytes = 65_536;
/** White space between a boundary and the end of its line (RFC 2046 5.1.1). */
const maxPaddingBytes = 256;
const maxHeaderLines = 64;
/** RFC 2046 5.1.1 allows 70 characters; there are senders with 73. */
const boundaryPattern = /^[ -~]{0,199}[!-~]$/;
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const empty = Buffer.alloc(0);
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const hyphen = 0x2d;

/** What follows a boundary: the end of its line, the end of everything, too little to say, or neither, so that it is content. */
type DelimiterEnd = { kind: "part"; end: number } | { kind: "close" | "unknown" | "content" };

function delimiterEnd(bytes: Buffer, from: number): DelimiterEnd {
  if (bytes[from] === hyphen) {
    if (from + 1 >= bytes.length) return { kind: "unknown" };
    return { kind: bytes[from + 1] === hyphen ? "close" : "content" };
  }
  let at = from;
  while (at < bytes.length && at - from <= maxPaddingBytes && (bytes[at] === 0x20 || bytes[at] === 0x09))
    at += 1;
  if (at >= bytes.length) return { kind: "unknown" };
  if (bytes[at] === lineFeed) return { kind: "part", end: at + 1 };
  if (bytes[at] !== carriageReturn) return { kind: "content" };
  if (at + 1 >= bytes.length) return { kind: "unknown" };
  return bytes[at + 1] === lineFeed ? { kind: "part", end: at + 2 } : { kind: "content" };
}

/** The length of the longest end of `bytes` that begins `delimiter`: it may go on in the next chunk. */
function begunDelimiter(bytes: Buffer, delimiter: Buffer): number {
  let length = Math.min(bytes.length, delimiter.length - 1);
  for (; length > 0; length -= 1) {
    if (bytes.compare(delimiter, 0, length, bytes.length - length) === 0) return length;
  }
  return 0;
}

function parseHeaders(block: string): Map<string, string> {
  const headers = new Map<string, string>();
  // A line that begins with white space goes on from the line before it (RFC 5322 2.2.3).
  const lines = block.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  if (lines.length > maxHeaderLines)
    throw new MultipartError("multipart.bad-header", "A part has too many headers.");
  for (const line of lines) {
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (!headerName.test(name))
      throw new MultipartError("multipart.bad-header", "A part has a header line that cannot be read.");
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** The bytes that were read and not yet used, and the way to more. */
interface Window {
  held: Buffer;
  /** @returns false at the end of the source */
  more(): Promise<boolean>;
}

function windowOver(source: AsyncIterable<Uint8Array>): Window {
  const iterator = source[Symbol.asyncIterator]();
  let failure: { error: unknown } | null = null;
  const window: Window = {
    held: empty,
    async more() {
      for (;;) {
        // A source that failed once is at its end afterwards, which would look like a body cut short.
        if (failure) throw failure.error;
        const next = await iterator.next().catch((error: unknown) => {
          failure = { error };
          throw error;
        });
        if (next.done) return false;
        if (next.value.length === 0) continue;
        const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
        window.held = window.held.length === 0 ? chunk : Buffer.concat([window.held, chunk]);
        return true;
      }
    },
  };
  return window;
}

const truncated = () =>
  new MultipartError("multipart.truncated", "The multipart body ends before its closing boundary.");

/**
 * Passes over the preamble up to the end of the first boundary's line. @returns the line break that the body uses: LF alone is
 * tolerated where the first boundary's line ends so; null where the body has no part
 */
async function skipPreamble(window: Window, boundary: string): Promise<"\r\n" | "\n" | null> {
  const dashed = Buffer.from(`--${boundary}`, "latin1");
  for (let from = 0; ; ) {
    const at = window.held.indexOf(dashed, from);
    if (at !== -1) {
      const startsLine = at === 0 || window.held[at - 1] === lineFeed;
      const end = startsLine ? delimiterEnd(window.held, at + dashed.length) : ({ kind: "content" } as const);
      if (end.kind === "close") return null;
      if (end.kind === "part") {
        const lineBreak = window.held[end.end - 2] === carriageReturn ? "\r\n" : "\n";
        window.held = window.held.subarray(end.end);
        return lineBreak;
      }
      if (end.kind === "content") {
        from = at + 1;
        continue;
      }
    }
    from = at === -1 ? Math.max(0, window.held.length - dashed.length) : at;
    if (window.held.length > maxPreambleBytes || !(await window.more()))
      throw new MultipartError(
        "multipart.no-part",
        "The multipart body does not have the boundary it names.",
      );
  }
}

/** Reads a part's headers; leaves the line break that ends them, because it may belong to the next boundary. */
async function readHeaders(
  window: Window,
  lineBreak: string,
  maxBytes: number,
): Promise<Map<string, string>> {
  // The line break before is part of the search, so that a part without headers ends at once.
  window.held = Buffer.concat([Buffer.from(lineBreak, "latin1"), window.held]);
  const blank = Buffer.from(lineBreak + lineBreak, "latin1");
  for (let from = 0; ; ) {
    const at = window.held.indexOf(blank, from);
    if (at !== -1 && at <= maxBytes) {
      const block = window.held.toString("latin1", lineBreak.length, Math.max(at, lineBreak.length));
      window.held = window.held.subarray(at + lineBreak.length);
      return parseHeaders(block);
    }
    if (window.held.length > maxBytes + blank.length)
      throw new MultipartError("multipart.bad-header", "The headers of a part are too long.");
    from = Math.max(0, window.held.length - blank.length);
    if (!(await window.more())) throw truncated();
  }
}

interface BodyReader {
  /** The next piece, or null after the last. */
  next(): Promise<Buffer | null>;
  /** Set when the delimiter was reached: whether it closes the whole. */
  closed: boolean;
}

/** Reads content up to the delimiter. `window.held` begins with the line break that ended the headers, which is no content. */
function bodyReader(window: Window, lineBreak: string, delimiter: Buffer): BodyReader {
  let skip = lineBreak.length;
  let from = 0;
  let done = false;
  /** Takes so many bytes from the window. */
  const take = (length: number): Buffer => {
    const piece = window.held.subarray(Math.min(skip, length), length);
    skip = Math.max(0, skip - length);
    window.held = window.held.subarray(length);
    from = 0;
    return piece;
  };
  const reader: BodyReader = {
    closed: false,
    async next() {
      while (!done) {
        const at = window.held.indexOf(delimiter, from);
        const end = at === -1 ? null : delimiterEnd(window.held, at + delimiter.length);
        if (end?.kind === "content") {
          from = at + 1;
          continue;
        }
        if (end && end.kind !== "unknown") {
          const content = take(at);
          done = true;
          reader.closed = end.kind === "close";
          window.held = end.kind === "part" ? window.held.subarray(end.end - at) : empty;
          if (content.length > 0) return content;
          break;
        }
        const safe = at === -1 ? window.held.length - begunDelimiter(window.held, delimiter) : at;
        const piece = safe > 0 ? take(safe) : empty;
        if (piece.length > 0) return piece;
        if (!(await window.more())) throw truncated();
      }
      return null;
    },
  };
  return reader;
}

/** One part's body for whoever takes it, and the way past what was not taken. Calls never overlap. */
function partBody(reader: BodyReader): {
  body: AsyncIterable<Uint8Array>;
  consumed: Promise<void>;
  pass(): Promise<void>;
} {
  const { promise: consumed, resolve: finish } = Promise.withResolvers<void>();
  let turn: Promise<unknown> = Promise.resolve();
  const next = (): Promise<Buffer | null> => {
    const piece = turn.then(async () => {
      try {
        const bytes = await reader.next();
        if (bytes === null) finish();
        return bytes;
      } catch (error) {
        finish();
        throw error;
      }
    });
    turn = piece.catch(() => {});
    return piece;
  };
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await next();
        return value === null ? { done: true, value: undefined } : { done: false, value };
      },
      async return() {
        return { done: true, value: undefined };
      },
    }),
  };
  return {
    body,
    consumed,
    async pass() {
      while ((await next()) !== null);
    },
  };
}

/**
 * Reads a multipart body (RFC 2046 5.1) part by part, as it comes, keeping no more than one chunk and a boundary. Preamble and epilogue are
 * passed over; a part may have no headers; where the first boundary's line ends with LF alone, LF is the line break throughout.
 * @throws MultipartError
 */
export async function* readParts(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits = defaultMultipartLimits,
): AsyncGenerator<Part, void, void> {
  if (!boundaryPattern.test(boundary))
    throw new MultipartError(
      "multipart.no-boundary",
      "The boundary of the multipart body is missing or not valid.",
    );
  const window = windowOver(source);
  const lineBreak = await skipPreamble(window, boundary);
  if (lineBreak !== null) {
    const delimiter = Buffer.from(`${lineBreak}--${boundary}`, "latin1");
    for (let number = 1; ; number += 1) {
      if (number > limits.maxParts)
        throw new MultipartError("multipart.too-many-parts", `More than ${limits.maxParts} parts.`);
      const headers = await readHeaders(window, lineBreak, limits.maxHeaderBytes);
      const reader = bodyReader(window, lineBreak, delimiter);
      const { body, consumed, pass } = partBody(reader);
      yield { number, headers, body, consumed };
      await pass();
      if (reader.closed) break;
    }
  }
  window.held = empty;
  while (await window.more()) window.held = empty;
}
