import { formatTag } from "@isocenter/dicom";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../../modules/archive/index.ts";
import { type App, rangeToSend } from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "../accept.ts";
import { type BulkValue, elementValue, pixelValue } from "../bulk-value.ts";
import { bytesTag, notModified } from "../conditional.ts";
import { multipartMessage } from "../multipart-writer.ts";
import { queryOf } from "../urls.ts";
import { type FrameSource, sendFrames } from "./frames.ts";
import { oneInstance, warnOfUnknown } from "./selection.ts";

export interface BulkDataDeps {
  archive: Pick<Archive, "locate" | "openObject" | "readFrame" | "readHeader">;
  rendering: FrameSource["rendering"];
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
  const etag = bytesTag(instance.sha256, "bulkdata", path, offer.type, String(offer.multipart));
  if (notModified(request, reply, etag, instance.createdAt)) return reply.code(304).send();
  return sendValue(request, reply, value, offer, etag);
}

const allFrames = ({ numberOfFrames }: StoredInstance): number[] =>
  Array.from({ length: numberOfFrames }, (_, index) => index + 1);

/** The whole value, or for a single part the range that was asked for (RFC 9110 14). */
export async function sendValue(
  request: FastifyRequest,
  reply: FastifyReply,
  value: BulkValue,
  offer: Offer,
  etag: string,
): Promise<FastifyReply> {
  if (offer.multipart) {
    const body = await value.open({ start: 0, end: value.size });
    const message = multipartMessage(offer.type, [{ contentType: offer.type, size: value.size, body }]);
    return reply.type(message.contentType).send(message.body);
  }
  reply.header("x-content-type-options", "nosniff");
  // What somebody sent us is looked at and never run.
  if (offer.type !== "application/pdf")
    reply.header("content-security-policy", "sandbox; default-src 'none'; media-src 'self'");
  const range = rangeToSend(request, reply, value.size, etag);
  if (!range) return reply.send();
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
