import { ImagingError } from "./errors.ts";

/** What a JPEG 2000 or HTJ2K code stream says of itself (ISO 15444-1 A.5.1, ISO 15444-15 A.2). */
export interface Jpeg2000Header {
  rows: number;
  columns: number;
  components: { precision: number; signed: boolean; horizontal: number; vertical: number }[];
  tiles: number;
  /** Coded with the high-throughput block coder. */
  highThroughput: boolean;
  /** How often the picture can be had at half its sides; 0 where the halves do not lie on even columns and rows. */
  reductions: number;
  /** Some component goes through the 9-7 wavelets, which do not give the samples back exactly. */
  irreversible: boolean;
}

/** Where the code stream begins: at once, or in the `jp2c` box of a JP2 or JPH file. */
function codeStreamOffset(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) === 0xff4fff51) return 0;
  if (bytes.length < 12 || view.getUint32(4) !== 0x6a502020)
    throw new ImagingError("corrupt", "The frame is not a JPEG 2000 code stream.");
  let at = 0;
  for (let boxes = 0; boxes < 64 && at + 8 <= bytes.length; boxes++) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const header = length === 1 ? 16 : 8;
    if (type === 0x6a703263) return at + header;
    if (length === 0) break;
    if (length === 1 && (at + 16 > bytes.length || view.getUint32(at + 8) !== 0)) break;
    const size = length === 1 ? view.getUint32(at + 12) : length;
    if (size < header) break;
    at += size;
  }
  throw new ImagingError("corrupt", "The JP2 file has no code stream.");
}

/** The fewest decomposition levels that the main header gives any component, and whether any goes through the 9-7 wavelets (A.6.1, A.6.2). */
function coding(
  view: DataView,
  afterSize: number,
  componentCount: number,
): { decompositions: number; irreversible: boolean } {
  let fewest = 32;
  let irreversible = false;
  for (let at = afterSize, segments = 0; at + 4 <= view.byteLength && segments < 256; segments++) {
    const marker = view.getUint16(at);
    if (marker === 0xff90) break;
    const length = view.getUint16(at + 2);
    const levels = marker === 0xff52 ? at + 9 : marker === 0xff53 ? at + (componentCount < 257 ? 6 : 7) : -1;
    if (levels >= 0 && levels + 4 < view.byteLength) {
      fewest = Math.min(fewest, view.getUint8(levels));
      if (view.getUint8(levels + 4) === 0) irreversible = true;
    }
    at += 2 + length;
  }
  return { decompositions: fewest === 32 ? 0 : fewest, irreversible };
}

/**
 * Reads the SIZ (and CAP, COD, COC) segments without decoding.
 * @throws ImagingError `corrupt` where they are not there or impossible
 */
export function jpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  const start = codeStreamOffset(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  if (view.byteLength < 42 || view.getUint32(0) !== 0xff4fff51)
    throw new ImagingError("corrupt", "The JPEG 2000 main header is cut short.");
  const count = view.getUint16(40);
  if (count === 0 || count > 16384 || view.byteLength < 42 + 3 * count)
    throw new ImagingError("corrupt", "The JPEG 2000 header has an impossible number of components.");
  const columns = view.getUint32(8) - view.getUint32(16);
  const rows = view.getUint32(12) - view.getUint32(20);
  const tileColumns = view.getUint32(24);
  const tileRows = view.getUint32(28);
  if (columns <= 0 || rows <= 0 || tileColumns === 0 || tileRows === 0)
    throw new ImagingError("corrupt", "The JPEG 2000 header has an impossible size.");
  const components: Jpeg2000Header["components"] = [];
  for (let i = 0; i < count; i++) {
    const depth = view.getUint8(42 + 3 * i);
    components.push({
      precision: (depth & 0x7f) + 1,
      signed: (depth & 0x80) !== 0,
      horizontal: view.getUint8(43 + 3 * i),
      vertical: view.getUint8(44 + 3 * i),
    });
  }
  const atOrigin = view.getUint32(16) === 0 && view.getUint32(20) === 0;
  const { decompositions, irreversible } = coding(view, 4 + view.getUint16(4), count);
  const across = Math.ceil((view.getUint32(8) - view.getUint32(32)) / tileColumns);
  const down = Math.ceil((view.getUint32(12) - view.getUint32(36)) / tileRows);
  return {
    rows,
    columns,
    components,
    tiles: across * down,
    highThroughput: (view.getUint16(6) & 0x4000) !== 0,
    reductions: atOrigin ? decompositions : 0,
    irreversible,
  };
}
