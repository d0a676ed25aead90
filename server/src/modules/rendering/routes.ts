import { Readable } from "node:stream";
import { ImageContentQuery, PicturePath, PreviewQuery, ThumbnailQuery } from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type App, Refusal, type Routes } from "../../platform/index.ts";
import type { Archive, StoredInstance } from "../archive/index.ts";
import { documentPolicy } from "./documents/document.ts";
import { byteRange, matchesEtag, negotiate } from "./negotiation.ts";
import { contentTypeOf } from "./options.ts";
import type { Picture, PictureFormat, PictureRequest, Rendering } from "./types.ts";

export interface RenderingRoutesDependencies {
  rendering: Rendering;
  archive: Pick<Archive, "getStudy" | "locateById" | "openObject" | "openOriginal">;
}

const pictureTypes = ["image/jpeg", "image/png", "image/webp"] as const;
/** A browser that follows a link takes WebP before everything else, and would not get the object. */
const contentPictureTypes = ["image/jpeg", "image/png"] as const;
const dicom = "application/dicom";

const formatOf = (contentType: string): PictureFormat =>
  (Object.keys(contentTypeOf) as PictureFormat[]).find((format) => contentTypeOf[format] === contentType) ??
  "jpeg";

/** @throws Refusal `not-acceptable` (`image.not-acceptable`) */
function pictureFormat(accept: string | undefined): PictureFormat {
  const type = negotiate(accept, pictureTypes);
  if (!type)
    throw new Refusal(
      "not-acceptable",
      "image.not-acceptable",
      `A picture is one of ${pictureTypes.join(", ")}.`,
    );
  return formatOf(type);
}

/** "512" or "640x480"; the schema has checked the form. */
function sizeOf(text: string): { width: number; height: number } {
  const [width = "", height = width] = text.split("x");
  return { width: Number(width), height: Number(height) };
}

/** "40,400" or "40,400,SIGMOID". */
function windowOf(text: string): NonNullable<PictureRequest["window"]> {
  const [center, width, name] = text.split(",");
  const window = { center: Number(center), width: Number(width) };
  return name === undefined
    ? window
    : { ...window, function: name.toUpperCase() as "LINEAR" | "LINEAR_EXACT" | "SIGMOID" };
}

/** Answers with a picture; 304 where the client has it. */
function sendPicture(reply: FastifyReply, picture: Picture): FastifyReply {
  return reply
    .header("etag", picture.etag)
    .header("cache-control", "private, max-age=60")
    .header("vary", "accept, authorization, cookie")
    .header("x-content-type-options", "nosniff")
    .type(picture.contentType)
    .send(Buffer.from(picture.bytes.buffer, picture.bytes.byteOffset, picture.bytes.byteLength));
}

const notModified = (reply: FastifyReply, etag: string): FastifyReply =>
  reply
    .code(304)
    .header("etag", etag)
    .header("cache-control", "private, max-age=60")
    .header("vary", "accept, authorization, cookie")
    .send();

/** What `content` gives unrendered: the picture that was uploaded, or the DICOM object. */
interface StoredBytes {
  contentType: string;
  filename: string;
  size: number;
  sha256: string;
  open(range: { start: number; end: number }): Promise<Readable>;
}

async function* between(stream: Readable, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, chunk.length);
    if (to > from) yield chunk.subarray(from, to);
    at += chunk.length;
    if (at >= end) break;
  }
}

function storedBytes(
  archive: RenderingRoutesDependencies["archive"],
  instance: StoredInstance,
  contentType: string,
): StoredBytes {
  const { original } = instance;
  if (original && contentType !== dicom)
    return {
      contentType,
      filename: `${instance.SOPInstanceUID}.${original.format === "PNG" ? "png" : "jpg"}`,
      size: original.size,
      sha256: original.sha256,
      open: async ({ start, end }) =>
        Readable.from(between(await archive.openOriginal(instance), start, end)),
    };
  return {
    contentType: dicom,
    filename: `${instance.SOPInstanceUID}.dcm`,
    size: instance.size,
    sha256: instance.sha256,
    open: (range) => archive.openObject(instance, range),
  };
}

/** The bytes as they are kept, whole or a range of them (RFC 9110 14). */
async function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  stored: StoredBytes,
): Promise<FastifyReply> {
  const etag = `"${stored.sha256}"`;
  reply
    .header("etag", etag)
    .header("cache-control", "private, no-cache")
    .header("vary", "accept, authorization, cookie")
    .header("accept-ranges", "bytes")
    .header("x-content-type-options", "nosniff")
    .header(
      "content-disposition",
      `${stored.contentType === dicom ? "attachment" : "inline"}; filename="${stored.filename}"`,
    );
  if (matchesEtag(request.headers["if-none-match"], etag)) return reply.code(304).send();
  const condition = request.headers["if-range"];
  const asked = condition === undefined || condition === etag ? request.headers.range : undefined;
  const range = byteRange(asked, stored.size);
  if (range === "unsatisfiable")
    return reply.code(416).header("content-range", `bytes */${stored.size}`).send();
  const part = range === "whole" ? { start: 0, end: stored.size } : range;
  if (range !== "whole")
    reply.code(206).header("content-range", `bytes ${part.start}-${part.end - 1}/${stored.size}`);
  reply.type(stored.contentType).header("content-length", part.end - part.start);
  // The answer to a HEAD reads what it is given to the end, so it gets nothing to read; the length above stays.
  return reply.send(request.method === "HEAD" ? Readable.from([]) : await stored.open(part));
}

function contentRoute(app: App, { archive, rendering }: RenderingRoutesDependencies): void {
  app.get(
    "/images/:id/content",
    {
      config: { permission: "images.read" },
      schema: {
        tags: ["Images"],
        summary: "The bytes that were uploaded, or the DICOM object; with Accept a picture of it",
        params: PicturePath,
        querystring: ImageContentQuery,
        produces: ["application/dicom", "image/jpeg", "image/png"],
      },
    },
    async (request, reply) => {
      const instance = await archive.locateById(request.viewer, request.params.id, "retrieve");
      const kept = instance.original?.format === "PNG" ? "image/png" : "image/jpeg";
      const document = rendering.documentType(instance);
      const offers = instance.original
        ? [kept, dicom, ...contentPictureTypes]
        : document
          ? [dicom, document]
          : [dicom, ...contentPictureTypes];
      const type = negotiate(request.headers.accept, offers);
      if (!type)
        throw new Refusal(
          "not-acceptable",
          "image.not-acceptable",
          `The content is one of ${offers.join(", ")}.`,
        );
      if (type === dicom || (instance.original && type === kept))
        return sendStored(request, reply, storedBytes(archive, instance, type));
      if (type === document) {
        const made = await rendering.renderDocument(request.viewer, instance);
        if (matchesEtag(request.headers["if-none-match"], made.etag)) return notModified(reply, made.etag);
        reply.header("content-security-policy", documentPolicy).header("x-content-type-options", "nosniff");
        return sendPicture(reply, made);
      }
      const picture = { format: formatOf(type) };
      if (matchesEtag(request.headers["if-none-match"], rendering.etagOf(instance, picture)))
        return notModified(reply, rendering.etagOf(instance, picture));
      return sendPicture(reply, await rendering.renderInstance(request.viewer, instance, picture));
    },
  );
}

/** Pictures of archived objects over REST: content, previews, thumbnails. */
export function renderingRoutes(dependencies: RenderingRoutesDependencies): Routes {
  const { rendering, archive } = dependencies;
  return (app) => {
    contentRoute(app, dependencies);

    app.get(
      "/images/:id/preview",
      {
        config: { permission: "images.read" },
        schema: {
          tags: ["Images"],
          summary: "A picture of an image: window, size and quality as asked for",
          params: PicturePath,
          querystring: PreviewQuery,
          produces: [...pictureTypes],
        },
      },
      async (request, reply) => {
        const { quality, size, window, frame, overlays } = request.query;
        const picture: PictureRequest = {
          format: pictureFormat(request.headers.accept),
          ...(quality === undefined ? {} : { quality }),
          ...(size === undefined ? {} : { size: sizeOf(size) }),
          ...(window === undefined ? {} : { window: windowOf(window) }),
          ...(frame === undefined ? {} : { frame }),
          ...(overlays === undefined ? {} : { overlays }),
        };
        const instance = await archive.locateById(request.viewer, request.params.id, "rendered");
        const etag = rendering.etagOf(instance, picture);
        if (matchesEtag(request.headers["if-none-match"], etag)) return notModified(reply, etag);
        return sendPicture(reply, await rendering.renderInstance(request.viewer, instance, picture));
      },
    );

    app.get(
      "/studies/:id/thumbnail",
      {
        config: { permission: "images.read" },
        schema: {
          tags: ["Studies"],
          summary: "A small picture of a study",
          params: PicturePath,
          querystring: ThumbnailQuery,
          produces: [...pictureTypes],
        },
      },
      async (request, reply) => {
        const format = pictureFormat(request.headers.accept);
        const study = await archive.getStudy(request.viewer, request.params.id);
        const picture = await rendering.studyThumbnail(
          request.viewer,
          { StudyInstanceUID: study.studyInstanceUid },
          { format, ...(request.query.size === undefined ? {} : { size: sizeOf(request.query.size) }) },
        );
        if (matchesEtag(request.headers["if-none-match"], picture.etag))
          return notModified(reply, picture.etag);
        return sendPicture(reply, picture);
      },
    );
  };
}
