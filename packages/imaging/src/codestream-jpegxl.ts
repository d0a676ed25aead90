import { ImagingError } from "./errors.ts";

/** Bits of a JPEG XL code stream, least significant first (ISO 18181-1 9.2). */
function bitReader(bytes: Uint8Array): (count: number) => number {
  let at = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new ImagingError("corrupt", "The JPEG XL header is cut short.");
      value += ((byte >> (at & 7)) & 1) * 2 ** i;
    }
    return value;
  };
}

/** The code stream's first bytes: at once, or in the first `jxlc` or `jxlp` box of the container (ISO 18181-2). */
function codeStream(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff && bytes[1] === 0x0a) return bytes.subarray(2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(4) !== 0x4a584c20)
    throw new ImagingError("corrupt", "The frame is not a JPEG XL code stream.");
  let at = 0;
  for (let boxes = 0; boxes < 64 && at + 16 <= bytes.length; boxes++) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const header = length === 1 ? 16 : 8;
    if (type === 0x6a786c63) return bytes.subarray(at + header + 2);
    if (type === 0x6a786c70) return bytes.subarray(at + header + 6);
    const size = length === 1 ? view.getUint32(at + 12) : length;
    if (size < header) break;
    at += size;
  }
  throw new ImagingError("corrupt", "The JPEG XL container has no code stream.");
}

const ratios: readonly (readonly [number, number])[] = [
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

/**
 * Reads the SizeHeader (ISO 18181-1 D.2) without decoding.
 * @throws ImagingError `corrupt` where there is none
 */
export function jpegXlSize(bytes: Uint8Array): { rows: number; columns: number } {
  const bits = bitReader(codeStream(bytes));
  const small = bits(1) === 1;
  const widths = [9, 13, 18, 30];
  const length = () => (small ? (bits(5) + 1) * 8 : bits(widths[bits(2)]!) + 1);
  const rows = length();
  const ratio = bits(3);
  if (ratio === 0) return { rows, columns: length() };
  const [numerator, denominator] = ratios[ratio - 1]!;
  return { rows, columns: Math.floor((rows * numerator) / denominator) };
}
