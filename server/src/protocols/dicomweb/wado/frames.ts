import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../../modules/archive/index.ts";
import type { Rendering } from "../../../modules/rendering/index.ts";
import { type App, Refusal, rangeToSend } from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable } from "../accept.ts";
import { openAhead } from "../ahead.ts";
import { readForAnswer } from "../answer-memory.ts";
import { bytesTag, entityTag, notModified } from "../conditional.ts";
import { frameOffers } from "../frame-types.ts";
import { multipartMessage, type OutgoingPart } from "../multipart-writer.ts";
import { queryOf } from "../urls.ts";
import { oneInstance, warnOfUnknown } from "./selection.ts";

export interface FrameSource {
  archive: Pick<Archive, "readFrame">;
  rendering: Pick<Rendering, "decodeFrame" | "encodeFrame" | "syntaxesFor">;
}

export interface FramesDeps extends FrameSource {
  archive: Pick<Archive, "locate" | "readFrame">;
}

const framesAtOnce = 4;
const maxFramesListed = 10_000;

/**
 * The frame numbers of a path, such as `1,3`, in the order of the path (PS3.18 10.4.1.1.3).
 * @throws Refusal `invalid` for what is no list, `not-found` where the instance has fewer
 */
export function frameNumbers(list: string, numberOfFrames: number): number[] {
  const words = list.split(",");
  const numbers = words.map((word) => (/^\d{1,9}$/.test(word.trim()) ? Number(word) : 0));
  if (numbers.some((number) => number < 1) || numbers.length > maxFramesListed)
    throw new Refusal("invalid", "frames.invalid", "Frames are a list of numbers from 1, parted by commas.");
  const missing = numbers.find((number) => number > numberOfFrames);
  if (missing !== undefined)
    throw new Refusal(
      "not-found",
      "frame.not-found",
      `There is no frame ${missing}: the instance has ${numberOfFrames}.`,
    );
  return numbers;
}

/** The object says that it has the frame, and its pixels do not show where: as of a moving picture. */
function notApart(error: unknown): never {
  if (!(error instanceof Refusal && error.code === "frame.not-found")) throw error;
  throw new Refusal(
    "not-acceptable",
    "frames.not-apart",
    "Its frames cannot be told apart, or are not there; bulk data gives the pixels as they are.",
  );
}

/** Sends frames in that order: in a multipart message, or a single one as the whole body where the client rather takes that. */
export async function sendFrames(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: FrameSource,
  instance: StoredInstance,
  numbers: readonly number[],
): Promise<FastifyReply> {
  const ranges = acceptedRanges(request.headers.accept, queryOf(request).get("accept"));
  const offers = frameOffers(instance, deps.rendering.syntaxesFor(instance), numbers.length === 1);
  // Whoever asks for a part of the bytes and takes a frame in either form means those of the frame alone: a message has no such parts.
  if (request.headers.range !== undefined) offers.sort((a, b) => Number(a.multipart) - Number(b.multipart));
  const offer = chooseOffer(ranges, offers);
  if (!offer) throw notAcceptable(offers);
  const contentType = `${offer.type}; transfer-syntax=${offer.transferSyntaxUID}`;
  const tagOf = offer.multipart ? entityTag : bytesTag;
  const etag = tagOf(instance.sha256, "frames", numbers.join(","), contentType, String(offer.multipart));
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  const { work, transferSyntaxUID } = offer;
  const bytesOf = async (number: number, memory?: Buffer): Promise<Uint8Array> => {
    if (work === "none") return deps.archive.readFrame(instance, number, memory).catch(notApart);
    if (work === "decode") return (await deps.rendering.decodeFrame(request.viewer, instance, number)).bytes;
    return deps.rendering.encodeFrame(request.viewer, instance, number, transferSyntaxUID);
  };
  const open = async (number: number, memory?: Buffer) => {
    const body = await bytesOf(number, memory);
    return { contentType, size: body.length, body } satisfies OutgoingPart;
  };
  const [one = 1, ...rest] = numbers;
  // The first frame, mostly the only one, comes before the status, so that what cannot be read is an answer and no broken connection.
  const first = await (work === "none" ? readForAnswer(reply, (memory) => open(one, memory)) : open(one));
  if (!offer.multipart) {
    const range = rangeToSend(request, reply, first.body.length, etag);
    return range ? reply.type(contentType).send(first.body.subarray(range.start, range.end)) : reply.send();
  }
  async function* parts(): AsyncGenerator<OutgoingPart> {
    yield first;
    yield* openAhead(
      rest,
      (number) => open(number),
      () => {},
      framesAtOnce,
    );
  }
  const message = multipartMessage(offer.type, parts());
  return reply.type(message.contentType).send(message.body);
}

async function retrieveFrames(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: FramesDeps,
): Promise<FastifyReply> {
  warnOfUnknown(request, reply, []);
  const { frames } = request.params as { frames: string };
  const instance = await oneInstance(deps.archive, request, "frames");
  return sendFrames(request, reply, deps, instance, frameNumbers(frames, instance.numberOfFrames));
}

/** Retrieve of frames (PS3.18 10.4.1.1.3). */
export function registerFrames(app: App, deps: FramesDeps): void {
  app.get(
    "/studies/:studyInstanceUid/series/:seriesInstanceUid/instances/:sopInstanceUid/frames/:frames",
    { config: { permission: "images.read" } },
    (request, reply) => retrieveFrames(request, reply, deps),
  );
}
