const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** As zlib has it (RFC 1950), without compressing: what is read at once need not be small. */
function stored(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const most = 0xffff;
  const blocks = Math.max(1, Math.ceil(bytes.length / most));
  const out = new Uint8Array(2 + bytes.length + 5 * blocks + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let at = 2;
  let [a, b] = [1, 0];
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * most, (block + 1) * most);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    out.set(part, at + 5);
    at += 5 + part.length;
    // The sums stay whole numbers for some thousand bytes (RFC 1950 8.2).
    for (let from = 0; from < part.length; from += 3800) {
      const to = Math.min(from + 3800, part.length);
      for (let i = from; i < to; i++) {
        a += part[i]!;
        b += a;
      }
      a %= 65521;
      b %= 65521;
    }
  }
  view.setUint32(at, b * 65536 + a);
  return out;
}

function chunk(type: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(12 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, crc32(bytes.subarray(4, at)));
  return bytes;
}

/**
 * A PNG (ISO/IEC 15948) of colours that are meant by an ICC profile.
 * @param rgb three bytes for each pixel; pixels that are missing in the last row are black
 */
export function pngOf(rgb: Uint8Array, columns: number, rows: number, profile: Uint8Array): Blob {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, columns);
  view.setUint32(4, rows);
  // Eight bits of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  // Each row begins with its filter: none.
  const lines = new Uint8Array(rows * (1 + columns * 3));
  for (let row = 0; row < rows; row++)
    lines.set(rgb.subarray(row * columns * 3, (row + 1) * columns * 3), row * (1 + columns * 3) + 1);
  // Its name, and how it is compressed.
  const name = Uint8Array.of(0x69, 0x63, 0x63, 0, 0);
  return new Blob(
    [
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", header),
      chunk("iCCP", name, stored(profile)),
      chunk("IDAT", stored(lines)),
      chunk("IEND"),
    ],
    { type: "image/png" },
  );
}
