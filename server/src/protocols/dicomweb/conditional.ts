import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

/** A weak entity tag: the same content, whatever its encoding (RFC 9110 8.8.3). */
export function entityTag(...parts: readonly string[]): string {
  return `W/"${createHash("sha256").update(parts.join("\n")).digest("base64url").slice(0, 27)}"`;
}

/** A strong one: the same bytes, so that ranges of them fit together (RFC 9110 13.1.5). */
export const bytesTag = (...parts: readonly string[]): string => entityTag(...parts).replace(/^W\//, "");

const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");

/** Names request headers that the answer depends on, beside those that are named already. */
export function varyBy(reply: FastifyReply, ...names: readonly string[]): void {
  const named = reply.getHeader("vary");
  reply.header("vary", [...(named === undefined ? [] : [String(named)]), ...names].join(", "));
}

/**
 * Sets ETag, Last-Modified and Cache-Control: what was read may be kept by its reader, and is asked for anew each time, because rights and
 * archived objects change. @returns true where the client has it already: 304 is to be sent (RFC 9110 13.1.2)
 */
export function notModified(
  request: FastifyRequest,
  reply: FastifyReply,
  etag: string,
  lastModified?: Date,
): boolean {
  reply.header("etag", etag).header("cache-control", "private, no-cache");
  varyBy(reply, "Accept");
  if (lastModified) reply.header("last-modified", lastModified.toUTCString());
  const given = request.headers["if-none-match"];
  if (given === undefined) return false;
  return given.trim() === "*" || given.split(",").some((tag) => opaque(tag) === opaque(etag));
}
