import { pipeline, Readable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { Tags } from "@isocenter/dicom";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, DicomJson } from "../../../modules/archive/index.ts";
import { type App, type Config, Refusal } from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "../accept.ts";
import { openAhead } from "../ahead.ts";
import { entityTag, notModified, varyBy } from "../conditional.ts";
import { textIn } from "../elements.ts";
import {
  arrayItems,
  createMetadataCache,
  instanceWithAbsoluteUris,
  type MetadataCache,
  metadataText,
} from "../metadata-text.ts";
import { xmlMessage, xmlOffer } from "../native-xml.ts";
import { baseUrl, queryOf, resourceUrl } from "../urls.ts";
import { notFound, oneInstance, selectionOf, warnOfUnknown } from "./selection.ts";

export interface MetadataDeps {
  archive: Pick<Archive, "find" | "locate" | "seriesMetadata" | "instanceMetadata">;
  config: Pick<Config, "publicUrl">;
}

const offers: readonly Offer[] = [
  { multipart: false, type: "application/dicom+json" },
  { multipart: false, type: "application/json" },
  xmlOffer,
];
const cacheBytes = 64 * 1024 * 1024;
const seriesAtOnce = 3;

/** Whether the client takes gzip (RFC 9110 12.5.3). */
function takesGzip(header: string | string[] | undefined): boolean {
  const qualities = new Map<string, number>();
  for (const piece of String(header ?? "").split(",")) {
    const [coding = "", ...parameters] = piece.split(";").map((word) => word.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    qualities.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (qualities.get("gzip") ?? qualities.get("*") ?? 0) > 0;
}

/** The type of the answer. @throws Refusal `not-acceptable` */
function answerType(request: FastifyRequest, reply: FastifyReply): string {
  warnOfUnknown(request, reply, []);
  const offer = chooseOffer(acceptedRanges(request.headers.accept, queryOf(request).get("accept")), offers);
  if (!offer) throw notAcceptable(offers);
  return offer.type;
}

/** The items of texts that are arrays of the DICOM JSON model, with a part of XML for each. */
function sendXml(reply: FastifyReply, texts: AsyncIterable<Buffer>): FastifyReply {
  async function* instances(): AsyncGenerator<DicomJson> {
    for await (const text of texts) yield* JSON.parse(text.toString("utf8")) as DicomJson[];
  }
  const message = xmlMessage(instances());
  return reply.type(message.contentType).send(message.body);
}

async function* only(text: Buffer): AsyncGenerator<Buffer> {
  yield text;
}

async function seriesMetadata(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: MetadataDeps,
  cache: MetadataCache,
): Promise<FastifyReply> {
  const type = answerType(request, reply);
  const { StudyInstanceUID, SeriesInstanceUID = "" } = selectionOf(request);
  const selection = { StudyInstanceUID, SeriesInstanceUID };
  const metadata = await deps.archive.seriesMetadata(request.viewer, selection);
  const url = resourceUrl(baseUrl(deps.config, request), selection);
  if (notModified(request, reply, entityTag("series", url, metadata.revision, type)))
    return reply.code(304).send();
  if (type === xmlOffer.type) return sendXml(reply, only(await metadataText(metadata, url)));
  varyBy(reply, "Accept-Encoding");
  reply.type(type);
  if (!takesGzip(request.headers["accept-encoding"])) return reply.send(await metadataText(metadata, url));
  return reply.header("content-encoding", "gzip").send(await cache.compressed(metadata, url));
}

async function instanceMetadata(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: MetadataDeps,
): Promise<FastifyReply> {
  const type = answerType(request, reply);
  const instance = await oneInstance(deps.archive, request, "metadata");
  const { StudyInstanceUID, SeriesInstanceUID } = instance;
  const json = await deps.archive.instanceMetadata(instance);
  const url = resourceUrl(baseUrl(deps.config, request), { StudyInstanceUID, SeriesInstanceUID });
  const text = instanceWithAbsoluteUris(json, url).toString("utf8");
  if (notModified(request, reply, entityTag("instance", type, text))) return reply.code(304).send();
  const list = Buffer.from(`[${text}]`);
  return type === xmlOffer.type ? sendXml(reply, only(list)) : reply.type(type).send(list);
}

/** The UIDs of the study's series, by series number. */
async function seriesOf(request: FastifyRequest, deps: MetadataDeps, studyUid: string): Promise<string[]> {
  const uids: string[] = [];
  const query = {
    level: "SERIES",
    matches: [{ tag: Tags.StudyInstanceUID, match: { kind: "uids", values: [studyUid] } }],
    include: [],
  } as const;
  for await (const found of deps.archive.find(request.viewer, query)) {
    const uid = textIn(found.attributes, Tags.SeriesInstanceUID);
    if (uid !== null) uids.push(uid);
  }
  return uids;
}

async function studyMetadata(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: MetadataDeps,
): Promise<FastifyReply> {
  const type = answerType(request, reply);
  const selection = selectionOf(request);
  const { StudyInstanceUID } = selection;
  const uids = await seriesOf(request, deps, StudyInstanceUID);
  if (uids.length === 0) throw notFound(selection);
  const base = baseUrl(deps.config, request);
  const load = async (SeriesInstanceUID: string): Promise<Buffer> => {
    const one = { StudyInstanceUID, SeriesInstanceUID };
    try {
      const metadata = await deps.archive.seriesMetadata(request.viewer, one);
      return arrayItems(await metadataText(metadata, resourceUrl(base, one)));
    } catch (error) {
      // It was deleted or moved since the series were listed.
      if (error instanceof Refusal && error.kind === "not-found") return Buffer.alloc(0);
      throw error;
    }
  };
  if (type === xmlOffer.type) {
    reply.header("cache-control", "private, no-cache");
    varyBy(reply, "Accept");
    return sendXml(reply, arrays());
  }
  async function* arrays(): AsyncGenerator<Buffer> {
    for await (const items of openAhead(uids, load, () => {}, seriesAtOnce))
      yield Buffer.concat([Buffer.from("["), items, Buffer.from("]")]);
  }
  async function* pieces(): AsyncGenerator<Buffer> {
    let lead = "[";
    for await (const items of openAhead(uids, load, () => {}, seriesAtOnce)) {
      if (items.length === 0) continue;
      yield Buffer.from(lead);
      yield items;
      lead = ",";
    }
    yield Buffer.from(lead === "[" ? "[]" : "]");
  }
  varyBy(reply, "Accept", "Accept-Encoding");
  reply.header("cache-control", "private, no-cache").type(type);
  const text = Readable.from(pieces(), { objectMode: false });
  if (!takesGzip(request.headers["accept-encoding"])) return reply.send(text);
  // An error of the text becomes one of the compressed stream, and there breaks the connection.
  const compressed = pipeline(text, createGzip({ level: constants.Z_BEST_SPEED }), () => {});
  return reply.header("content-encoding", "gzip").send(compressed);
}

/** Metadata of studies, series and instances (PS3.18 10.4.1.1.2), bulk data by absolute URI. */
export function registerMetadata(app: App, deps: MetadataDeps): void {
  const options = { config: { permission: "images.read" } } as const;
  const cache = createMetadataCache(cacheBytes);
  const study = "/studies/:studyInstanceUid";
  const series = `${study}/series/:seriesInstanceUid`;
  app.get(`${study}/metadata`, options, (request, reply) => studyMetadata(request, reply, deps));
  app.get(`${series}/metadata`, options, (request, reply) => seriesMetadata(request, reply, deps, cache));
  app.get(`${series}/instances/:sopInstanceUid/metadata`, options, (request, reply) =>
    instanceMetadata(request, reply, deps),
  );
}
