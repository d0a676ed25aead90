import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { quoteParameter } from "../../platform/index.ts";

export interface OutgoingPart {
  /** With its parameters. */
  contentType: string;
  /** In bytes, where it is known. */
  size: number | null;
  body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Told once when nobody reads the body any more. */
  release?: () => void;
}

export interface MultipartMessage {
  /** For the header of the whole. */
  contentType: string;
  /** In bytes, where it is known before the parts are opened. */
  size: number | null;
  body: Readable;
}

const chunkBytes = 1 << 18;

/** Closes what was opened and is not read further. */
export function releasePart({ body, release }: Pick<OutgoingPart, "body" | "release">): void {
  if ("destroy" in body) (body as Readable).destroy();
  release?.();
}

/** Parts whose memory is used again when their bytes have left this process. */
function releasedWhenSent(destination: ServerResponse, body: () => Readable) {
  const waiting: { end: number; release: () => void }[] = [];
  const all = () => {
    for (const { release } of waiting.splice(0)) release();
  };
  // Whole or broken off: nothing is sent after it.
  destination.once("close", all);
  return {
    add(release: () => void): { end: number } {
      const part = { end: Number.POSITIVE_INFINITY, release };
      if (destination.destroyed) release();
      else waiting.push(part);
      return part;
    },
    /** @param written bytes given to the body; what it and the connection still hold of them came last */
    upTo(written: number): void {
      const sent = written - body().readableLength - destination.writableLength;
      while (waiting[0] && waiting[0].end <= sent) waiting.shift()!.release();
    },
  };
}

type PartHead = Pick<OutgoingPart, "contentType" | "size">;

function headOf(boundary: string, { contentType, size }: PartHead): string {
  const length = size === null ? "" : `Content-Length: ${size}\r\n`;
  return `--${boundary}\r\nContent-Type: ${contentType}\r\n${length}\r\n`;
}

/** Of the whole message. A part is followed by a line break. */
function sizeOf(boundary: string, parts: readonly PartHead[]): number | null {
  let size = boundary.length + 6;
  for (const part of parts) {
    if (part.size === null) return null;
    size += headOf(boundary, part).length + part.size + 2;
  }
  return size;
}

const otherSize = () => new Error("a part is not of the size that was said of it");

/**
 * Writes a multipart/related message (RFC 2387; PS3.18 8.6.1.2.1) as it is read. An error of a part is an error of the body, so that the
 * connection breaks and nobody takes the message for whole; so is a part that is not as long as was said.
 * @param destination where the body is sent, so that memory of parts is released when it was
 * @param known the same parts, where all are known before they are opened
 */
export function multipartMessage(
  type: string,
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
  { destination, known }: { destination?: ServerResponse; known?: readonly PartHead[] | null } = {},
): MultipartMessage {
  const boundary = `isocenter-${randomBytes(15).toString("hex")}`;
  const sent = destination && releasedWhenSent(destination, () => body);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let lead = "";
    let written = 0;
    for await (const part of parts) {
      const lent = part.release && sent?.add(part.release);
      const head = Buffer.from(lead + headOf(boundary, part), "latin1");
      yield head;
      written += head.length;
      lead = "\r\n";
      if (!(part.body instanceof Uint8Array)) {
        const before = written;
        for await (const chunk of part.body) {
          written += chunk.length;
          if (part.size !== null && written - before > part.size) throw otherSize();
          yield chunk;
        }
        if (part.size !== null && written - before < part.size) throw otherSize();
        continue;
      }
      if (part.size !== null && part.body.length !== part.size) throw otherSize();
      yield part.body;
      written += part.body.length;
      if (lent) lent.end = written;
      sent?.upTo(written);
    }
    yield Buffer.from(`${lead}--${boundary}--\r\n`, "latin1");
  }
  const body = Readable.from(bytes(), { objectMode: false, highWaterMark: chunkBytes });
  // Parts that are open already, and are never read where nobody takes the message.
  if (Array.isArray(parts)) body.once("close", () => parts.forEach(releasePart));
  return {
    contentType: `multipart/related; type=${quoteParameter(type)}; boundary=${boundary}`,
    size: known ? sizeOf(boundary, known) : null,
    body,
  };
}
