import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import type { App, MediaRange, Viewer } from "../../platform/index.ts";
import { acceptedRanges, chooseOffer, defaultTransferSyntax, notAcceptable, type Offer } from "./accept.ts";
import { openAhead } from "./ahead.ts";
import { entityTag, notModified, varyBy } from "./conditional.ts";
import { multipartMessage, type OutgoingPart } from "./multipart-writer.ts";
import type { ConvertedObject, Transcoder } from "./transcode.ts";
import { queryOf, warning } from "./urls.ts";
import { eachInstance, oneInstance, warnOfUnknown } from "./wado-selection.ts";

export interface InstancesDeps {
  archive: Pick<Archive, "locate" | "locateEach" | "openObject" | "readObject">;
  transcoder: Transcoder;
}

const type = "application/dicom";
/** Objects up to this size are read whole, a few ahead; larger ones are streamed. */
const smallBytes = 1 << 20;
const openAtOnce = 4;

interface InstanceOffer extends Offer {
  transferSyntaxUID: string;
  convert: boolean;
}

/** How an instance can be given: first as it is stored. */
function offersFor(instance: StoredInstance, transcoder: Transcoder, single: boolean): InstanceOffer[] {
  const stored = { type, transferSyntaxUID: instance.transferSyntaxUID, convert: false };
  const converted = { type, transferSyntaxUID: defaultTransferSyntax, convert: true };
  const ways =
    instance.transferSyntaxUID !== defaultTransferSyntax && transcoder.canConvert(instance)
      ? [stored, converted]
      : [stored];
  const offers = ways.map((way) => ({ ...way, multipart: true }));
  return single ? [...offers, ...ways.map((way) => ({ ...way, multipart: false }))] : offers;
}

const partType = (offer: InstanceOffer): string => `${type}; transfer-syntax=${offer.transferSyntaxUID}`;

interface Planned {
  instance: StoredInstance;
  offer: InstanceOffer;
}

async function openPart(
  deps: InstancesDeps,
  viewer: Viewer,
  { instance, offer }: Planned,
): Promise<OutgoingPart> {
  const contentType = partType(offer);
  if (offer.convert) return { contentType, ...(await deps.transcoder.convert(viewer, instance)) };
  const { archive } = deps;
  const body = await (instance.size <= smallBytes
    ? archive.readObject(instance)
    : archive.openObject(instance));
  return { contentType, size: instance.size, body };
}

/** Closes what was opened and will not be sent. */
function releaseBody(body: ConvertedObject["body"]): void {
  if ("destroy" in body) (body as Readable).destroy();
}

const parts = (
  deps: InstancesDeps,
  viewer: Viewer,
  planned: AsyncIterable<Planned> | Iterable<Planned>,
): AsyncGenerator<OutgoingPart> =>
  openAhead(
    planned,
    (one) => openPart(deps, viewer, one),
    ({ body }) => releaseBody(body),
    openAtOnce,
  );

/** Whether everything may go as it is stored, so that nothing has to be looked at before. */
function takesStored(ranges: readonly MediaRange[]): boolean {
  return chooseOffer(ranges, [{ multipart: true, type, transferSyntaxUID: "any" }]) !== null;
}

/** The study or series: 200 with all instances, 206 with those that can be given as asked (PS3.18 table 10.4.3-1). */
async function retrieveMany(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InstancesDeps,
): Promise<FastifyReply> {
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  const sample: Offer[] = [{ multipart: true, type }];
  if (!chooseOffer(ranges, sample)) throw notAcceptable(sample);
  const instances = await eachInstance(deps.archive, request, "retrieve");
  reply.header("cache-control", "private, no-cache");
  varyBy(reply, "Accept");
  let planned: AsyncIterable<Planned> | Planned[];
  if (takesStored(ranges)) planned = asStored(instances);
  else {
    planned = [];
    let left = 0;
    let last: Offer[] = [];
    for await (const instance of instances) {
      const offers = offersFor(instance, deps.transcoder, false);
      const offer = chooseOffer(ranges, offers);
      if (offer) planned.push({ instance, offer });
      else {
        left += 1;
        last = offers;
      }
    }
    if (planned.length === 0) throw notAcceptable(last);
    if (left > 0)
      reply
        .code(206)
        .header("warning", warning(`${left} instances cannot be given in an accepted transfer syntax.`));
  }
  const message = multipartMessage(type, parts(deps, request.viewer, planned));
  return reply.type(message.contentType).send(message.body);
}

async function* asStored(instances: AsyncIterable<StoredInstance>): AsyncGenerator<Planned> {
  for await (const instance of instances)
    yield {
      instance,
      offer: { type, multipart: true, transferSyntaxUID: instance.transferSyntaxUID, convert: false },
    };
}

async function retrieveOne(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InstancesDeps,
): Promise<FastifyReply> {
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  const instance = await oneInstance(deps.archive, request, "retrieve");
  const offers = offersFor(instance, deps.transcoder, true);
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  const etag = entityTag(instance.sha256, offer.transferSyntaxUID, String(offer.multipart));
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  const part = await openPart(deps, request.viewer, { instance, offer });
  if (offer.multipart) {
    const message = multipartMessage(type, [part]);
    return reply.type(message.contentType).send(message.body);
  }
  reply.type(part.contentType);
  if (part.size !== null) reply.header("content-length", part.size);
  return reply.send(
    part.body instanceof Uint8Array ? part.body : Readable.from(part.body, { objectMode: false }),
  );
}

/** Retrieve of studies, series and instances (PS3.18 10.4.1.1.1). */
export function registerInstances(app: App, deps: InstancesDeps): void {
  const options = { config: { permission: "images.read" } } as const;
  const route =
    (retrieve: typeof retrieveOne) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      warnOfUnknown(request, reply, []);
      return retrieve(request, reply, deps);
    };
  app.get("/studies/:studyInstanceUid", options, route(retrieveMany));
  app.get("/studies/:studyInstanceUid/series/:seriesInstanceUid", options, route(retrieveMany));
  app.get(
    "/studies/:studyInstanceUid/series/:seriesInstanceUid/instances/:sopInstanceUid",
    options,
    route(retrieveOne),
  );
}
