import { Readable } from "node:stream";
import {
  createStreamParser,
  type DataSet,
  type Element,
  littleEndianValue,
  number,
  readPart10,
  SopClasses,
  Tags,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import { type ByteRange, Refusal } from "../../platform/index.ts";
import { elementAt } from "./bulkdata-path.ts";
import { type Fragment, fragmentsOf, readFragments } from "./encapsulated-value.ts";
import { videoType } from "./frame-types.ts";

export interface BulkValueDeps {
  archive: Pick<Archive, "openObject" | "readHeader">;
}

const octets = "application/octet-stream";
const maxInMemoryBytes = 256 * 1024 * 1024;
const maxHeaderBytes = 4 * 1024 * 1024;

/** One value: how many bytes, what they are, and any part of them. */
export interface BulkValue {
  size: number;
  /** The media types that it may be called by, the most telling first. */
  types: readonly string[];
  open(range: Required<ByteRange>): Promise<Readable>;
}

const notThere = (): Refusal =>
  new Refusal("not-found", "bulkdata.not-found", "The instance has no such value.");

const inMemory = (bytes: Uint8Array, types: readonly string[]): BulkValue => ({
  size: bytes.length,
  types,
  open: async ({ start, end }) => Readable.from([bytes.subarray(start, end)], { objectMode: false }),
});

/** Documents that are called by their type; any other that an object claims could make a browser run it, and is bytes alone. */
const documentTypes: ReadonlySet<string> = new Set([
  "application/pdf",
  "text/xml",
  "application/xml",
  "model/stl",
  "model/obj",
  "model/mtl",
  "application/sla",
]);

/** What encapsulated documents are that do not say their type: their SOP class does (PS3.3 A.45, A.85, A.104). */
const typeOfClass: Readonly<Record<string, string>> = {
  [SopClasses.EncapsulatedPDFStorage]: "application/pdf",
  [SopClasses.EncapsulatedCDAStorage]: "text/xml",
  [SopClasses.EncapsulatedSTLStorage]: "model/stl",
  [SopClasses.EncapsulatedOBJStorage]: "model/obj",
  [SopClasses.EncapsulatedMTLStorage]: "model/mtl",
};

/** The media types of a value, and its length without a byte that only pads it, where the object says so (PS3.3 C.24.2). */
function describe(element: Element, dataSet: DataSet): { types: readonly string[]; length: number } {
  if (element.tag !== Tags.EncapsulatedDocument) return { types: [octets], length: element.length };
  const type =
    text(dataSet, Tags.MIMETypeOfEncapsulatedDocument)?.toLowerCase() ??
    typeOfClass[text(dataSet, Tags.SOPClassUID) ?? ""] ??
    "";
  const said = number(dataSet, Tags.EncapsulatedDocumentLength);
  return {
    types: documentTypes.has(type) ? [type, octets] : [octets],
    length: said !== undefined && said === element.length - 1 ? said : element.length,
  };
}

async function inMemoryObject(deps: BulkValueDeps, instance: StoredInstance): Promise<DataSet> {
  if (instance.size > maxInMemoryBytes)
    throw new Refusal(
      "not-acceptable",
      "bulkdata.too-large",
      "The object is too large for its value to be converted.",
    );
  const chunks: Uint8Array[] = [];
  for await (const chunk of await deps.archive.openObject(instance)) chunks.push(chunk as Uint8Array);
  return readPart10(Buffer.concat(chunks)).dataSet;
}

async function streamedObject(deps: BulkValueDeps, instance: StoredInstance): Promise<DataSet> {
  const parser = createStreamParser();
  for await (const chunk of await deps.archive.openObject(instance)) parser.push(chunk as Uint8Array);
  return parser.end().dataSet;
}

/** Fragments joined: what stands in the object between them is passed over. */
function fragmented(
  deps: BulkValueDeps,
  instance: StoredInstance,
  fragments: readonly Fragment[],
  types: readonly string[],
): BulkValue {
  return {
    size: fragments.reduce((sum, { length }) => sum + length, 0),
    types,
    open: async (range) =>
      Readable.from(readFragments(deps.archive, instance, fragments, range), { objectMode: false }),
  };
}

/** The header is read alone where it is small and the element may stand in it. */
async function inHeader(
  deps: BulkValueDeps,
  instance: StoredInstance,
  path: string,
): Promise<BulkValue | null> {
  if (!instance.pixels || instance.headerLength > maxHeaderBytes) return null;
  const { dataSet } = readPart10(await deps.archive.readHeader(instance));
  const element = elementAt(dataSet, path);
  if (!element || element.items) return null;
  if (element.fragments) return fragmented(deps, instance, element.fragments, [octets]);
  const { types, length } = describe(element, dataSet);
  return inMemory(element.value.subarray(0, length), types);
}

/** The value of an element. The object is read through once, with little of it in memory where it need not be converted. */
export async function elementValue(
  deps: BulkValueDeps,
  instance: StoredInstance,
  path: string,
): Promise<BulkValue> {
  const syntax = transferSyntax(instance.transferSyntaxUID);
  const converted = syntax?.deflated || syntax?.littleEndian === false;
  const near = converted ? null : await inHeader(deps, instance, path);
  if (near) return near;
  const dataSet = await (converted ? inMemoryObject : streamedObject)(deps, instance);
  const element = elementAt(dataSet, path);
  if (!element || element.items) throw notThere();
  if (element.fragments) {
    if (syntax?.deflated) throw notThere();
    return fragmented(deps, instance, element.fragments, [octets]);
  }
  const { types, length } = describe(element, dataSet);
  if (!element.deferred) {
    return inMemory(littleEndianValue(dataSet, element).subarray(0, length), types);
  }
  return streamed(deps, instance, element.offset, length, types);
}

function streamed(
  deps: BulkValueDeps,
  instance: StoredInstance,
  from: number,
  size: number,
  types: readonly string[],
): BulkValue {
  return {
    size,
    types,
    open: ({ start, end }) => deps.archive.openObject(instance, { start: from + start, end: from + end }),
  };
}

/** The pixels as one value; null where they are compressed frames, which have parts of their own. */
export async function pixelValue(
  deps: BulkValueDeps,
  instance: StoredInstance,
  path: string,
): Promise<BulkValue | null> {
  const { pixels } = instance;
  if (!pixels) throw notThere();
  const syntax = transferSyntax(instance.transferSyntaxUID);
  if (!pixels.encapsulated) {
    if (syntax?.deflated || syntax?.littleEndian === false) return elementValue(deps, instance, path);
    return streamed(deps, instance, pixels.offset, pixels.length, [octets]);
  }
  const type = videoType(instance.transferSyntaxUID);
  if (type === null) return null;
  const pieces = await fragmentsOf(deps.archive, instance, pixels);
  return fragmented(deps, instance, pieces, [type, octets]);
}

/** The SOP classes of encapsulated documents, PDF, CDA, STL and whatever follows (PS3.4 B.5). */
const documentClasses = "1.2.840.10008.5.1.4.1.1.104.";

/** What an instance is as a document or a moving picture, for people; null where it is neither. */
export async function documentOf(deps: BulkValueDeps, instance: StoredInstance): Promise<BulkValue | null> {
  const value = instance.SOPClassUID.startsWith(documentClasses)
    ? await elementValue(deps, instance, "00420011")
    : instance.pixels && videoType(instance.transferSyntaxUID) !== null
      ? await pixelValue(deps, instance, "7FE00010")
      : null;
  if (!value) return null;
  const types = value.types.filter((type) => type !== octets);
  return types.length === 0 ? null : { ...value, types };
}
