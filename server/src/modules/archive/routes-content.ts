import type { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ByteRange, rangeToSend } from "../../platform/index.ts";
import type { StoredInstance } from "./stored-instance.ts";
import type { Archive } from "./types.ts";

export interface Content {
  contentType: string;
  size: number;
  sha256: string;
  /** Where the store holds these very bytes; null where nowhere, because they are corrected as they are sent. */
  objectKey: string | null;
  /** For whoever saves it. */
  filename: string;
  open(range?: Required<ByteRange>): Promise<Readable>;
}

/** The picture that was uploaded where the instance was made from one, else the DICOM file in its current form. */
export function contentOf(
  archive: Pick<Archive, "openObject" | "openOriginal">,
  instance: StoredInstance,
): Content {
  const { original } = instance;
  if (original) {
    const extension = original.format === "PNG" ? "png" : "jpg";
    return {
      contentType: original.format === "PNG" ? "image/png" : "image/jpeg",
      size: original.size,
      sha256: original.sha256,
      objectKey: original.objectKey,
      filename: `${instance.SOPInstanceUID}.${extension}`,
      open: () => archive.openOriginal(instance),
    };
  }
  return {
    contentType: "application/dicom",
    size: instance.size,
    sha256: instance.sha256,
    objectKey: instance.rewritten ? null : instance.objectKey,
    filename: `${instance.SOPInstanceUID}.dcm`,
    open: (range) => archive.openObject(instance, range),
  };
}

/** Sends content as a file, or of DICOM the range that was asked for; a browser neither guesses its type nor runs it. */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  content: Content,
): Promise<FastifyReply> {
  const dicom = content.contentType === "application/dicom";
  const etag = `"${content.sha256}"`;
  reply
    .header("x-content-type-options", "nosniff")
    .header("content-security-policy", "sandbox; default-src 'none'")
    .header("content-disposition", `attachment; filename="${content.filename}"`)
    .header("cache-control", "private, no-store")
    .header("etag", etag);
  if (!dicom)
    return reply
      .type(content.contentType)
      .header("content-length", content.size)
      .send(await content.open());
  const range = rangeToSend(request, reply, content.size, etag);
  if (!range) return reply.send();
  reply.type(content.contentType);
  return reply.header("content-length", range.end - range.start).send(await content.open(range));
}
