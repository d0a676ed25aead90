import type { FrameDescription } from "../frame.ts";

const headerBytes = 64;

/** One row of bytes as PackBits (PS3.5 G.3.1). @returns bytes written at `to` */
function pack(row: Uint8Array, target: Uint8Array, to: number): number {
  let at = to;
  let i = 0;
  while (i < row.length) {
    let run = 1;
    while (run < 128 && i + run < row.length && row[i + run] === row[i]) run++;
    if (run > 1) {
      target[at++] = 257 - run;
      target[at++] = row[i]!;
      i += run;
      continue;
    }
    // Literal bytes up to where three of a kind begin: a run of two would cost as much as it saves.
    const start = i;
    while (i < row.length && i - start < 128) {
      if (i + 2 < row.length && row[i] === row[i + 1] && row[i] === row[i + 2]) break;
      i++;
    }
    target[at++] = i - start - 1;
    target.set(row.subarray(start, i), at);
    at += i - start;
  }
  return at - to;
}

/**
 * Encodes a frame in RLE (PS3.5 Annex G): one segment for each byte of each sample, the most significant first, each row on its own, each
 * segment of even length.
 */
export function encodeRle(description: FrameDescription, pixels: Uint8Array): Uint8Array {
  const { rows, columns, samplesPerPixel, bitsAllocated, planarConfiguration } = description;
  const packed = bitsAllocated === 1;
  const bytesPerSample = packed ? 1 : bitsAllocated / 8;
  const samples = packed ? Math.ceil((rows * columns) / 8) : rows * columns;
  // Single bits share bytes across rows: there is one row.
  const rowBytes = packed ? samples : columns;
  const segments = samplesPerPixel * bytesPerSample;
  const worst = samples + Math.ceil(rowBytes / 128 + 1) * Math.ceil(samples / rowBytes) + 1;
  const target = new Uint8Array(headerBytes + segments * worst);
  const view = new DataView(target.buffer);
  view.setUint32(0, segments, true);
  const stride = planarConfiguration === 1 || packed ? bytesPerSample : segments;
  const row = new Uint8Array(rowBytes);
  let at = headerBytes;
  for (let segment = 0; segment < segments; segment++) {
    view.setUint32(4 + 4 * segment, at, true);
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    let source = (planarConfiguration === 1 ? sample * samples : sample) * bytesPerSample + byte;
    for (let done = 0; done < samples; done += rowBytes) {
      for (let i = 0; i < rowBytes; i++, source += stride) row[i] = pixels[source]!;
      at += pack(row, target, at);
    }
    if (at % 2 === 1) target[at++] = 0;
  }
  return target.slice(0, at);
}
