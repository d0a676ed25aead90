import { type DataSet, Tags, TransferSyntaxes, transferSyntax } from "@isocenter/dicom";
import { type FrameDescription, frameBits, frameDescription } from "@isocenter/imaging";
import type { StoredInstance } from "../../archive/index.ts";
import { turned } from "./bytes.ts";
import type { ObjectReader, Source } from "./source.ts";

/** GE's private syntax: implicit VR little endian with big endian pixels. */
const privateGe = "1.2.840.113619.5.2";

/** Whether native pixels stand in big endian. */
const bigEndianPixels = (transferSyntaxUID: string): boolean =>
  transferSyntaxUID === privateGe || transferSyntax(transferSyntaxUID)?.littleEndian === false;

/** Bytes of native pixels that are swapped together: cells of more than a byte whole, single bytes by words where the VR is OW (PS3.5 8.2). */
export function pixelWordBytes(bitsAllocated: number, vr: string): number {
  const cell = bitsAllocated / 8;
  if (cell === 2 || cell === 4 || cell === 8) return cell;
  return vr === "OW" ? 2 : 1;
}

/** Native pixels in little endian. */
export function littleEndianPixels(source: Source, bitsAllocated: number): AsyncIterable<Uint8Array> {
  const { pixels, transferSyntaxUID } = source.instance;
  const unit = bigEndianPixels(transferSyntaxUID) ? pixelWordBytes(bitsAllocated, pixels!.vr) : 1;
  return turned(source.readPixels(), unit);
}

/** Pieces of a stream that follow each other, or share a byte: `at(n)` says from where to where the piece lies. */
async function* sliced(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  at: (index: number) => { from: number; to: number },
): AsyncGenerator<Uint8Array> {
  let kept: Uint8Array[] = [];
  let start = 0;
  let end = 0;
  let index = 0;
  for await (const chunk of chunks) {
    kept.push(chunk);
    end += chunk.length;
    while (index < count && at(index).to <= end) {
      const { from, to } = at(index);
      const joined = kept.length === 1 ? kept[0]! : Buffer.concat(kept);
      yield Uint8Array.from(joined.subarray(from - start, to - start));
      index++;
      const next = index < count ? at(index).from : to;
      kept = [joined.subarray(next - start)];
      start = next;
    }
    if (index === count) return;
  }
}

/** One frame as it is kept, and how it is to be read. */
export interface KeptFrame {
  description: FrameDescription;
  bytes: Uint8Array;
}

async function* nativeFrames(source: Source, description: FrameDescription): AsyncGenerator<KeptFrame> {
  const bits = frameBits(description);
  const chunks = littleEndianPixels(source, description.bitsAllocated);
  const little = { ...description, transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian };
  let index = 0;
  for await (const bytes of sliced(chunks, source.instance.numberOfFrames, (n) => ({
    from: Math.floor((n * bits) / 8),
    to: Math.ceil(((n + 1) * bits) / 8),
  }))) {
    yield { description: { ...little, bitOffset: (index * bits) % 8 }, bytes };
    index++;
  }
}

/** How the frames of the object are to be read. @throws ImagingError */
export const descriptionOf = (instance: StoredInstance, dataSet: DataSet): FrameDescription =>
  frameDescription(dataSet, instance.transferSyntaxUID, instance.pixels);

/**
 * The frames in their order, each to be read when its turn comes: compressed ones by the index of the archive, native ones from the stream of the pixels, which
 * is read once.
 */
export async function* keptFrames(
  archive: ObjectReader,
  source: Source,
  description: FrameDescription,
): AsyncGenerator<() => Promise<KeptFrame>> {
  const { instance } = source;
  if (!instance.pixels!.encapsulated) {
    for await (const frame of nativeFrames(source, description)) yield async () => frame;
    return;
  }
  for (let frame = 1; frame <= instance.numberOfFrames; frame++)
    yield async () => ({ description, bytes: await archive.readFrame(instance, frame) });
}

/** What offset tables of compressed frames stand in (PS3.3 C.7.6.3.1.8): they hold for the fragments as they are kept alone. */
export const offsetTables: readonly number[] = [
  Tags.ExtendedOffsetTable,
  Tags.ExtendedOffsetTableLengths,
  Tags.EncapsulatedPixelDataValueTotalLength,
];
