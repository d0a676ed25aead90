import { ImagingError } from "../errors.ts";

const maxSegments = 15;
const headerBytes = 64;

/**
 * Unpacks one PackBits segment (PS3.5 G.3.1) into every `stride`-th byte of the target. Never writes past `count` bytes and never
 * reads past the segment; a run that would is cut.
 * @returns bytes written
 */
function unpack(
  segment: Uint8Array,
  target: Uint8Array,
  layout: { first: number; stride: number; count: number },
): number {
  const { first, stride, count } = layout;
  let written = 0;
  let at = 0;
  let position = first;
  while (at < segment.length && written < count) {
    const control = segment[at++]!;
    if (control < 128) {
      const end = Math.min(at + control + 1, segment.length, at + count - written);
      for (; at < end; at++, written++, position += stride) target[position] = segment[at]!;
    } else if (control > 128) {
      const value = segment[at++];
      if (value === undefined) break;
      const end = Math.min(written + 257 - control, count);
      for (; written < end; written++, position += stride) target[position] = value;
    }
  }
  return written;
}

/**
 * Decodes an RLE frame (PS3.5 Annex G): one segment for each byte of each sample, the most significant first.
 * @param planar whether the result is to be colour by plane, else by pixel
 * @param pixelBytes bytes that one segment unpacks to
 * @throws ImagingError `mismatch` (number of segments), `corrupt`
 */
export function decodeRle(
  bytes: Uint8Array,
  frame: { pixelBytes: number; samplesPerPixel: number; bytesPerSample: number; planar: boolean },
): Uint8Array {
  const { pixelBytes, samplesPerPixel, bytesPerSample, planar } = frame;
  if (bytes.length < headerBytes) throw new ImagingError("corrupt", "The RLE header is cut short.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments = view.getUint32(0, true);
  const expected = samplesPerPixel * bytesPerSample;
  if (segments > maxSegments) throw new ImagingError("corrupt", "The RLE header has too many segments.");
  if (segments !== expected)
    throw new ImagingError(
      "mismatch",
      `The RLE frame has ${segments} segments where ${expected} are needed.`,
    );
  const result = new Uint8Array(pixelBytes * expected);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < segments ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < headerBytes || start > end || end > bytes.length)
      throw new ImagingError("corrupt", "An RLE segment lies outside the frame.");
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const layout = planar
      ? { first: sample * pixelBytes * bytesPerSample + byte, stride: bytesPerSample, count: pixelBytes }
      : { first: sample * bytesPerSample + byte, stride: expected, count: pixelBytes };
    if (unpack(bytes.subarray(start, end), result, layout) < pixelBytes)
      throw new ImagingError("corrupt", "An RLE segment ends before its last pixel.");
  }
  return result;
}
