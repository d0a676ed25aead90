import { t } from "../../words/words.ts";
import type { PixelDescription } from "./description.ts";

type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * A frame in RLE (PS3.5 G), of any whole number of bytes per sample, as samples by pixel. A segment that ends early leaves its pixels
 * black; a header that points outside of the frame throws.
 */
export function decodeRle(bytes: Uint8Array, description: PixelDescription): Samples {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  const bytesPerSample = bitsAllocated / 8;
  const count = rows * columns;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64) throw new Error(t("The picture's header is cut off."));
  const segments = header.getUint32(0, true);
  if (![1, 2, 4].includes(bytesPerSample) || segments !== samplesPerPixel * bytesPerSample || segments > 15) {
    throw new Error(t("The picture's segments do not fit its description."));
  }
  const out = new Uint8Array(count * samplesPerPixel * bytesPerSample);
  const step = samplesPerPixel * bytesPerSample;
  for (let segment = 0; segment < segments; segment++) {
    const from = header.getUint32(4 + segment * 4, true);
    const to = segment + 1 < segments ? header.getUint32(8 + segment * 4, true) : bytes.length;
    if (from < 64 || to < from || to > bytes.length)
      throw new Error(t("The picture's segments lie outside of it."));
    const sample = Math.floor(segment / bytesPerSample);
    // Segments run from the most significant byte; the output is little endian.
    const significance = bytesPerSample - 1 - (segment % bytesPerSample);
    unpack(bytes.subarray(from, to), out, sample * bytesPerSample + significance, step, count);
  }
  if (bytesPerSample === 1) return out;
  return bytesPerSample === 2 ? new Uint16Array(out.buffer) : new Uint32Array(out.buffer);
}

/** PackBits: n from 0 to 127 copies n + 1 bytes, from 129 repeats the next one 257 - n times. */
function unpack(packed: Uint8Array, out: Uint8Array, start: number, step: number, count: number): void {
  let at = start;
  let left = count;
  for (let i = 0; i < packed.length && left > 0; ) {
    const control = packed[i++]!;
    if (control === 128) continue;
    const isRun = control > 128;
    let length = Math.min(left, isRun ? 257 - control : control + 1);
    left -= length;
    for (; length > 0 && i < packed.length; length--) {
      out[at] = packed[i]!;
      at += step;
      if (!isRun) i++;
    }
    if (isRun) i++;
  }
}
