import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../modules/archive/index.ts";
import { rangeToSend, type Viewer } from "../../platform/index.ts";
import { bytesTag, notModified } from "./conditional.ts";

/** Of copies at several facilities the one at the viewer's own. */
export const nearest = (viewer: Viewer, instances: readonly StoredInstance[]): StoredInstance | undefined =>
  instances.find(({ facilityId }) => facilityId === viewer.homeFacilityId) ?? instances[0];

/** The DICOM file as it is kept, whole or a range of it (RFC 9110 14). */
export async function sendObject(
  request: FastifyRequest,
  reply: FastifyReply,
  archive: Pick<Archive, "openObject">,
  instance: StoredInstance,
): Promise<FastifyReply> {
  const { size, sha256, SOPInstanceUID, createdAt } = instance;
  reply
    .header("x-content-type-options", "nosniff")
    .header("content-disposition", `attachment; filename="${SOPInstanceUID}.dcm"`);
  const etag = bytesTag(sha256, "file");
  if (notModified(request, reply, etag, createdAt)) return reply.code(304).send();
  const range = rangeToSend(request, reply, size, etag);
  if (!range) return reply.send();
  return reply
    .type("application/dicom")
    .header("content-length", range.end - range.start)
    .send(await archive.openObject(instance, range));
}
