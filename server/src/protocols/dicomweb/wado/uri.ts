import { Readable } from "node:stream";
import { type Deidentifier, DicomError, Tags, text } from "@isocenter/dicom";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive, StoredInstance } from "../../../modules/archive/index.ts";
import type { PictureRequest } from "../../../modules/rendering/index.ts";
import { type App, type MediaRange, parseAccept, Refusal } from "../../../platform/index.ts";
import { chooseOffer, defaultTransferSyntax, notAcceptable, type Offer } from "../accept.ts";
import { documentOf } from "../bulk-value.ts";
import { nearest } from "../send-object.ts";
import { queryOf } from "../urls.ts";
import { type InstancesDeps, openFile, sendInstance } from "./instances.ts";
import { type RenderedDeps, sendDocument, sendOne, sendReadable } from "./rendered.ts";
import { singlePictures } from "./rendered-request.ts";
import { pictureOf, readUriRequest, refusePictureParameters, type UriRequest } from "./uri-request.ts";

export interface UriDeps {
  archive: InstancesDeps["archive"] & RenderedDeps["archive"] & Pick<Archive, "locate">;
  rendering: RenderedDeps["rendering"];
  /** What instances are sent with. */
  instances: InstancesDeps;
  /** For what is asked for without identity; made when it is asked for first. */
  deidentifier(): Deidentifier;
}

const dicom: Offer = { multipart: false, type: "application/dicom" };

async function locate(
  request: FastifyRequest,
  archive: Pick<Archive, "locate">,
  { studyUID, seriesUID, objectUID }: UriRequest,
  purpose: "retrieve" | "rendered",
): Promise<StoredInstance> {
  const selection = { StudyInstanceUID: studyUID, SeriesInstanceUID: seriesUID, SOPInstanceUID: objectUID };
  const found = nearest(request.viewer, await archive.locate(request.viewer, selection, purpose));
  if (!found) throw new Refusal("not-found", "image.not-found", "There is no such instance.");
  return found;
}

/** The DICOM object: in Explicit VR Little Endian where no transfer syntax is named (PS3.18 9.1.2.2). */
async function sendDicom(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: UriDeps,
  asked: UriRequest,
): Promise<FastifyReply> {
  refusePictureParameters(asked, dicom.type);
  const instance = await locate(request, deps.archive, asked, "retrieve");
  const ranges = parseAccept(
    `${dicom.type}; transfer-syntax=${asked.transferSyntax ?? defaultTransferSyntax}`,
  );
  if (asked.anonymize) return sendAnonymized(reply, deps, instance, ranges);
  return sendInstance(request, reply, deps.instances, instance, ranges);
}

/** The object by the Basic Profile of PS3.15 E; objects that are fetched one by one fit together. */
async function sendAnonymized(
  reply: FastifyReply,
  { instances, deidentifier }: UriDeps,
  instance: StoredInstance,
  ranges: readonly MediaRange[],
): Promise<FastifyReply> {
  const open = async () => {
    const { body } = await openFile(instances, instance, ranges);
    return body instanceof Uint8Array ? Readable.from([body], { objectMode: true }) : body;
  };
  const object = await deidentifier()
    .object(open)
    .catch((error: unknown) => {
      if (!(error instanceof DicomError)) throw error;
      throw new Refusal("unprocessable", "wado.not-anonymized", `It cannot be anonymized: ${error.message}.`);
    });
  return reply
    .type(`${dicom.type}; transfer-syntax=${object.transferSyntaxUID}`)
    .header("cache-control", "private, no-store")
    .header(
      "content-disposition",
      `attachment; filename="${text(object.dataSet, Tags.SOPInstanceUID) ?? "anonymized"}.dcm"`,
    )
    .send(Readable.from(object.bytes(), { objectMode: false }));
}

async function sendRendered(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: UriDeps,
  asked: UriRequest,
  instance: StoredInstance,
): Promise<FastifyReply> {
  const made = deps.rendering.documentType(instance);
  if (made) refusePictureParameters(asked, made);
  const readable = await sendReadable(request, reply, deps, asked.ranges, instance);
  if (readable) return readable;
  const document = await documentOf(deps, instance);
  if (document) {
    refusePictureParameters(asked, document.types[0] ?? "this document");
    return sendDocument(request, reply, asked.ranges, instance, document);
  }
  const offer = chooseOffer(asked.ranges, singlePictures);
  if (!offer) throw notAcceptable([...singlePictures, dicom]);
  const picture = { ...pictureOf(asked, instance), format: offer.format };
  const seen = asked.state
    ? await asPresented(request, deps, asked, asked.state, instance, picture)
    : picture;
  return sendOne(request, reply, deps, instance, seen);
}

/** The picture as a presentation state of the same study says, of the frame that is asked for or the first that the state is about. */
async function asPresented(
  request: FastifyRequest,
  { archive, rendering }: UriDeps,
  { studyUID }: UriRequest,
  { seriesUID, objectUID }: NonNullable<UriRequest["state"]>,
  instance: StoredInstance,
  picture: PictureRequest,
): Promise<PictureRequest> {
  const selection = { StudyInstanceUID: studyUID, SeriesInstanceUID: seriesUID, SOPInstanceUID: objectUID };
  const found = await archive.locate(request.viewer, selection, "rendered");
  const state = found.find(({ studyId }) => studyId === instance.studyId);
  if (!state || !rendering.isState(state))
    throw new Refusal("not-found", "image.not-found", "There is no such presentation state of this study.");
  if (picture.frame !== undefined) return { ...picture, state };
  const first = await rendering.firstOfState(request.viewer, state);
  return { ...picture, state, frame: first.SOPInstanceUID === instance.SOPInstanceUID ? first.frame : 1 };
}

/** Whether the client likes the object better than a picture of it. */
const prefersDicom = ({ ranges, transferSyntax }: UriRequest): boolean =>
  transferSyntax !== undefined || chooseOffer<Offer>(ranges, [...singlePictures, dicom]) === dicom;

async function retrieve(request: FastifyRequest, reply: FastifyReply, deps: UriDeps): Promise<FastifyReply> {
  const asked = readUriRequest(queryOf(request), request.headers.accept);
  if (asked.anonymize || prefersDicom(asked)) return sendDicom(request, reply, deps, asked);
  const instance = await locate(request, deps.archive, asked, "rendered");
  const isShown =
    instance.numberOfFrames > 0 ||
    deps.rendering.documentType(instance) !== null ||
    (await documentOf(deps, instance)) !== null;
  // What can only be kept, such as raw data, is given as it is where the client takes everything.
  if (!isShown && chooseOffer(asked.ranges, [dicom])) return sendDicom(request, reply, deps, asked);
  return sendRendered(request, reply, deps, asked, instance);
}

/** WADO-URI (PS3.18 9). */
export function registerUri(app: App, deps: UriDeps): void {
  app.get("/wado", { config: { permission: "images.read" } }, (request, reply) =>
    retrieve(request, reply, deps),
  );
}

/** WADO-URI at the root of DICOMweb, where clients look that know that address alone; without its parameters there is nothing. */
export function registerUriAtRoot(app: App, deps: UriDeps): void {
  app.get("", { config: { permission: "images.read" } }, (request, reply) => {
    if (!queryOf(request).has("requestType"))
      throw new Refusal(
        "not-found",
        "path.not-found",
        "DICOMweb is here: ask for studies, series or instances.",
      );
    return retrieve(request, reply, deps);
  });
}
