import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import {
  type DataSet,
  DicomError,
  type Element,
  fileMeta,
  fromDicomJson,
  number,
  Tags,
  TransferSyntaxes,
  text,
  transferSyntax,
  writeDataSet,
} from "@isocenter/dicom";
import type { SpooledFile } from "../../../modules/archive/index.ts";
import { type MediaType, Refusal } from "../../../platform/index.ts";
import { imageTypes, videoType } from "../frame-types.ts";

/** A value that came in a part of its own. */
export interface BulkPart {
  type: MediaType;
  file: SpooledFile;
}

/** The parts of a URI, in the order that they came: frames of one value follow each other. */
export type BulkParts = (uri: string) => readonly BulkPart[];

const explicitLittleEndian: string = TransferSyntaxes.ExplicitVRLittleEndian;
const implicitLittleEndian: string = TransferSyntaxes.ImplicitVRLittleEndian;
/** Values beside the pixels of one instance are written from memory. */
const maxValueBytes = 32 * 1024 * 1024;
/** The largest length that an element can say (PS3.5 7.1.1), even. */
const maxPixelBytes = 0xff_ff_ff_fe;
const chunkBytes = 1 << 18;

const cannot = (code: string, detail: string): Refusal =>
  new Refusal("unprocessable", `stow.${code}`, detail);

/** Transfer syntaxes that a media type means where it does not name one (PS3.18 tables 8.7.3-2 and following). */
const defaultSyntaxes: Readonly<Record<string, string>> = {
  "image/jls": TransferSyntaxes.JPEGLSLossless,
  "image/x-jls": TransferSyntaxes.JPEGLSLossless,
  "image/jp2": "1.2.840.10008.1.2.4.90",
  "image/jpx": "1.2.840.10008.1.2.4.92",
  "image/jphc": "1.2.840.10008.1.2.4.201",
  "image/jxl": "1.2.840.10008.1.2.4.110",
  "image/dicom-rle": TransferSyntaxes.RLELossless,
  "image/x-dicom-rle": TransferSyntaxes.RLELossless,
  "video/mpeg": "1.2.840.10008.1.2.4.100",
  "video/mp4": TransferSyntaxes.MPEG4HP41,
  "video/h265": "1.2.840.10008.1.2.4.107",
};

/** The process that a JPEG stream says it is in (ITU-T T.81 B.1.1.3): its type alone does not tell. */
async function jpegSyntax({ path }: SpooledFile): Promise<string> {
  const handle = await fs.open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0);
    for (let at = 2; at + 4 <= bytesRead && buffer[at] === 0xff; at += 2 + buffer.readUInt16BE(at + 2)) {
      const marker = buffer[at + 1]!;
      if (marker === 0xc0) return "1.2.840.10008.1.2.4.50";
      if (marker === 0xc1) return "1.2.840.10008.1.2.4.51";
      if (marker === 0xc3) return "1.2.840.10008.1.2.4.70";
    }
  } finally {
    await handle.close();
  }
  throw cannot(
    "transfer-syntax",
    "The part of the type image/jpeg names no transfer syntax, and its bytes are of none.",
  );
}

/** The transfer syntax of pixels in a part of this type. */
async function syntaxOf({ type, file }: BulkPart, declared: string | undefined): Promise<string> {
  const named = type.parameters.get("transfer-syntax") ?? declared;
  const known =
    type.type === "application/octet-stream"
      ? (named ?? explicitLittleEndian)
      : (named ?? defaultSyntaxes[type.type] ?? (type.type === "image/jpeg" ? await jpegSyntax(file) : ""));
  const syntax = transferSyntax(known);
  if (!syntax)
    throw cannot("transfer-syntax", `Pixels of the type ${type.type} are in no known transfer syntax.`);
  const fits =
    type.type === "application/octet-stream" ||
    imageTypes(known).includes(type.type) ||
    videoType(known) === type.type;
  if (!fits) throw cannot("transfer-syntax", `Pixels of the type ${type.type} are not in ${known}.`);
  if (known === implicitLittleEndian) return explicitLittleEndian;
  if (!syntax.encapsulated && known !== explicitLittleEndian)
    throw cannot("transfer-syntax", "Uncompressed pixels are taken in little endian alone.");
  return known;
}

/** File meta information that came among the attributes: only its transfer syntax says something. */
function withoutMeta(dataSet: DataSet): { dataSet: DataSet; declared: string | undefined } {
  const declared = text(dataSet, Tags.TransferSyntaxUID);
  const elements = new Map([...dataSet.elements].filter(([tag]) => tag >>> 16 > 2));
  return { dataSet: { ...dataSet, elements }, declared };
}

function partsOf(element: Element, bulk: BulkParts): readonly BulkPart[] {
  const parts = bulk(element.bulkDataUri ?? "");
  if (parts.length === 0)
    throw cannot("no-bulk-data", "The metadata refers to bulk data that did not come with it.");
  return parts;
}

/** Puts the bytes of what came by reference, in the data set and its items, in their place. */
async function fill(dataSet: DataSet, bulk: BulkParts, left = { bytes: maxValueBytes }): Promise<void> {
  for (const element of dataSet.elements.values()) {
    for (const item of element.items ?? []) await fill(item, bulk, left);
    if (element.bulkDataUri === null) continue;
    const [part, ...more] = partsOf(element, bulk);
    if (!part || more.length > 0)
      throw cannot("several-parts", "A value that is no pixels came in several parts.");
    left.bytes -= part.file.size;
    if (left.bytes < 0)
      throw cannot("too-large", `The values beside the pixels have more than ${maxValueBytes} bytes.`);
    element.source = await fs.readFile(part.file.path);
    element.start = 0;
    element.size = element.source.length;
    element.bulkDataUri = null;
  }
}

const pixelTags: readonly number[] = [Tags.PixelData, Tags.FloatPixelData, Tags.DoubleFloatPixelData];

async function* bytesOf(files: readonly SpooledFile[]): AsyncGenerator<Uint8Array> {
  for (const { path } of files) yield* createReadStream(path, { highWaterMark: chunkBytes });
}

function header(tag: number, vr: string, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes.write(vr, 4, "latin1");
  bytes.writeUInt32LE(length, 8);
  return bytes;
}

function item(element: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

const evenBytes = (size: number): number => size + (size % 2);

async function* nativePixels(element: Element, dataSet: DataSet, files: readonly SpooledFile[]) {
  const length = files.reduce((sum, { size }) => sum + size, 0);
  if (length > maxPixelBytes) throw cannot("too-large", "The pixels are larger than an element can be.");
  const wide = (number(dataSet, Tags.BitsAllocated) ?? 8) > 8;
  const vr = element.tag === Tags.PixelData ? (wide ? "OW" : element.vr === "OW" ? "OW" : "OB") : element.vr;
  yield header(element.tag, vr, evenBytes(length));
  yield* bytesOf(files);
  if (length % 2 === 1) yield new Uint8Array(1);
}

/** Encapsulated pixels (PS3.5 A.4): each frame one fragment, with the offset table where it can say the places. */
async function* encapsulatedPixels(files: readonly SpooledFile[]) {
  yield header(Tags.PixelData, "OB", 0xff_ff_ff_ff);
  const offsets: number[] = [];
  let at = 0;
  for (const { size } of files) {
    if (size > maxPixelBytes) throw cannot("too-large", "A frame is larger than a fragment can be.");
    offsets.push(at);
    at += 8 + evenBytes(size);
  }
  const table = files.length > 1 && at <= maxPixelBytes ? offsets : [];
  yield item(0xe000, table.length * 4);
  yield new Uint8Array(Uint32Array.from(table).buffer);
  for (const file of files) {
    yield item(0xe000, evenBytes(file.size));
    yield* bytesOf([file]);
    if (file.size % 2 === 1) yield new Uint8Array(1);
  }
  yield item(0xe0dd, 0);
}

const part = (dataSet: DataSet, keep: (tag: number) => boolean): Uint8Array =>
  writeDataSet(
    { ...dataSet, elements: new Map([...dataSet.elements].filter(([tag]) => keep(tag))) },
    explicitLittleEndian,
  );

/** The frames of compressed pixels are as many parts; a moving picture is one. */
function checkFrames(dataSet: DataSet, syntax: string, parts: readonly BulkPart[]): void {
  const frames = transferSyntax(syntax)?.video ? 1 : (number(dataSet, Tags.NumberOfFrames) ?? 1);
  if (parts.length !== frames)
    throw cannot("frames", `${parts.length} parts of compressed pixels came for ${frames} frames.`);
}

/**
 * Writes a Part 10 file from an instance of the DICOM JSON model and the values that came beside it (PS3.18 10.5.2), as it is read: pixels pass through,
 * in the transfer syntax that their part is in.
 * @throws Refusal `unprocessable` (`stow.*`) where the two do not make an object
 */
export async function* assemble(json: unknown, bulk: BulkParts): AsyncGenerator<Uint8Array> {
  try {
    yield* written(json, bulk);
  } catch (error) {
    if (error instanceof DicomError)
      throw cannot("metadata", `The metadata cannot be read: ${error.message}.`);
    throw error;
  }
}

async function* written(json: unknown, bulk: BulkParts): AsyncGenerator<Uint8Array> {
  const { dataSet, declared } = withoutMeta(fromDicomJson(json));
  const pixels = pixelTags.map((tag) => dataSet.elements.get(tag)).find((element) => element?.bulkDataUri);
  if (pixels) dataSet.elements.delete(pixels.tag);
  await fill(dataSet, bulk);
  const parts = pixels ? partsOf(pixels, bulk) : [];
  const syntax = parts[0] ? await syntaxOf(parts[0], declared) : explicitLittleEndian;
  const encapsulated = transferSyntax(syntax)?.encapsulated === true;
  if (encapsulated) checkFrames(dataSet, syntax, parts);
  yield fileMeta({
    sopClassUID: text(dataSet, Tags.SOPClassUID) ?? "",
    sopInstanceUID: text(dataSet, Tags.SOPInstanceUID) ?? "",
    transferSyntaxUID: syntax,
  });
  const place = pixels?.tag ?? 0xffff_ffff;
  yield part(dataSet, (tag) => tag < place);
  if (!pixels) return;
  const files = parts.map(({ file }) => file);
  yield* encapsulated ? encapsulatedPixels(files) : nativePixels(pixels, dataSet, files);
  yield part(dataSet, (tag) => tag > place);
}
