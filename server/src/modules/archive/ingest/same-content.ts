import {
  type DataSet,
  decodeFrameIndex,
  type Element,
  type FrameIndex,
  littleEndianValue,
  readDataSet,
  readPart10,
  type Tag,
  Tags,
  TransferSyntaxes,
  transferSyntax,
} from "@isocenter/dicom";
import { frameDescription, type ImagingPool } from "@isocenter/imaging";
import type { Platform } from "../../../platform/index.ts";
import { inflateDataSet } from "../read/current.ts";
import type { ExistingInstance } from "./batch.ts";
import type { Incoming } from "./incoming.ts";

/** What is larger or has more frames is not compared: a person looks at it. */
const maxBytes = 256 << 20;
const maxFrames = 4096;

/** What another transfer syntax may change without another picture: how pixels lie and are called, not what they are. */
const ofSyntax: ReadonlySet<Tag> = new Set<Tag>([
  Tags.PixelData,
  Tags.ExtendedOffsetTable,
  Tags.ExtendedOffsetTableLengths,
  Tags.PhotometricInterpretation,
  Tags.PlanarConfiguration,
  Tags.DataSetTrailingPadding,
]);

const bothLossless = (...objects: readonly { transferSyntaxUid: string }[]): boolean =>
  objects.every(({ transferSyntaxUid }) => isLossless(transferSyntaxUid));

const littleEndianNative: ReadonlySet<string> = new Set([
  TransferSyntaxes.ImplicitVRLittleEndian,
  TransferSyntaxes.ExplicitVRLittleEndian,
  TransferSyntaxes.DeflatedExplicitVRLittleEndian,
]);

/** How pixels are written: where it is the same, the same pixels are the same bytes. */
const formOf = ({ transferSyntaxUid }: { transferSyntaxUid: string }): string =>
  littleEndianNative.has(transferSyntaxUid) ? TransferSyntaxes.ExplicitVRLittleEndian : transferSyntaxUid;

interface StoredObject {
  objectKey: string;
  size: number;
  transferSyntaxUid: string;
  dataSetOffset: number;
  headerLength: number;
  trailerOffset: number | null;
  pixelTag: number | null;
  pixelVr: string | null;
  /** Where pixels end that are not encapsulated. */
  pixelEnd: number | null;
  frames: FrameIndex;
}

/** Whether the frames are all of the pixels, but for a byte that pads them. */
function hasAllPixels({ frames, pixelEnd }: StoredObject): boolean {
  const last = frames.at(-1)?.at(-1);
  return pixelEnd === null || (last !== undefined && last.offset + last.length >= pixelEnd - 1);
}

const trimmed = (bytes: Uint8Array): Buffer => {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--;
  return Buffer.from(bytes.buffer, bytes.byteOffset, end);
};

function sameElement(a: Element, b: Element, left: DataSet, right: DataSet): boolean {
  if (a.items || b.items)
    return (
      a.items?.length === b.items?.length &&
      a.items!.every((item, index) => sameAttributes(item, b.items![index]!))
    );
  return trimmed(littleEndianValue(left, a)).equals(trimmed(littleEndianValue(right, b)));
}

/** Whether two data sets say the same, but for what belongs to their transfer syntaxes. */
function sameAttributes(left: DataSet, right: DataSet): boolean {
  const tags = new Set([...left.elements.keys(), ...right.elements.keys()]);
  for (const tag of tags) {
    if (ofSyntax.has(tag) || (tag & 0xffff) === 0) continue;
    const [a, b] = [left.elements.get(tag), right.elements.get(tag)];
    if (!a || !b || !sameElement(a, b, left, right)) return false;
  }
  return true;
}

const isLossless = (uid: string): boolean => {
  const syntax = transferSyntax(uid);
  return syntax !== undefined && !syntax.lossy && !syntax.video;
};

/** How the elements are written beside compressed pixels and deflation. */
function plainSyntax(uid: string): string {
  const syntax = transferSyntax(uid);
  if (syntax?.explicitVR === false) return TransferSyntaxes.ImplicitVRLittleEndian;
  return syntax?.littleEndian === false
    ? TransferSyntaxes.ExplicitVRBigEndian
    : TransferSyntaxes.ExplicitVRLittleEndian;
}

/**
 * Compares an object with the archived one of its UID: the same attributes and the same frames are the same object, however it is written. Another system may have
 * passed it on with other lengths of sequences or without group lengths, or in another transfer syntax: then both have to be lossless, and the decoded
 * frames the same.
 */
export function createContentComparer(
  platform: Pick<Platform, "db" | "objects" | "log">,
  imaging: Pick<ImagingPool, "decode">,
) {
  const { db, objects, log } = platform;

  async function archived(id: string): Promise<StoredObject | undefined> {
    const [row] = await db<(Omit<StoredObject, "frames"> & { frameIndex: Buffer | null })[]>`
      select object_key as "objectKey", size, transfer_syntax_uid as "transferSyntaxUid", data_set_offset as "dataSetOffset",
        header_length as "headerLength", trailer_offset as "trailerOffset", pixel_tag as "pixelTag", pixel_vr as "pixelVr",
        case when not pixel_encapsulated then pixel_offset + pixel_length end as "pixelEnd", frame_index as "frameIndex"
      from instance where id = ${id}`;
    return row && { ...row, frames: row.frameIndex ? decodeFrameIndex(row.frameIndex) : [] };
  }

  /** The attributes, and a way to read frames; places in a deflated object count as if it were not. */
  async function open(object: StoredObject) {
    const { objectKey, dataSetOffset, headerLength } = object;
    const deflated = transferSyntax(object.transferSyntaxUid)?.deflated ?? false;
    const header = await objects.read(objectKey, { start: 0, end: headerLength });
    const inflated = deflated ? inflateDataSet(header.subarray(dataSetOffset)) : null;
    const { dataSet } = readPart10(header);
    const trailer =
      object.trailerOffset === null
        ? null
        : readDataSet(
            await objects.read(objectKey, { start: object.trailerOffset, end: object.size }),
            plainSyntax(object.transferSyntaxUid),
          );
    const pixels = object.pixelTag === null ? null : { tag: object.pixelTag, vr: object.pixelVr ?? "OW" };
    return {
      dataSet,
      trailer: trailer ?? { ...dataSet, elements: new Map<Tag, Element>() },
      description: pixels && frameDescription(dataSet, object.transferSyntaxUid, pixels),
      async frame(index: number): Promise<Buffer> {
        const pieces = await Promise.all(
          object.frames[index]!.map(({ offset, length }) =>
            inflated
              ? inflated.subarray(offset - dataSetOffset, offset - dataSetOffset + length)
              : objects.read(objectKey, { start: offset, end: offset + length }),
          ),
        );
        return Buffer.concat(pieces);
      },
    };
  }

  async function compare(existing: StoredObject, came: StoredObject): Promise<boolean> {
    const [left, right] = [await open(existing), await open(came)];
    if (!sameAttributes(left.dataSet, right.dataSet) || !sameAttributes(left.trailer, right.trailer))
      return false;
    if (existing.pixelTag !== came.pixelTag || existing.frames.length !== came.frames.length) return false;
    if (existing.pixelTag === null) return true;
    // Pixels whose frames cannot be told apart are not compared.
    if (existing.frames.length === 0 || existing.frames.length > maxFrames) return false;
    if (!hasAllPixels(existing) || !hasAllPixels(came)) return false;
    const sameForm = formOf(existing) === formOf(came);
    for (let index = 0; index < existing.frames.length; index++) {
      const [mine, theirs] = [await left.frame(index), await right.frame(index)];
      if (sameForm && mine.equals(theirs)) continue;
      if (!bothLossless(existing, came) || !left.description || !right.description) return false;
      // Frames of single bits share bytes: where one begins is not where its piece does.
      if (left.description.bitsAllocated === 1) return false;
      const [a, b] = await Promise.all([
        imaging.decode(left.description, mine),
        imaging.decode(right.description, theirs),
      ]);
      if (a.photometricInterpretation !== b.photometricInterpretation) return false;
      if (a.planarConfiguration !== b.planarConfiguration) return false;
      if (!Buffer.from(a.bytes).equals(Buffer.from(b.bytes))) return false;
    }
    return true;
  }

  return async (existing: ExistingInstance, incoming: Incoming): Promise<boolean> => {
    const sameSyntax = existing.transferSyntaxUid === incoming.transferSyntaxUid;
    if (!sameSyntax && !bothLossless(existing, incoming)) return false;
    if (existing.size > maxBytes || incoming.size > maxBytes) return false;
    try {
      const stored = await archived(existing.id);
      if (!stored) return false;
      const { pixels, frameIndex } = incoming;
      return await compare(stored, {
        ...incoming,
        pixelTag: pixels?.tag ?? null,
        pixelVr: pixels?.vr ?? null,
        pixelEnd: pixels && !pixels.encapsulated ? pixels.offset + pixels.length : null,
        frames: frameIndex ? decodeFrameIndex(frameIndex) : [],
      });
    } catch (error) {
      // What cannot be decoded cannot be called the same.
      log.info(
        { err: error, instance: existing.id },
        "two objects of one UID were not compared by their content",
      );
      return false;
    }
  };
}
