import {
  type DataSet,
  DicomError,
  Element,
  encapsulationItem,
  number,
  Tags,
  transferSyntax,
  withElements,
} from "@isocenter/dicom";
import { type FrameDescription, frameBits, type ImagingPool } from "@isocenter/imaging";
import { lossyAttributes } from "./attributes.ts";
import { evened, inOrder, joinedBits, turned } from "./bytes.ts";
import { isNative, maxElementBytes } from "./choose.ts";
import { descriptionOf, keptFrames, littleEndianPixels, offsetTables, pixelWordBytes } from "./frames.ts";
import type { ObjectReader, Source } from "./source.ts";

/** Frames that are decoded or encoded at a time for one object; large ones one by one. */
const framesAtOnce = 4;
const smallFrameBytes = 4 * 1024 * 1024;
/** Compressed frames are held back for the basic offset table until they are so many bytes; then the table stays empty (PS3.5 A.4). */
const maxHeldBytes = 32 * 1024 * 1024;

/** Pixels in another syntax. */
export interface NewPixels {
  /** The object's elements with what is to be said of the new pixels. */
  dataSet: DataSet;
  /** Where their value goes: an element without one. */
  element: Element;
  /** Their value, to be read once. */
  open(): AsyncIterable<Uint8Array>;
}

interface Job {
  archive: ObjectReader;
  pool: Pick<ImagingPool, "decode" | "transcode">;
  source: Source;
  target: string;
}

interface NewFrame {
  bytes: Uint8Array;
  photometricInterpretation: string;
  planarConfiguration: 0 | 1;
}

function hollow(tag: number, vr: string, length: number): Element {
  const element = new Element(tag, vr, 0, length);
  element.deferred = true;
  if (length === -1) element.fragments = [];
  return element;
}

/** Native pixels that stay native: the same bytes, in the byte order of the target. */
function copied({ source, target }: Job): NewPixels {
  const { tag, vr, length } = source.instance.pixels!;
  const bits = vr === "OF" ? 32 : vr === "OD" ? 64 : (number(source.dataSet, Tags.BitsAllocated) ?? 8);
  const unit = transferSyntax(target)!.littleEndian ? 1 : pixelWordBytes(bits, vr);
  return {
    dataSet: source.dataSet,
    element: hollow(tag, vr, length),
    open: () => turned(evened(littleEndianPixels(source, bits), 0), unit),
  };
}

/** The frames made anew, the first of them at once. */
async function madeFrames(
  job: Job,
  description: FrameDescription,
): Promise<{ first: NewFrame; frames: AsyncGenerator<NewFrame> }> {
  const { archive, pool, source, target } = job;
  const native = isNative(target);
  async function* works(): AsyncGenerator<() => Promise<NewFrame>> {
    for await (const read of keptFrames(archive, source, description))
      yield async () => {
        const kept = await read();
        return native
          ? pool.decode(kept.description, kept.bytes)
          : pool.transcode(kept.description, kept.bytes, target);
      };
  }
  const small = frameBits(description) / 8 <= smallFrameBytes;
  const made = inOrder(works(), small ? framesAtOnce : 1);
  const next = await made.next();
  if (next.done) throw new DicomError("truncated", "the object has no whole frame");
  const first = next.value;
  async function* frames(): AsyncGenerator<NewFrame> {
    let count = 1;
    yield first;
    for await (const frame of made) {
      count++;
      yield frame;
    }
    if (count !== source.instance.numberOfFrames)
      throw new DicomError("truncated", "the object has fewer frames than it says");
  }
  return { first, frames: frames() };
}

/** The object's elements with those that tell how the new pixels are to be read. */
function describing(source: Source, description: FrameDescription, first: NewFrame, more: object): DataSet {
  const { dataSet } = source;
  for (const tag of offsetTables) dataSet.elements.delete(tag);
  return withElements(dataSet, {
    PhotometricInterpretation: first.photometricInterpretation,
    ...(description.samplesPerPixel > 1 ? { PlanarConfiguration: first.planarConfiguration } : {}),
    ...more,
  });
}

/** Compressed pixels decoded. */
async function decoded(job: Job, description: FrameDescription): Promise<NewPixels> {
  const { source, target } = job;
  const { instance } = source;
  const { first, frames } = await madeFrames(job, description);
  const bits = description.bitsAllocated === 1 ? description.rows * description.columns : 0;
  const shared = bits % 8 !== 0;
  const length = shared
    ? Math.ceil((bits * instance.numberOfFrames) / 8)
    : first.bytes.length * instance.numberOfFrames;
  const padded = length + (length % 2);
  if (padded > maxElementBytes)
    throw new DicomError("too-long", "the decoded pixels are longer than an element can be");
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const frame of frames) {
      if (frame.bytes.length !== first.bytes.length)
        throw new DicomError("bad-structure", "the frames are not of one size");
      yield frame.bytes;
    }
  }
  const vr = description.bitsAllocated > 8 ? "OW" : "OB";
  const unit = transferSyntax(target)!.littleEndian ? 1 : pixelWordBytes(description.bitsAllocated, vr);
  return {
    dataSet: describing(source, description, first, lossyAttributes(instance, source.dataSet, length)),
    element: hollow(Tags.PixelData, vr, padded),
    open: () => turned(evened(shared ? joinedBits(bytes(), bits) : bytes(), 0), unit),
  };
}

/** An offset table and a fragment for each frame (PS3.5 A.4). The table is empty where the frames are too many bytes to be held back for it. */
async function* encapsulated(frames: AsyncIterable<NewFrame>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] | null = [];
  let heldBytes = 0;
  const offsets: number[] = [];
  const fragment = (bytes: Uint8Array): Uint8Array[] => {
    const even = bytes.length + (bytes.length % 2);
    const pad = bytes.length % 2 === 1 ? [new Uint8Array(1)] : [];
    return [encapsulationItem(even), bytes, ...pad];
  };
  for await (const { bytes } of frames) {
    if (held === null) {
      yield* fragment(bytes);
      continue;
    }
    offsets.push(heldBytes);
    held.push(...fragment(bytes));
    heldBytes += 8 + bytes.length + (bytes.length % 2);
    if (heldBytes <= maxHeldBytes) continue;
    yield encapsulationItem(0);
    yield* held;
    held = null;
  }
  if (held === null) return;
  const table = Buffer.alloc(offsets.length * 4);
  offsets.forEach((offset, index) => {
    table.writeUInt32LE(offset, index * 4);
  });
  yield encapsulationItem(table.length);
  yield table;
  yield* held;
}

/** Pixels compressed without loss. */
async function encoded(job: Job, description: FrameDescription): Promise<NewPixels> {
  const { source } = job;
  const declared = number(source.dataSet, Tags.NumberOfFrames) ?? 1;
  if (declared > source.instance.numberOfFrames)
    throw new DicomError("truncated", "the object has fewer frames than it says");
  const { first, frames } = await madeFrames(job, description);
  const native = Math.ceil((frameBits(description) * source.instance.numberOfFrames) / 8);
  const lossy = lossyAttributes(source.instance, source.dataSet, native);
  return {
    dataSet: describing(source, description, first, lossy),
    element: hollow(Tags.PixelData, "OB", -1),
    open: () => encapsulated(frames),
  };
}

/** The pixels of the object in the syntax. @throws DicomError, ImagingError where they cannot be made */
export async function pixelsFor(job: Job): Promise<NewPixels> {
  const { source, target } = job;
  const native = isNative(target);
  if (native && !source.instance.pixels!.encapsulated) return copied(job);
  const description = descriptionOf(source.instance, source.dataSet);
  return native ? decoded(job, description) : encoded(job, description);
}
