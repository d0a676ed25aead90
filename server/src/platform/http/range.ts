import type { FastifyReply, FastifyRequest } from "fastify";
import type { ByteRange } from "../objects/objects.ts";

/** What a Range header asks of a body of `size` bytes (RFC 9110 14): one part of it, all of it, or something that is not there. */
export type RangeAnswer =
  | { kind: "all" }
  | { kind: "part"; range: Required<ByteRange> }
  | { kind: "unsatisfiable" };

/**
 * Reads a Range header. Several ranges, other units and what cannot be read mean the whole, as the standard allows.
 */
export function readRange(header: string | undefined, size: number): RangeAnswer {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim().replaceAll(" ", "") ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return { kind: "all" };
  if (match[1] === "") {
    const last = Number(match[2]);
    if (last === 0 || size === 0) return { kind: "unsatisfiable" };
    return { kind: "part", range: { start: Math.max(0, size - last), end: size } };
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? size : Math.min(size, Number(match[2]) + 1);
  if (match[2] !== "" && Number(match[2]) < start) return { kind: "all" };
  if (start >= size) return { kind: "unsatisfiable" };
  return { kind: "part", range: { start, end } };
}

/**
 * The bytes to be sent of a body of `size` bytes, with Accept-Ranges and what a part needs set on the answer (RFC 9110 14): all of it unless a GET asks for a
 * part. If-Range must name the strong tag: the times that we tell do not change with every change of the bytes (RFC 9110 13.1.5).
 * @returns null where it has no such part: 416 is set, and is to be sent as it is
 */
export function rangeToSend(
  request: FastifyRequest,
  reply: FastifyReply,
  size: number,
  etag: string,
): Required<ByteRange> | null {
  reply.header("accept-ranges", "bytes");
  const condition = request.headers["if-range"];
  const applies = request.method === "GET" && (condition === undefined || condition === etag);
  const asked = readRange(applies ? request.headers.range : undefined, size);
  if (asked.kind === "all") return { start: 0, end: size };
  if (asked.kind === "unsatisfiable") {
    reply.code(416).header("content-range", `bytes */${size}`);
    return null;
  }
  const { range } = asked;
  reply.code(206).header("content-range", `bytes ${range.start}-${range.end - 1}/${size}`);
  return range;
}
