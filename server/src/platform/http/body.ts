import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../refusal.ts";
import type { App } from "./app.ts";

/** Within this scope handlers read the request's stream themselves, whatever its media type. */
export function rawBodies(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
}

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal("too-large", "upload.too-large", `A request may have at most ${maxBytes} bytes.`);

/**
 * The body as it comes, for handlers in a scope of `rawBodies`. Ending the iteration early leaves the socket as it is, because it carries
 * the answer; see `closeIfUnread`.
 * @throws Refusal `too-large` (`upload.too-large`), at once where the request says its length; `invalid` (`request.broken-off`)
 */
export function bodyOf(request: FastifyRequest, maxBytes: number): AsyncIterable<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  return limited(request.raw.iterator({ destroyOnReturn: false }), maxBytes);
}

async function* limited(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const chunk of source) {
      total += chunk.length;
      if (total > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("invalid", "request.broken-off", "The request broke off before its end.", {
      cause: error,
    });
  }
}

/**
 * The body as `bodyOf` gives it, and without its compression where it has one: Content-Encoding `gzip` (RFC 9110 8.4). The limit is one of the bytes before and after.
 * @throws Refusal `unsupported-type` (`request.encoding`) for other encodings, at once; `invalid` (`request.encoding`) where it is not what it says
 */
export function decodedBodyOf(request: FastifyRequest, maxBytes: number): AsyncIterable<Uint8Array> {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() || "identity";
  if (encoding === "identity") return bodyOf(request, maxBytes);
  if (encoding !== "gzip" && encoding !== "x-gzip")
    throw new Refusal(
      "unsupported-type",
      "request.encoding",
      `A body in the encoding ${encoding.slice(0, 40)} is not taken: send it as it is, or in gzip.`,
    );
  return gunzipped(bodyOf(request, maxBytes), maxBytes);
}

async function* gunzipped(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    // Whoever ends early ends the reading of the body with it.
    const plain = pipeline(Readable.from(source, { objectMode: false }), createGunzip(), () => {});
    for await (const chunk of plain as AsyncIterable<Uint8Array>) {
      total += chunk.length;
      if (total > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Refusal || !String((error as { code?: unknown }).code).startsWith("Z_")) throw error;
    throw new Refusal("invalid", "request.encoding", "The body is not in gzip, or not whole.", {
      cause: error,
    });
  }
}

/** What is left unread of a body would stand before the next request: the connection ends with this answer. */
export function closeIfUnread(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.raw.complete) reply.header("connection", "close");
}

/** Smaller ones are left to the garbage collector. */
const worthFreeing = 16 * 1024;

/**
 * Gives back the memory of received bytes that nobody needs any more. Only where they are the whole of it: else it may hold the next part of the
 * body, and is left to the garbage collector, which walks the heap for every few megabytes of a large upload.
 */
export function freeReceived(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.length >= worthFreeing && bytes.length === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}
