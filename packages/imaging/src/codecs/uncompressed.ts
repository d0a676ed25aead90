import { ImagingError } from "../errors.ts";
import { type DecodedFrame, type FrameDescription, frameBits, frameBytes } from "../frame.ts";

/** Reverses each group of `size` bytes; a last incomplete group stays. */
function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(bytes);
  for (let at = 0; at + size <= result.length; at += size)
    for (let low = at, high = at + size - 1; low < high; low++, high--) {
      const byte = result[low]!;
      result[low] = result[high]!;
      result[high] = byte;
    }
  return result;
}

/** Moves a frame that begins inside a byte to the beginning of its first byte, and clears what follows its last bit. */
function aligned(bytes: Uint8Array, bitOffset: number, bits: number): Uint8Array {
  const result = new Uint8Array(Math.ceil(bits / 8));
  for (let i = 0; i < result.length; i++)
    result[i] = ((bytes[i]! >> bitOffset) | ((bytes[i + 1] ?? 0) << (8 - bitOffset))) & 0xff;
  const rest = bits % 8;
  if (rest > 0) result[result.length - 1]! &= (1 << rest) - 1;
  return result;
}

/**
 * Native pixels, little-endian or big-endian (PS3.5 8.1.1, 8.2, A.3), at most with bytes after the frame, which are dropped. Pixels by
 * less than a byte come out beginning at the first bit of the first byte.
 * @throws ImagingError `corrupt` where bytes are missing
 */
export function decodeNative(
  description: FrameDescription,
  bytes: Uint8Array,
  bigEndian: boolean,
): DecodedFrame {
  const bits = frameBits(description);
  const bitOffset = description.bitOffset ?? 0;
  const needed = Math.ceil((bits + bitOffset) / 8);
  if (bytes.length < needed)
    throw new ImagingError("corrupt", `The frame has ${bytes.length} bytes where ${needed} are needed.`);
  let pixels = bytes;
  if (bigEndian) {
    // Cells of more than a byte swap whole (PS3.5 A.3); bytes, and cells of no whole bytes, lie in words where the VR is OW.
    const cell = description.bitsAllocated / 8;
    const unit = Number.isInteger(cell) && cell > 1 ? cell : description.wordData || cell > 1 ? 2 : 1;
    if (bytes.length < needed + (needed % unit))
      throw new ImagingError("unsupported", "The last pixel lies in a word that the frame holds in part.");
    if (unit > 1) pixels = swapped(bytes.subarray(0, needed + (needed % unit)), unit);
  }
  return {
    bytes:
      bits % 8 === 0 && bitOffset === 0
        ? pixels.subarray(0, frameBytes(description))
        : aligned(pixels, bitOffset, bits),
    photometricInterpretation: description.photometricInterpretation,
    planarConfiguration: description.planarConfiguration,
  };
}
