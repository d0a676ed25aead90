import type { ByteRange } from "./objects.ts";

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
