/** What the markers of a JPEG stream say (ISO/IEC 10918-1 B.2). */
export interface JpegHeader {
  /** The low nibble of the start of frame marker: 0 baseline, 1 extended, 3 lossless. */
  process: number;
  precision: number;
  componentIds: number[];
  hasJfif: boolean;
  /** The colour transform of an Adobe marker: 0 none, 1 YCbCr; undefined without one. */
  adobeTransform: number | undefined;
}

export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let hasJfif = false;
  let adobeTransform: number | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (marker === 0xe0) hasJfif ||= startsWith(body, "JFIF");
    if (marker === 0xee && startsWith(body, "Adobe")) adobeTransform = body[11];
    const isStartOfFrame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isStartOfFrame) {
      const count = body[5] ?? 0;
      const componentIds = Array.from({ length: count }, (_, i) => body[6 + i * 3] ?? 0);
      return { process: marker & 15, precision: body[0] ?? 8, componentIds, hasJfif, adobeTransform };
    }
    at += 2 + length;
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((character, index) => bytes[index] === character.charCodeAt(0));
}

const jpegSyntaxes = new Set(
  ["50", "51", "53", "55", "57", "70"].map((last) => `1.2.840.10008.1.2.4.${last}`),
);

/** The transfer syntax that a JPEG stream really has: writers are known to name another. */
export function actualJpegSyntax(transferSyntaxUid: string, header: JpegHeader | undefined): string {
  if (!header || !jpegSyntaxes.has(transferSyntaxUid)) return transferSyntaxUid;
  if (header.process === 3) return "1.2.840.10008.1.2.4.57";
  if (header.process <= 2)
    return header.precision === 8 ? "1.2.840.10008.1.2.4.50" : "1.2.840.10008.1.2.4.51";
  return transferSyntaxUid;
}

/**
 * Whether libjpeg takes three components for YCbCr and turns them into RGB: as its markers say, else by the components' names.
 */
export function libjpegConvertsColor(header: JpegHeader): boolean {
  if (header.componentIds.length !== 3) return false;
  if (header.hasJfif) return true;
  if (header.adobeTransform !== undefined) return header.adobeTransform === 1;
  return String.fromCharCode(...header.componentIds) !== "RGB";
}

/** The stream with an Adobe marker that says "no colour transform" behind its start, for pictures that are RGB and do not say so. */
export function withoutColorTransform(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const marker = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const marked = new Uint8Array(bytes.length + marker.length);
  marked.set(bytes.subarray(0, 2));
  marked.set(marker, 2);
  marked.set(bytes.subarray(2), 2 + marker.length);
  return marked;
}
