import { ImagingError } from "./errors.ts";

/** What a JPEG or JPEG-LS code stream says of itself before any entropy-coded byte (ISO 10918-1 B.2, ISO 14495-1 C.2). */
export interface JpegHeader {
  /** The SOFn marker's low byte: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, 0xc3 lossless, 0xf7 JPEG-LS. */
  startOfFrame: number;
  precision: number;
  rows: number;
  columns: number;
  components: { id: number; horizontal: number; vertical: number }[];
  /** Adobe APP14 colour transform: 0 none, 1 YCbCr, 2 YCCK; null without the marker. */
  adobeTransform: number | null;
  jfif: boolean;
  /** EXIF is there, and with it perhaps an orientation. */
  exif: boolean;
}

const startsOfFrame = new Set([
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7,
]);

function startsWith(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

function readFrameHeader(bytes: Uint8Array, marker: number, at: number, length: number): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes[at + 7] ?? 0;
  if (length < 8 + 3 * count || at + length > bytes.length)
    throw new ImagingError("corrupt", "The JPEG frame header is cut short.");
  const components: JpegHeader["components"] = [];
  for (let i = 0; i < count; i++) {
    const sampling = bytes[at + 9 + 3 * i]!;
    components.push({ id: bytes[at + 8 + 3 * i]!, horizontal: sampling >> 4, vertical: sampling & 15 });
  }
  return {
    startOfFrame: marker,
    precision: bytes[at + 2]!,
    rows: view.getUint16(at + 3),
    columns: view.getUint16(at + 5),
    components,
    adobeTransform: null,
    jfif: false,
    exif: false,
  };
}

/**
 * Reads the header of a JPEG or JPEG-LS code stream without decoding it.
 * @throws ImagingError `corrupt` where there is none
 */
export function jpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8)
    throw new ImagingError("corrupt", "The frame does not begin with a JPEG start of image.");
  let adobeTransform: number | null = null;
  let jfif = false;
  let exif = false;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw new ImagingError("corrupt", "A JPEG marker was expected and is not there.");
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (length < 2) throw new ImagingError("corrupt", "A JPEG segment has an impossible length.");
    if (startsOfFrame.has(marker))
      return { ...readFrameHeader(bytes, marker, at + 2, length), adobeTransform, jfif, exif };
    if (marker === 0xe0 && startsWith(bytes, at + 4, "JFIF")) jfif = true;
    if (marker === 0xe1 && startsWith(bytes, at + 4, "Exif")) exif = true;
    if (marker === 0xee && length >= 14 && startsWith(bytes, at + 4, "Adobe"))
      adobeTransform = bytes[at + 15] ?? null;
    at += 2 + length;
  }
  throw new ImagingError("corrupt", "The JPEG code stream has no frame header.");
}
