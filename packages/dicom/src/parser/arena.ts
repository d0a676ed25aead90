import { DicomError } from "../errors.ts";
import type { Element } from "../model.ts";

const slabBytes = 16 * 1024;
/** Most headers need no more. */
const firstSlabBytes = 4 * 1024;

/** Where the stream parser keeps the values of a header: small ones side by side, big ones alone. */
export class Arena {
  private slab = new Uint8Array(0);
  private used = 0;
  private total = 0;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Gives the element room for `length` bytes; it is filled by whoever has them. */
  reserve(element: Element, length: number, position: number): void {
    this.total += length;
    if (this.total > this.maxBytes)
      throw new DicomError("too-long", `more than ${this.maxBytes} bytes of values`, position);
    if (length > slabBytes / 4) {
      element.source = new Uint8Array(length);
      element.start = 0;
      return;
    }
    if (this.used + length > this.slab.length) {
      this.slab = new Uint8Array(this.slab.length === 0 ? firstSlabBytes : slabBytes);
      this.used = 0;
    }
    element.source = this.slab;
    element.start = this.used;
    this.used += length;
  }
}
