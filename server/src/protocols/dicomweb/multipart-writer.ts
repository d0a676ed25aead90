import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { quoteParameter } from "../../platform/index.ts";

export interface OutgoingPart {
  /** With its parameters. */
  contentType: string;
  /** In bytes, where it is known. */
  size: number | null;
  body: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface MultipartMessage {
  /** For the header of the whole. */
  contentType: string;
  body: Readable;
}

const chunkBytes = 1 << 18;

/** Closes what was opened and is not read further. */
export function releasePart({ body }: Pick<OutgoingPart, "body">): void {
  if ("destroy" in body) (body as Readable).destroy();
}

/**
 * Writes a multipart/related message (RFC 2387; PS3.18 8.6.1.2.1) as it is read. An error of a part is an error of the body, so that the
 * connection breaks and nobody takes the message for whole.
 */
export function multipartMessage(
  type: string,
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
): MultipartMessage {
  const boundary = `isocenter-${randomBytes(15).toString("hex")}`;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let lead = "";
    for await (const part of parts) {
      const length = part.size === null ? "" : `Content-Length: ${part.size}\r\n`;
      yield Buffer.from(
        `${lead}--${boundary}\r\nContent-Type: ${part.contentType}\r\n${length}\r\n`,
        "latin1",
      );
      if (part.body instanceof Uint8Array) yield part.body;
      else yield* part.body;
      lead = "\r\n";
    }
    yield Buffer.from(`${lead}--${boundary}--\r\n`, "latin1");
  }
  const body = Readable.from(bytes(), { objectMode: false, highWaterMark: chunkBytes });
  // Parts that are open already, and are never read where nobody takes the message.
  if (Array.isArray(parts)) body.once("close", () => parts.forEach(releasePart));
  return {
    contentType: `multipart/related; type=${quoteParameter(type)}; boundary=${boundary}`,
    body,
  };
}
