/** The Minimal Lower Layer Protocol: a message between 0x0B and 0x1C 0x0D (HL7 Transport Specification: MLLP, release 1). */

const startBlock = 0x0b;
const endBlock = 0x1c;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

export type FrameEvent =
  | { kind: "message"; bytes: Buffer }
  /** A frame that never ended before the next one began. */
  | { kind: "cut"; bytes: Buffer }
  /** Over the limit: its beginning. Nothing more is read. */
  | { kind: "too-long"; bytes: Buffer }
  /** What comes is no MLLP. Nothing more is read. */
  | { kind: "junk" };

export interface FrameReader {
  push(chunk: Uint8Array): FrameEvent[];
  /** Bytes of a frame that has not ended yet. */
  readonly pending: number;
  /** Whether a frame has begun and not ended. */
  readonly isInFrame: boolean;
}

/** What a frame that is too long is recognized by: enough for MSH. */
const keptBeginning = 16_384;

/**
 * Takes frames apart, however the bytes come. Between frames, line ends are nothing, and other bytes are skipped up to `maxJunk` in a row; an end block
 * without its carriage return ends a frame as well.
 */
export function createFrameReader({
  maxLength,
  maxJunk = 4096,
}: {
  maxLength: number;
  maxJunk?: number;
}): FrameReader {
  let isInFrame = false;
  let isDead = false;
  let parts: Buffer[] = [];
  let length = 0;
  let junk = 0;

  function take(bytes: Buffer): void {
    parts.push(bytes);
    length += bytes.length;
  }

  function ended(): Buffer {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return bytes;
  }

  /** A sender that lost its way begins anew within a frame; a vertical tab alone may be somebody's text. */
  function completed(bytes: Buffer): FrameEvent[] {
    const again = bytes.lastIndexOf("\vMSH", undefined, "latin1");
    if (again < 0) return [{ kind: "message", bytes }];
    return [
      { kind: "cut", bytes: bytes.subarray(0, again) },
      { kind: "message", bytes: bytes.subarray(again + 1) },
    ];
  }

  function push(chunk: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length && !isDead) {
      if (!isInFrame) {
        const byte = bytes[at++]!;
        if (byte === startBlock) {
          isInFrame = true;
          junk = 0;
        } else if (byte !== carriageReturn && byte !== lineFeed && ++junk > maxJunk) {
          isDead = true;
          events.push({ kind: "junk" });
        }
        continue;
      }
      const end = bytes.indexOf(endBlock, at);
      const until = end < 0 ? bytes.length : end;
      if (length + until - at > maxLength) {
        take(Buffer.from(bytes.subarray(at, Math.min(until, at + keptBeginning))));
        isDead = true;
        isInFrame = false;
        events.push({ kind: "too-long", bytes: ended().subarray(0, keptBeginning) });
        break;
      }
      // A copy: the socket's buffer may be used again.
      take(Buffer.from(bytes.subarray(at, until)));
      at = until + 1;
      if (end < 0) break;
      isInFrame = false;
      events.push(...completed(ended()));
    }
    return events;
  }

  return {
    push,
    get pending() {
      return length;
    },
    get isInFrame() {
      return isInFrame;
    },
  };
}

/** A message in its frame. */
export const frameOf = (message: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([startBlock]), message, Buffer.from([endBlock, carriageReturn])]);
