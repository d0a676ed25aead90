import { Readable } from "node:stream";
import {
  createStreamParser,
  type DataSet,
  type Element,
  formatTag,
  littleEndianValue,
  number,
  readPart10,
  Tags,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import type { Rendering } from "../../modules/rendering/index.ts";
import { type App, type ByteRange, Refusal, readRange } from "../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "./accept.ts";
import { elementAt } from "./bulkdata-path.ts";
import { entityTag, notModified } from "./conditional.ts";
import { fragmentsOf, readFragments } from "./encapsulated-value.ts";
import { videoType } from "./frame-types.ts";
import { multipartMessage } from "./multipart-writer.ts";
import { queryOf } from "./urls.ts";
import { sendFrames } from "./wado-frames.ts";
import { oneInstance, warnOfUnknown } from "./wado-selection.ts";

export interface BulkDataDeps {
  archive: Pick<Archive, "locate" | "openObject" | "readFrame" | "readHeader">;
  rendering: Pick<Rendering, "decodeFrame">;
}

const octets = "application/octet-stream";
const maxInMemoryBytes = 256 * 1024 * 1024;
const maxHeaderBytes = 4 * 1024 * 1024;

/** One value: how many bytes, what they are, and any part of them. */
interface BulkValue {
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

const mediaType = /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,100}$/;

/** The media types of a value, and its length without a byte that only pads it, where the object says so (PS3.3 C.24.2). */
function describe(element: Element, dataSet: DataSet): { types: readonly string[]; length: number } {
  if (element.tag !== Tags.EncapsulatedDocument) return { types: [octets], length: element.length };
  const type = text(dataSet, Tags.MIMETypeOfEncapsulatedDocument)?.toLowerCase() ?? "";
  const said = number(dataSet, Tags.EncapsulatedDocumentLength);
  return {
    types: mediaType.test(type) ? [type, octets] : [octets],
    length: said !== undefined && said === element.length - 1 ? said : element.length,
  };
}

async function inMemoryObject(deps: BulkDataDeps, instance: StoredInstance): Promise<DataSet> {
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

async function streamedObject(deps: BulkDataDeps, instance: StoredInstance): Promise<DataSet> {
  const parser = createStreamParser();
  for await (const chunk of await deps.archive.openObject(instance)) parser.push(chunk as Uint8Array);
  return parser.end().dataSet;
}

/** The header is read alone where it is small and the element may stand in it. */
async function inHeader(
  deps: BulkDataDeps,
  instance: StoredInstance,
  path: string,
): Promise<BulkValue | null> {
  if (!instance.pixels || instance.headerLength > maxHeaderBytes) return null;
  const { dataSet } = readPart10(await deps.archive.readHeader(instance));
  const element = elementAt(dataSet, path);
  if (!element || element.items || element.fragments) return null;
  const { types, length } = describe(element, dataSet);
  return inMemory(element.value.subarray(0, length), types);
}

/** The value of an element. The object is read through once, with little of it in memory where it need not be converted. */
async function elementValue(deps: BulkDataDeps, instance: StoredInstance, path: string): Promise<BulkValue> {
  const syntax = transferSyntax(instance.transferSyntaxUID);
  const converted = syntax?.deflated || syntax?.littleEndian === false;
  const near = converted ? null : await inHeader(deps, instance, path);
  if (near) return near;
  const dataSet = await (converted ? inMemoryObject : streamedObject)(deps, instance);
  const element = elementAt(dataSet, path);
  if (!element || element.items || element.fragments) throw notThere();
  const { types, length } = describe(element, dataSet);
  if (!element.deferred) {
    return inMemory(littleEndianValue(dataSet, element).subarray(0, length), types);
  }
  return streamed(deps, instance, element.offset, length, types);
}

function streamed(
  deps: BulkDataDeps,
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
async function pixelValue(
  deps: BulkDataDeps,
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
  return {
    size: pieces.reduce((sum, piece) => sum + piece.length, 0),
    types: [type, octets],
    open: async (range) =>
      Readable.from(readFragments(deps.archive, instance, pieces, range), { objectMode: false }),
  };
}

async function retrieveBulkData(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: BulkDataDeps,
): Promise<FastifyReply> {
  warnOfUnknown(request, reply, []);
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  const path = (request.params as { "*": string })["*"];
  const instance = await oneInstance(deps.archive, request, "frames");
  const ofPixels = instance.pixels !== null && path.toUpperCase() === formatTag(instance.pixels.tag);
  const value = await (ofPixels ? pixelValue : elementValue)(deps, instance, path);
  if (!value) return sendFrames(request, reply, deps, instance, allFrames(instance));
  const offers: Offer[] = [false, true].flatMap((multipart) =>
    value.types.map((type) => ({ multipart, type })),
  );
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  const etag = entityTag(instance.sha256, "bulkdata", path, offer.type, String(offer.multipart));
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  return sendValue(request, reply, value, offer);
}

const allFrames = ({ numberOfFrames }: StoredInstance): number[] =>
  Array.from({ length: numberOfFrames }, (_, index) => index + 1);

/** The whole value, or for a single part the range that was asked for (RFC 9110 14). */
async function sendValue(
  request: FastifyRequest,
  reply: FastifyReply,
  value: BulkValue,
  offer: Offer,
): Promise<FastifyReply> {
  const whole = { start: 0, end: value.size };
  if (offer.multipart) {
    const body = await value.open(whole);
    const message = multipartMessage(offer.type, [{ contentType: offer.type, size: value.size, body }]);
    return reply.type(message.contentType).send(message.body);
  }
  reply.header("accept-ranges", "bytes").header("x-content-type-options", "nosniff");
  const asked = readRange(request.headers.range, value.size);
  if (asked.kind === "unsatisfiable")
    return reply.code(416).header("content-range", `bytes */${value.size}`).send();
  const range = asked.kind === "part" ? asked.range : whole;
  if (asked.kind === "part")
    reply.code(206).header("content-range", `bytes ${range.start}-${range.end - 1}/${value.size}`);
  return reply
    .type(offer.type)
    .header("content-length", range.end - range.start)
    .send(await value.open(range));
}

/** Bulk data by the URIs that the metadata gives (PS3.18 10.4.1.1.6). */
export function registerBulkData(app: App, deps: BulkDataDeps): void {
  app.get(
    "/studies/:studyInstanceUid/series/:seriesInstanceUid/instances/:sopInstanceUid/bulkdata/*",
    { config: { permission: "images.read" } },
    (request, reply) => retrieveBulkData(request, reply, deps),
  );
}
