import { Inflate } from "fflate";
import { DicomError } from "../errors.ts";
import type { Limits } from "../limits.ts";

/** Input is handed over in pieces, so that what one piece can become stays small (at most 1032 times as much). */
const pieceBytes = 8 * 1024;
const ratioFromBytes = 64 * 1024 * 1024;

/** Inflates a data set (PS3.5 A.5: raw deflate, RFC 1951; a zlib header is tolerated) and hands on what comes out. */
export class DataSetInflater {
  private readonly inflate: Inflate;
  private readonly limits: Limits;
  private readonly offset: number;
  private taken = 0;
  private given = 0;
  private ended = false;
  private readonly first: number[] = [];

  constructor(limits: Limits, offset: number, onBytes: (bytes: Uint8Array) => void) {
    this.limits = limits;
    this.offset = offset;
    this.inflate = new Inflate((bytes) => {
      this.given += bytes.length;
      this.check();
      if (bytes.length > 0) onBytes(bytes);
    });
  }

  /** Takes deflated bytes. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (this.first.length < 5 && at < bytes.length) {
      this.first.push(bytes[at++]!);
      if (this.first.length === 5) this.pass(new Uint8Array(withoutZlibHeader(this.first)));
    }
    for (; at < bytes.length; at += pieceBytes) this.pass(bytes.subarray(at, at + pieceBytes));
  }

  /** Says that the source ends. */
  end(): void {
    if (this.first.length < 5) this.pass(new Uint8Array(this.first));
    if (!this.ended)
      throw new DicomError("truncated", "the deflated data set ends early", this.offset + this.taken);
  }

  private pass(piece: Uint8Array): void {
    // What follows the last block is the padding byte of an odd length, or nothing that belongs to the data set
    if (this.ended) return;
    this.taken += piece.length;
    try {
      this.inflate.push(piece, false);
    } catch (error) {
      if (error instanceof DicomError) throw error;
      throw new DicomError(
        "bad-deflate",
        "the deflated data set cannot be inflated",
        this.offset + this.taken,
      );
    }
    this.ended = hasEnded(this.inflate);
  }

  private check(): void {
    const { maxInflatedBytes, maxInflationRatio } = this.limits;
    const tooMuch = this.given > ratioFromBytes && this.given > this.taken * maxInflationRatio;
    if (this.given > maxInflatedBytes || tooMuch)
      throw new DicomError(
        "too-long",
        "the data set becomes too big when inflated",
        this.offset + this.taken,
      );
  }
}

/** fflate keeps its state in `s`: f is set from the last block on, l while codes of a block are being read. */
function hasEnded(inflate: Inflate): boolean {
  const state = (inflate as unknown as { s: { f?: number; l?: unknown } }).s;
  return Boolean(state.f) && !state.l;
}

function withoutZlibHeader(first: readonly number[]): readonly number[] {
  const [cmf, flags, low, nlow, nhigh] = first as [number, number, number, number, number];
  const isHeader =
    (cmf & 0x0f) === 8 && cmf >>> 4 <= 7 && (cmf * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
  // As raw deflate, 78 would begin a stored block, whose length is followed by its complement
  const isStored = (cmf & 0x06) === 0 && ((flags ^ nlow) & 0xff) === 0xff && ((low ^ nhigh) & 0xff) === 0xff;
  return isHeader && !isStored ? first.slice(2) : first;
}
