import type { DataSet, Element, FrameIndex, Piece } from "./model.ts";
import { number, text } from "./values.ts";

const Tag = {
  samplesPerPixel: 0x00280002,
  photometricInterpretation: 0x00280004,
  numberOfFrames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  bitsAllocated: 0x00280100,
  extendedOffsets: 0x7fe00001,
  extendedLengths: 0x7fe00002,
  floatPixelData: 0x7fe00008,
  doublePixelData: 0x7fe00009,
} as const;

/**
 * Where each frame lies. `heads` has the first four bytes of each fragment. Empty where the frames cannot be told apart: a wrong index would
 * show one frame as another.
 */
export function framesOf(
  set: DataSet,
  pixels: Element,
  heads: readonly number[],
  maxFrames: number,
): FrameIndex {
  const declared = number(set, Tag.numberOfFrames);
  const count = declared === undefined || !Number.isInteger(declared) || declared < 1 ? 1 : declared;
  if (count > maxFrames) return [];
  if (pixels.fragments === null) return nativeFrames(set, pixels, count);
  return encapsulatedFrames(set, pixels, heads, count);
}

/** Bits of one frame of native pixels (PS3.5 8.1.1, 8.2); 0 where the attributes do not tell. */
function nativeFrameBits(set: DataSet, pixelTag: number): number {
  const rows = number(set, Tag.rows) ?? 0;
  const columns = number(set, Tag.columns) ?? 0;
  const samples = number(set, Tag.samplesPerPixel) ?? 1;
  let bits = number(set, Tag.bitsAllocated) ?? 0;
  if (pixelTag === Tag.floatPixelData) bits = 32;
  else if (pixelTag === Tag.doublePixelData) bits = 64;
  // Two pixels share their colour (PS3.3 C.7.6.3.1.2): two samples a pixel instead of three
  const halved =
    samples === 3 && /^YBR_(FULL|PARTIAL)_422$/.test(text(set, Tag.photometricInterpretation) ?? "");
  return rows * columns * (halved ? 2 : samples) * bits;
}

function nativeFrames(set: DataSet, pixels: Element, count: number): FrameIndex {
  const { offset, length } = pixels;
  if (length <= 0) return [];
  const bits = nativeFrameBits(set, pixels.tag);
  if (bits === 0) return count === 1 ? [[{ offset, length }]] : [];
  const frames: Piece[][] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * bits) / 8);
    const to = Math.ceil(((i + 1) * bits) / 8);
    if (to > length) {
      // Too few bytes for the only frame: the decoder has to say what it makes of them
      if (count === 1) frames.push([{ offset, length }]);
      break;
    }
    frames.push([{ offset: offset + from, length: to - from }]);
  }
  return frames;
}

function encapsulatedFrames(
  set: DataSet,
  pixels: Element,
  heads: readonly number[],
  count: number,
): FrameIndex {
  const fragments = pixels.fragments!;
  if (fragments.length === 0) return [];
  return (
    byExtendedOffsets(set, fragments, count) ??
    byBasicOffsets(pixels, fragments, count) ??
    byFragments(fragments, heads, count)
  );
}

function readOffsets(bytes: Uint8Array, width: 4 | 8): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets: number[] = [];
  for (let at = 0; at + width <= bytes.length; at += width)
    offsets.push(width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true)));
  return offsets;
}

/** Frames that begin at the given distances from the first item tag after the basic offset table; null where none begins there. */
function byOffsets(fragments: readonly Piece[], offsets: readonly number[]): Piece[][] | null {
  const origin = fragments[0]!.offset - 8;
  const frames: Piece[][] = [];
  let fragment = 0;
  for (let i = 0; i < offsets.length; i++) {
    if (fragments[fragment]?.offset !== origin + offsets[i]! + 8) return null;
    const next = i + 1 < offsets.length ? origin + offsets[i + 1]! + 8 : Number.POSITIVE_INFINITY;
    const pieces: Piece[] = [];
    while (fragment < fragments.length && fragments[fragment]!.offset < next)
      pieces.push(fragments[fragment++]!);
    if (pieces.length === 0) return null;
    frames.push(pieces);
  }
  return fragment === fragments.length ? frames : null;
}

/** PS3.3 C.7.6.3: each frame is one fragment, of which the length says how much is the frame. */
function byExtendedOffsets(set: DataSet, fragments: readonly Piece[], count: number): Piece[][] | null {
  const table = set.elements.get(Tag.extendedOffsets);
  if (!table || table.size === 0) return null;
  const offsets = readOffsets(table.value, 8);
  const lengths = readOffsets(set.elements.get(Tag.extendedLengths)?.value ?? new Uint8Array(0), 8);
  if (offsets.length !== count) return null;
  const frames = byOffsets(fragments, offsets);
  if (frames === null || lengths.length !== count) return frames;
  return frames.map((pieces, i) => {
    const length = lengths[i]!;
    const only = pieces[0]!;
    return pieces.length === 1 && length > 0 && length <= only.length
      ? [{ offset: only.offset, length }]
      : pieces;
  });
}

function byBasicOffsets(pixels: Element, fragments: readonly Piece[], count: number): Piece[][] | null {
  if (pixels.offsetTable === null || pixels.offsetTable.length === 0) return null;
  const offsets = readOffsets(pixels.offsetTable, 4);
  return offsets.length === count ? byOffsets(fragments, offsets) : null;
}

/** JPEG SOI, JPEG-LS SOI, JPEG 2000 SOC or a JP2 box, a JPEG XL codestream or container, an RLE header. */
function beginsFrame(head: number): boolean {
  const two = head >>> 16;
  if (two === 0xffd8 || two === 0xff4f || two === 0xff0a || head === 0x0000000c) return true;
  return two >= 0x0100 && two <= 0x0f00 && (head & 0xffff) === 0 && (two & 0xff) === 0;
}

function byFragments(fragments: readonly Piece[], heads: readonly number[], count: number): Piece[][] {
  if (count === 1) return [[...fragments]];
  if (fragments.length === count) return fragments.map((piece) => [piece]);
  const frames: Piece[][] = [];
  for (let i = 0; i < fragments.length; i++) {
    if (beginsFrame(heads[i] ?? 0)) frames.push([]);
    else if (frames.length === 0) return [];
    frames[frames.length - 1]!.push(fragments[i]!);
  }
  return frames.length === count ? frames : [];
}
