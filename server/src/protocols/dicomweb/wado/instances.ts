import { Readable } from "node:stream";
import { transferSyntax } from "@isocenter/dicom";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../../modules/archive/index.ts";
import type { Rendering } from "../../../modules/rendering/index.ts";
import {
  type App,
  type MediaRange,
  rangeToSend,
  type ZipEntry,
  zipArchive,
} from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "../accept.ts";
import { openAhead } from "../ahead.ts";
import { memory, readForAnswer, smallBytes } from "../answer-memory.ts";
import { bytesTag, entityTag, notModified, varyBy } from "../conditional.ts";
import { multipartMessage, type OutgoingPart, releasePart } from "../multipart-writer.ts";
import { queryOf, warning } from "../urls.ts";
import { eachInstance, oneInstance, selectionOf, warnOfUnknown } from "./selection.ts";

export interface InstancesDeps {
  archive: Pick<Archive, "locate" | "locateEach" | "openObject" | "readObject">;
  rendering: Pick<Rendering, "syntaxesFor" | "openAs">;
}

const type = "application/dicom";
const zip = "application/zip";
const related: Offer = { multipart: true, type };
const archiveFile: Offer = { multipart: false, type: zip };
const alone: Offer = { multipart: false, type };
/** What holds the instances of a study or series; one instance may also come alone. */
const containers: readonly Offer[] = [related, archiveFile, alone];
/** Who takes any application is given the instance as what it is. */
const containersOfOne: readonly Offer[] = [related, alone, archiveFile];
/** Objects that are small are read whole, a few ahead; larger ones are streamed. */
const openAtOnce = 4;

interface InstanceOffer extends Offer {
  transferSyntaxUID: string;
}

/** How an instance can be given in each of the containers: first as it is stored. */
function offersFor(
  instance: StoredInstance,
  rendering: InstancesDeps["rendering"],
  within: readonly Offer[],
): InstanceOffer[] {
  const syntaxes = rendering.syntaxesFor(instance);
  return within.flatMap((container) =>
    syntaxes.map((transferSyntaxUID) => ({ ...container, transferSyntaxUID })),
  );
}

interface Planned {
  instance: StoredInstance;
  offer: InstanceOffer;
}

interface Opened extends OutgoingPart {
  instance: StoredInstance;
}

const partType = ({ transferSyntaxUID }: InstanceOffer): string =>
  `${type}; transfer-syntax=${transferSyntaxUID}`;

/** @param lend where whoever sends the part releases it */
async function openPart(deps: InstancesDeps, { instance, offer }: Planned, lend = false): Promise<Opened> {
  const { transferSyntaxUID } = offer;
  const contentType = partType(offer);
  const { archive, rendering } = deps;
  if (transferSyntaxUID !== instance.transferSyntaxUID)
    return { instance, contentType, size: null, body: await rendering.openAs(instance, transferSyntaxUID) };
  const { size } = instance;
  if (size > smallBytes) return { instance, contentType, size, body: await archive.openObject(instance) };
  const lent = lend ? memory.take() : null;
  if (!lent) return { instance, contentType, size, body: await archive.readObject(instance) };
  const release = () => memory.giveBack(lent);
  try {
    return { instance, contentType, size, body: await archive.readObject(instance, lent), release };
  } catch (error) {
    release();
    throw error;
  }
}

const openParts = (
  deps: InstancesDeps,
  planned: AsyncIterable<Planned> | Iterable<Planned>,
  lend: boolean,
): AsyncGenerator<Opened> => openAhead(planned, (one) => openPart(deps, one, lend), releasePart, openAtOnce);

/** The instances as files of a ZIP archive, in a folder for each series. */
async function* zipEntries(parts: AsyncIterable<Opened>): AsyncGenerator<ZipEntry> {
  const named = new Set<string>();
  for await (const { instance, size, body } of parts) {
    const folder = `${instance.StudyInstanceUID}/${instance.SeriesInstanceUID}`;
    let name = `${folder}/${instance.SOPInstanceUID}.dcm`;
    // Two facilities of the viewer may each have one of the UID.
    for (let copy = 2; named.has(name); copy += 1) name = `${folder}/${instance.SOPInstanceUID}-${copy}.dcm`;
    named.add(name);
    const compressed = transferSyntax(instance.transferSyntaxUID)?.encapsulated === true;
    // Only whole files are left as they are: not every reader finds the end of a streamed one that is not deflated.
    const stored = compressed && body instanceof Uint8Array;
    yield { name, modified: instance.createdAt, size, body, stored };
  }
}

/** Whether everything may go as it is stored, so that nothing has to be looked at before. */
function takesStored(ranges: readonly MediaRange[], container: Offer): boolean {
  return chooseOffer(ranges, [{ ...container, transferSyntaxUID: "any" }]) !== null;
}

/** What is sent of the instances, and in what syntax; the answer says with 206 that some are left out (PS3.18 table 10.4.3-1). */
async function plan(
  reply: FastifyReply,
  deps: InstancesDeps,
  ranges: readonly MediaRange[],
  container: Offer,
  instances: AsyncIterable<StoredInstance>,
): Promise<AsyncIterable<Planned> | Planned[]> {
  if (takesStored(ranges, container)) return asStored(instances, container);
  const planned: Planned[] = [];
  let left = 0;
  let last: Offer[] = [];
  for await (const instance of instances) {
    const offers = offersFor(instance, deps.rendering, [container]);
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
  return planned;
}

async function* asStored(
  instances: AsyncIterable<StoredInstance>,
  container: Offer,
): AsyncGenerator<Planned> {
  for await (const instance of instances)
    yield {
      instance,
      offer: { ...container, transferSyntaxUID: instance.transferSyntaxUID },
    };
}

/** The only instance, for a client that takes no message of several parts. @throws Refusal `not-acceptable` where there are more */
async function onlyOne(instances: AsyncGenerator<StoredInstance>): Promise<StoredInstance> {
  const first = await instances.next();
  const second = await instances.next();
  await instances.return(undefined);
  if (first.done || !second.done)
    throw notAcceptable([related, archiveFile], "There are several instances: they do not fit one part.");
  return first.value;
}

/** The study or series: 200 with all instances, 206 with those that can be given as asked. */
async function retrieveMany(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InstancesDeps,
): Promise<FastifyReply> {
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  const container = chooseOffer(ranges, containers);
  if (!container) throw notAcceptable(containers);
  const instances = await eachInstance(deps.archive, request, "retrieve");
  if (!container.multipart && container.type === type)
    return sendInstance(request, reply, deps, await onlyOne(instances), ranges);
  reply.header("cache-control", "private, no-cache");
  varyBy(reply, "Accept");
  const planned = await plan(reply, deps, ranges, container, instances);
  if (container.type === zip) {
    const parts = openParts(deps, planned, false);
    const { SeriesInstanceUID, StudyInstanceUID } = selectionOf(request);
    attachment(reply, `${SeriesInstanceUID ?? StudyInstanceUID}.zip`);
    return reply.type(zip).send(zipArchive(zipEntries(parts)));
  }
  const { known, all } = await begun(planned);
  const message = multipartMessage(type, openParts(deps, all, true), {
    destination: reply.raw,
    known: known?.map(headOf) ?? null,
  });
  // Without its length a message goes in chunks, which costs whoever reads it time.
  if (message.size !== null) reply.header("content-length", message.size);
  return reply.type(message.contentType).send(message.body);
}

const headOf = ({ instance, offer }: Planned) => ({
  contentType: partType(offer),
  size: offer.transferSyntaxUID === instance.transferSyntaxUID ? instance.size : null,
});

/** So many are looked at before the first is sent, to say how long the message is. */
const mostKnown = 1000;

/** `known`: all of them, where they are few; null where there are more. */
async function begun(
  planned: AsyncIterable<Planned> | Planned[],
): Promise<{ known: Planned[] | null; all: AsyncIterable<Planned> | Planned[] }> {
  if (Array.isArray(planned)) return { known: planned, all: planned };
  const first: Planned[] = [];
  const iterator = planned[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    first.push(next.value);
    if (first.length > mostKnown) return { known: null, all: goingOn(first, iterator) };
  }
  return { known: first, all: first };
}

async function* goingOn(first: readonly Planned[], rest: AsyncIterator<Planned>): AsyncGenerator<Planned> {
  try {
    yield* first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.(undefined);
  }
}

const attachment = (reply: FastifyReply, filename: string): FastifyReply =>
  reply.header("content-disposition", `attachment; filename="${filename}"`);

/** The file of one instance in what the client likes best. @throws Refusal `not-acceptable` */
export function openFile(
  deps: InstancesDeps,
  instance: StoredInstance,
  ranges: readonly MediaRange[],
): Promise<OutgoingPart> {
  const offers = offersFor(instance, deps.rendering, [alone]);
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  return openPart(deps, { instance, offer });
}

/** One instance in what the client likes best of a message, a ZIP archive, and the file alone. */
export async function sendInstance(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InstancesDeps,
  instance: StoredInstance,
  ranges: readonly MediaRange[],
): Promise<FastifyReply> {
  const offers = offersFor(instance, deps.rendering, containersOfOne);
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  const asKept =
    !offer.multipart && offer.type === type && offer.transferSyntaxUID === instance.transferSyntaxUID;
  const tagOf = asKept ? bytesTag : entityTag;
  const etag = tagOf(instance.sha256, offer.type, offer.transferSyntaxUID, String(offer.multipart));
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  if (asKept) {
    const { size } = instance;
    const range = rangeToSend(request, reply, size, etag);
    if (!range) return reply.send();
    if (range.end - range.start < size)
      return reply
        .type(`${type}; transfer-syntax=${offer.transferSyntaxUID}`)
        .header("content-length", range.end - range.start)
        .send(await deps.archive.openObject(instance, range));
  }
  const isReadWhole = offer.transferSyntaxUID === instance.transferSyntaxUID && instance.size <= smallBytes;
  const part = isReadWhole
    ? {
        instance,
        contentType: partType(offer),
        size: instance.size,
        body: await readForAnswer(reply, (lent) => deps.archive.readObject(instance, lent)),
      }
    : await openPart(deps, { instance, offer });
  if (offer.multipart) {
    const message = multipartMessage(type, [part]);
    return reply.type(message.contentType).send(message.body);
  }
  if (offer.type === zip) {
    attachment(reply, `${instance.SOPInstanceUID}.zip`);
    const archive = zipArchive(zipEntries(openedOnly(part)));
    archive.once("close", () => releasePart(part));
    return reply.type(zip).send(archive);
  }
  reply.type(part.contentType);
  if (part.size !== null) reply.header("content-length", part.size);
  return reply.send(
    part.body instanceof Uint8Array ? part.body : Readable.from(part.body, { objectMode: false }),
  );
}

async function* openedOnly(part: Opened): AsyncGenerator<Opened> {
  yield part;
}

async function retrieveOne(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: InstancesDeps,
): Promise<FastifyReply> {
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  return sendInstance(request, reply, deps, await oneInstance(deps.archive, request, "retrieve"), ranges);
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
