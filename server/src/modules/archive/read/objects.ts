import { Readable } from "node:stream";
import {
  createStreamParser,
  type DataSet,
  decodeFrameIndex,
  type FrameIndex,
  readPart10,
  type Segment,
  Tags,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import { type ByteRange, type Platform, Refusal } from "../../../platform/index.ts";
import type { StoredInstance } from "../stored-instance.ts";
import { deflatedAnew, headerAtOnceBytes, inflateDataSet } from "./current.ts";

/** What tells how pixels are shown: overlays of large films and lookup tables come to some megabytes, and none of them may be left out. */
const headerBeforePixelsBytes = 32 * 1024 * 1024;

/** Reads archived instances. The one place that decides which bytes are the current ones of an instance. */
export function createObjectReader(platform: Platform) {
  const frameIndexes = new WeakMap<StoredInstance, FrameIndex>();

  /** The stream errors, never ends, where the object is cut short. */
  async function openObject(instance: StoredInstance, range?: ByteRange): Promise<Readable> {
    const { start, end = instance.size } = range ?? { start: 0 };
    const length = Math.max(0, Math.min(end, instance.size) - start);
    const source = await openStored(instance, range);
    return Readable.from(wholeOf(instance, source, start === 0 && !instance.rewritten, length), {
      objectMode: false,
      highWaterMark: source.readableHighWaterMark,
    }).once("close", () => source.destroy());
  }

  async function openStored(instance: StoredInstance, range?: ByteRange): Promise<Readable> {
    const { objects } = platform;
    const { objectKey, rewritten, size } = instance;
    if (!rewritten) return objects.get(objectKey, range);
    const { start, end = size } = range ?? { start: 0 };
    if (rewritten.header === null) {
      const whole = await deflatedAnew(platform, instance, rewritten.changes);
      return Readable.from([whole.subarray(start, end)], { objectMode: false });
    }
    const { headerLength, size: received } = rewritten.received;
    const segments = [...rewritten.header, { offset: headerLength, length: received - headerLength }];
    const wanted = within(segments, start, Math.min(end, size));
    const inHeader = wanted.some((segment) => "offset" in segment && segment.offset < headerLength);
    const head =
      inHeader && headerLength <= headerAtOnceBytes
        ? await objects.read(objectKey, { start: 0, end: headerLength })
        : Buffer.alloc(0);
    if (start === 0 && head.length > 0) await requireOwn(instance, head);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for (const segment of wanted) {
        if (segment instanceof Uint8Array) yield segment;
        else if (segment.offset + segment.length <= head.length)
          yield head.subarray(segment.offset, segment.offset + segment.length);
        else
          yield* await objects.get(objectKey, {
            start: segment.offset,
            end: segment.offset + segment.length,
          });
      }
    }
    return Readable.from(bytes(), { objectMode: false });
  }

  async function readObject(instance: StoredInstance, range: ByteRange, memory?: Buffer): Promise<Buffer> {
    if (instance.rewritten) {
      const chunks: Buffer[] = [];
      for await (const chunk of await openObject(instance, range)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    const bytes = await platform.objects.read(instance.objectKey, range, memory);
    if (bytes.length < Math.min(range.end ?? instance.size, instance.size) - range.start)
      throw cutShort(instance);
    if (range.start === 0) await requireOwn(instance, bytes);
    return bytes;
  }

  /**
   * A store that was mended by hand may hold another image under the key, as long as this one. Its UID stands within the first bytes, so to look costs
   * nothing; where it does not, the header is read.
   */
  async function requireOwn(instance: StoredInstance, beginning: Buffer): Promise<void> {
    const { id, SOPInstanceUID, objectKey, rewritten, headerLength, transferSyntaxUID } = instance;
    if (beginning.includes(SOPInstanceUID) || transferSyntax(transferSyntaxUID)?.deflated) return;
    const end = rewritten?.received.headerLength ?? headerLength;
    const { dataSet } = readPart10(await platform.objects.read(objectKey, { start: 0, end }));
    if (text(dataSet, Tags.SOPInstanceUID) !== SOPInstanceUID)
      throw new Error(
        `the object of image ${id} is another's: isocenter verify names all that are not theirs`,
      );
  }

  /** What a store lost the end of looks whole to whoever reads to the end. */
  async function* wholeOf(
    instance: StoredInstance,
    source: Readable,
    fromBeginning: boolean,
    length: number,
  ) {
    let left = length;
    for await (const chunk of source) {
      if (fromBeginning && left === length && length > 0) await requireOwn(instance, chunk as Buffer);
      left -= (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (left > 0) throw cutShort(instance);
  }

  /** Frames stand where they were received, whatever is written over what comes before them. */
  const readReceived = (instance: StoredInstance, range: ByteRange, memory?: Buffer): Promise<Buffer> =>
    platform.objects.read(instance.objectKey, range, memory);

  async function frameIndexOf(instance: StoredInstance): Promise<FrameIndex> {
    const known = frameIndexes.get(instance);
    if (known) return known;
    const [row] = await platform.db<{ frameIndex: Buffer | null }[]>`
      select frame_index as "frameIndex" from instance where id = ${instance.id}`;
    const index = row?.frameIndex ? decodeFrameIndex(row.frameIndex) : [];
    frameIndexes.set(instance, index);
    return index;
  }

  async function readFrame(
    instance: StoredInstance,
    frameNumber: number,
    memory?: Buffer,
  ): Promise<Uint8Array> {
    const pieces = Number.isInteger(frameNumber)
      ? (await frameIndexOf(instance))[frameNumber - 1]
      : undefined;
    const first = pieces?.[0];
    if (!pieces || !first)
      throw new Refusal("not-found", "frame.not-found", `The image has no frame ${frameNumber}.`);
    const last = pieces.at(-1)!;
    const end = last.offset + last.length;
    const span = { start: first.offset, end: wordEnd(instance, first.offset, end) };
    const fits = memory && span.end - span.start <= memory.length ? memory : undefined;
    const source = transferSyntax(instance.transferSyntaxUID)?.deflated
      ? await readInflated(instance, span)
      : await readReceived(instance, span, fits);
    if (source.length < span.end - span.start) throw cutShort(instance);
    const bytes =
      pieces.length === 1
        ? source
        : Buffer.concat(
            pieces.map(({ offset, length }) =>
              source.subarray(offset - span.start, offset - span.start + length),
            ),
          );
    return instance.bitsAllocated === 1 && !instance.pixels?.encapsulated
      ? alignedFrame(instance, bytes, frameNumber)
      : bytes;
  }

  /** Places in a deflated data set count as if it stood there inflated. */
  async function readInflated(instance: StoredInstance, { start, end }: { start: number; end: number }) {
    const inflated = inflateDataSet(await readReceived(instance, { start: instance.dataSetOffset }));
    return inflated.subarray(start - instance.dataSetOffset, end - instance.dataSetOffset);
  }

  const readHeader = (instance: StoredInstance): Promise<Buffer> =>
    readObject(instance, { start: 0, end: instance.headerLength });

  async function readAttributes(instance: StoredInstance): Promise<DataSet> {
    const atOnce = instance.pixels ? headerBeforePixelsBytes : headerAtOnceBytes;
    if (instance.headerLength > atOnce) return readAllAttributes(instance);
    return readPart10(await readHeader(instance)).dataSet;
  }

  /** Every attribute, also those behind the pixels; Pixel Data and long values `deferred`. */
  async function readAllAttributes(instance: StoredInstance): Promise<DataSet> {
    const parser = createStreamParser();
    for await (const chunk of await openObject(instance)) parser.push(chunk as Buffer);
    return parser.end().dataSet;
  }

  return {
    openObject,
    /** The size is known: no need to ask for it. */
    readWhole: (instance: StoredInstance, memory?: Buffer) =>
      readObject(instance, { start: 0, end: instance.size }, memory),
    openDataSet: (instance: StoredInstance) => openObject(instance, { start: instance.dataSetOffset }),
    openOriginal(instance: StoredInstance): Promise<Readable> {
      if (!instance.original)
        throw new Refusal("not-found", "image.no-original", "This image was not made from a picture.");
      return platform.objects.get(instance.original.objectKey);
    },
    readFrame,
    readHeader,
    readAttributes,
    readAllAttributes,
  };
}

const cutShort = ({ id }: StoredInstance): Error =>
  new Error(`the object of image ${id} is shorter than its rows say`);

/**
 * Where the last word ends: in big endian, bytes in words of 16 bits stand in pairs (PS3.5 A.3), so that the last pixel of an odd frame is where its padding
 * looks to be.
 */
function wordEnd({ transferSyntaxUID, pixels, bitsAllocated }: StoredInstance, start: number, end: number) {
  if (!pixels || pixels.encapsulated || pixels.vr !== "OW" || bitsAllocated !== 8) return end;
  const startsWord = (start - pixels.offset) % 2 === 0;
  const isOdd = (end - start) % 2 === 1 && end < pixels.offset + pixels.length;
  return transferSyntax(transferSyntaxUID)?.littleEndian === false && startsWord && isOdd ? end + 1 : end;
}

/** The part of the segments that the range covers. */
function within(segments: readonly Segment[], start: number, end: number): Segment[] {
  const parts: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, segment.length);
    at += segment.length;
    if (from >= to) continue;
    if (segment instanceof Uint8Array) parts.push(segment.subarray(from, to));
    else parts.push({ offset: segment.offset + from, length: to - from });
  }
  return parts;
}

export type ObjectReader = ReturnType<typeof createObjectReader>;

/**
 * A frame of single bit pixels from the bytes that hold its bits, beginning at a byte of its own: frames of such pixels follow each other without
 * padding (PS3.5 8.1.1), the first pixel in the lowest bit.
 */
function alignedFrame(instance: StoredInstance, bytes: Buffer, frameNumber: number): Buffer {
  const bits = (instance.rows ?? 0) * (instance.columns ?? 0) * (instance.samplesPerPixel ?? 1);
  const shift = (bits * (frameNumber - 1)) % 8;
  const frame = Buffer.alloc(Math.ceil(bits / 8));
  for (let i = 0; i < frame.length; i++) {
    const low = (bytes[i] ?? 0) >> shift;
    frame[i] = shift === 0 ? low : low | ((bytes[i + 1] ?? 0) << (8 - shift));
  }
  const used = bits % 8;
  if (used > 0) frame[frame.length - 1]! &= (1 << used) - 1;
  return frame;
}
