import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";

/** The letter, never kept by a cache that others use. */
export function sendPdf(
  reply: FastifyReply,
  bytes: Uint8Array,
  filename: string,
  ifNoneMatch?: string,
): FastifyReply {
  const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`;
  reply
    .header("etag", etag)
    .header("cache-control", "private, no-cache")
    .header("x-content-type-options", "nosniff")
    .header("content-disposition", `inline; filename="${filename}"`);
  if (ifNoneMatch?.split(",").some((one) => one.trim() === etag)) return reply.code(304).send();
  return reply.type("application/pdf").send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
