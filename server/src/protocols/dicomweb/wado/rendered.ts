import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../../modules/archive/index.ts";
import {
  documentPolicy,
  type Picture,
  type PictureRequest,
  type Rendering,
  type ThumbnailRequest,
} from "../../../modules/rendering/index.ts";
import { type App, type MediaRange, Refusal } from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable } from "../accept.ts";
import { openAhead } from "../ahead.ts";
import { type BulkValue, documentOf } from "../bulk-value.ts";
import { bytesTag, notModified, varyBy } from "../conditional.ts";
import { multipartMessage, type OutgoingPart } from "../multipart-writer.ts";
import { queryOf, warning } from "../urls.ts";
import { sendValue } from "./bulkdata.ts";
import { frameNumbers } from "./frames.ts";
import {
  multipartPictures,
  type PictureOffer,
  readPictureRequest,
  refuseBesideState,
  renderedParameters,
  singlePictures,
} from "./rendered-request.ts";
import { eachInstance, oneInstance, selectionOf, warnOfUnknown } from "./selection.ts";

export interface RenderedDeps {
  archive: Pick<Archive, "locate" | "locateEach" | "openObject" | "readHeader">;
  rendering: Pick<
    Rendering,
    | "etagOf"
    | "renderInstance"
    | "isState"
    | "firstOfState"
    | "instanceThumbnail"
    | "seriesThumbnail"
    | "studyThumbnail"
    | "documentType"
    | "renderDocument"
  >;
}

type Handler = (request: FastifyRequest, reply: FastifyReply, deps: RenderedDeps) => Promise<FastifyReply>;

const picturesAtOnce = 3;

export function wanted(request: FastifyRequest, offers: readonly PictureOffer[]) {
  const query = queryOf(request);
  const ranges = acceptedRanges(request.headers.accept, query.get("accept"));
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  return { offer, picture: readPictureRequest(query, offer.format) };
}

const sendPicture = (reply: FastifyReply, picture: Picture): FastifyReply =>
  reply.type(picture.contentType).send(picture.bytes);

/** One picture of an instance or frame. */
export async function sendOne(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RenderedDeps,
  instance: StoredInstance,
  picture: PictureRequest,
): Promise<FastifyReply> {
  if (notModified(request, reply, deps.rendering.etagOf(instance, picture))) return reply.code(304).send();
  return sendPicture(reply, await deps.rendering.renderInstance(request.viewer, instance, picture));
}

interface ToRender {
  instance: StoredInstance;
  picture: PictureRequest;
}

/** Many pictures, one part each; the first is made before the status is said. */
async function sendMany(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RenderedDeps,
  type: string,
  all: AsyncIterable<ToRender> | Iterable<ToRender>,
): Promise<FastifyReply> {
  const render = async ({ instance, picture }: ToRender): Promise<OutgoingPart | null> => {
    try {
      const { bytes, contentType } = await deps.rendering.renderInstance(request.viewer, instance, picture);
      return { contentType, size: bytes.length, body: bytes };
    } catch (error) {
      // What is no picture, such as a report among images, has no part.
      if (error instanceof Refusal && error.kind === "not-acceptable") return null;
      throw error;
    }
  };
  const rendered = openAhead(all, render, () => {}, picturesAtOnce);
  let first: OutgoingPart | null = null;
  while (first === null) {
    const next = await rendered.next();
    if (next.done) break;
    first = next.value;
  }
  if (!first) throw new Refusal("not-acceptable", "image.no-pixels", "There is no picture in it.");
  const begun = first;
  async function* parts(): AsyncGenerator<OutgoingPart> {
    yield begun;
    for await (const part of rendered) if (part) yield part;
  }
  reply.header("cache-control", "private, no-cache");
  varyBy(reply, "Accept");
  const message = multipartMessage(type, parts());
  return reply.type(message.contentType).send(message.body);
}

/**
 * One picture for a client that takes no message of several: the only one, else the middle one of the first series with pictures, which a warning
 * says.
 */
async function sendRepresentative(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RenderedDeps,
  instances: AsyncIterable<StoredInstance>,
  picture: PictureRequest,
): Promise<FastifyReply> {
  const first: StoredInstance[] = [];
  let others = 0;
  for await (const instance of instances) {
    if (instance.numberOfFrames === 0) continue;
    if (first.length === 0 || first[0]!.seriesId === instance.seriesId) first.push(instance);
    else others += 1;
  }
  const shown = first[(first.length - 1) >> 1];
  if (!shown) throw new Refusal("not-acceptable", "image.no-pixels", "There is no picture in it.");
  const all = first.length + others;
  if (all > 1) {
    const said = `This is one of ${all} pictures: multipart/related gives them all.`;
    reply.header("warning", [...[reply.getHeader("warning") ?? []].flat().map(String), warning(said)]);
  }
  return sendOne(request, reply, deps, shown, picture);
}

const renderedMany: Handler = async (request, reply, deps) => {
  warnOfUnknown(request, reply, renderedParameters);
  const { offer, picture } = wanted(request, [...multipartPictures, ...singlePictures]);
  const instances = await eachInstance(deps.archive, request, "rendered");
  if (!offer.multipart) return sendRepresentative(request, reply, deps, instances, picture);
  async function* all(): AsyncGenerator<ToRender> {
    for await (const instance of instances) if (instance.numberOfFrames > 0) yield { instance, picture };
  }
  return sendMany(request, reply, deps, offer.type, all());
};

/** A document or a moving picture as it is, whole or a range of it; it takes no parameters of pictures. */
export async function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  ranges: readonly MediaRange[],
  instance: StoredInstance,
  document: BulkValue,
): Promise<FastifyReply> {
  const offers = document.types.map((type) => ({ multipart: false, type }));
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  const etag = bytesTag(instance.sha256, "rendered", offer.type);
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  return sendValue(request, reply, document, offer, etag);
}

/** A report or recording as a page or drawing for people; null where the instance is none. */
export async function sendReadable(
  request: FastifyRequest,
  reply: FastifyReply,
  { rendering }: RenderedDeps,
  ranges: readonly MediaRange[],
  instance: StoredInstance,
): Promise<FastifyReply | null> {
  const type = rendering.documentType(instance);
  if (!type) return null;
  const offers = [{ multipart: false, type }];
  if (!chooseOffer(ranges, offers)) throw notAcceptable(offers);
  const made = await rendering.renderDocument(request.viewer, instance);
  if (notModified(request, reply, made.etag)) return reply.code(304).send();
  reply.header("content-security-policy", documentPolicy).header("x-content-type-options", "nosniff");
  return sendPicture(reply, made);
}

/**
 * The first image that a presentation state is about, as it says (PS3.18 10.4.1.1.4). Image and state are of one study of one facility, so that what somebody drew on
 * one picture never lies over another.
 */
async function sendPresented(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RenderedDeps,
  state: StoredInstance,
): Promise<FastifyReply> {
  warnOfUnknown(request, reply, renderedParameters);
  const { offer, picture } = wanted(request, [...singlePictures, ...multipartPictures]);
  refuseBesideState(picture);
  const { frame, ...first } = await deps.rendering.firstOfState(request.viewer, state);
  const selection = { StudyInstanceUID: state.StudyInstanceUID, ...first };
  const found = await deps.archive.locate(request.viewer, selection, "rendered");
  const instance = found.find(({ studyId }) => studyId === state.studyId);
  if (!instance)
    throw new Refusal(
      "not-found",
      "image.not-found",
      "The image that the presentation state is about is not here.",
    );
  const asked = { ...picture, frame, state };
  if (offer.multipart) return sendMany(request, reply, deps, offer.type, [{ instance, picture: asked }]);
  return sendOne(request, reply, deps, instance, asked);
}

const renderedInstance: Handler = async (request, reply, deps) => {
  const instance = await oneInstance(deps.archive, request, "rendered");
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  if (deps.rendering.documentType(instance)) warnOfUnknown(request, reply, []);
  const readable = await sendReadable(request, reply, deps, ranges, instance);
  if (readable) return readable;
  const document = await documentOf(deps, instance);
  if (document) {
    warnOfUnknown(request, reply, []);
    // The person's own page, which goes on to let the browser play it.
    if (request.headers["x-isocenter-client"] === "web" && document.types[0]?.startsWith("video/"))
      await request.giveFilmPass?.(reply);
    return sendDocument(request, reply, ranges, instance, document);
  }
  if (deps.rendering.isState(instance)) return sendPresented(request, reply, deps, instance);
  warnOfUnknown(request, reply, renderedParameters);
  const { offer, picture } = wanted(request, [...singlePictures, ...multipartPictures]);
  if (offer.multipart) return sendMany(request, reply, deps, offer.type, [{ instance, picture }]);
  return sendOne(request, reply, deps, instance, picture);
};

const renderedFrames: Handler = async (request, reply, deps) => {
  const { frames } = request.params as { frames: string };
  const several = frames.includes(",");
  const offers = several ? multipartPictures : [...singlePictures, ...multipartPictures];
  warnOfUnknown(request, reply, renderedParameters);
  const { offer, picture } = wanted(request, offers);
  const instance = await oneInstance(deps.archive, request, "rendered");
  const numbers = frameNumbers(frames, instance.numberOfFrames);
  const all = numbers.map((frame) => ({ instance, picture: { ...picture, frame } }));
  const [only] = all;
  if (offer.multipart || !only) return sendMany(request, reply, deps, offer.type, all);
  return sendOne(request, reply, deps, instance, only.picture);
};

/** A thumbnail has a size and a format, and nothing else of a rendered picture (PS3.18 10.4.1.1.5). */
function thumbnailRequest(request: FastifyRequest, reply: FastifyReply): ThumbnailRequest {
  warnOfUnknown(request, reply, renderedParameters);
  const { picture } = wanted(request, singlePictures);
  if (picture.region || picture.window || picture.quality !== undefined)
    throw new Refusal("invalid", "rendered.invalid", "A thumbnail takes viewport=width,height alone.");
  const { format, size } = picture;
  return { format, ...(size ? { size: { width: size.width, height: size.height } } : {}) };
}

const thumbnail: Handler = async (request, reply, deps) => {
  const asked = thumbnailRequest(request, reply);
  const { viewer } = request;
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = selectionOf(request);
  const make = async (): Promise<Picture> => {
    if (SOPInstanceUID !== undefined) {
      const { frames } = request.params as { frames?: string };
      const instance = await oneInstance(deps.archive, request, "rendered");
      const frame = frames === undefined ? undefined : frameNumbers(frames, instance.numberOfFrames)[0];
      return deps.rendering.instanceThumbnail(viewer, instance, {
        ...asked,
        ...(frame === undefined ? {} : { frame }),
      });
    }
    return SeriesInstanceUID === undefined
      ? deps.rendering.studyThumbnail(viewer, { StudyInstanceUID }, asked)
      : deps.rendering.seriesThumbnail(viewer, { StudyInstanceUID, SeriesInstanceUID }, asked);
  };
  const picture = await make();
  if (notModified(request, reply, picture.etag)) return reply.code(304).send();
  return sendPicture(reply, picture);
};

/** Rendered resources and thumbnails (PS3.18 10.4.1.1.4, 10.4.1.1.5). */
export function registerRendered(app: App, deps: RenderedDeps): void {
  const study = "/studies/:studyInstanceUid";
  const series = `${study}/series/:seriesInstanceUid`;
  const instance = `${series}/instances/:sopInstanceUid`;
  const routes: readonly (readonly [string, Handler])[] = [
    [`${study}/rendered`, renderedMany],
    [`${series}/rendered`, renderedMany],
    [`${instance}/rendered`, renderedInstance],
    [`${instance}/frames/:frames/rendered`, renderedFrames],
    [`${study}/thumbnail`, thumbnail],
    [`${series}/thumbnail`, thumbnail],
    [`${instance}/thumbnail`, thumbnail],
    [`${instance}/frames/:frames/thumbnail`, thumbnail],
  ];
  for (const [path, handler] of routes) {
    const config = { permission: "images.read" as const };
    const isFilm = handler === renderedInstance;
    app.get(path, { config: isFilm ? { ...config, playsFilms: true } : config }, (request, reply) =>
      handler(request, reply, deps),
    );
  }
}
