import {
  HostedFilePath,
  HostedPreviewPath,
  HostedPreviewQuery,
  HostedUpload,
  HostedUploadForm,
  NoQuery,
} from "@isocenter/contract";
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { type Archive, type IngestAnswer, orthancIds } from "../../../modules/archive/index.ts";
import type { Rendering } from "../../../modules/rendering/index.ts";
import {
  type App,
  bodyOf,
  type Config,
  closeIfUnread,
  type Part,
  parseMediaType,
  Refusal,
  type Routes,
  rawBodies,
  readParts,
} from "../../../platform/index.ts";
import { notModified } from "../conditional.ts";
import { nearest, sendObject } from "../send-object.ts";

export interface HostedDeps {
  config: Pick<Config, "maxUploadBytes">;
  archive: Pick<Archive, "ingest" | "locateByOrthancId" | "locateBySopInstanceUid" | "openObject">;
  rendering: Pick<Rendering, "etagOf" | "renderInstance">;
}

const maxParts = 16;
const invalid = (path: string, message: string): Refusal =>
  new Refusal("invalid", "upload.invalid", `${path}: ${message}`, { errors: [{ path, message }] });

/** The name of a part of a form (RFC 7578 4.2). @throws Refusal `invalid` where it is not the file */
function checkPart(part: Part): void {
  const disposition = parseMediaType(`disposition/${part.headers.get("content-disposition") ?? ""}`);
  const name = disposition?.type === "disposition/form-data" ? disposition.parameters.get("name") : undefined;
  if (name === undefined) throw invalid(`part ${part.number}`, "has no name.");
  if (name !== "file")
    throw invalid(name.replace(/[^ -~]/g, "?").slice(0, 64), "This member is not known here.");
  const encoding = part.headers.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (encoding !== "binary" && encoding !== "8bit" && encoding !== "7bit")
    throw invalid("file", "comes in a transfer encoding that is not read.");
}

/** Takes the one file of the form in as it comes. */
async function receiveFile(request: FastifyRequest, { archive, config }: HostedDeps): Promise<IngestAnswer> {
  const media = parseMediaType(request.headers["content-type"] ?? "");
  if (media?.type !== "multipart/form-data")
    throw new Refusal("unsupported-type", "upload.type", "Send multipart/form-data with a part named file.");
  const body = bodyOf(request, config.maxUploadBytes);
  const limits = { maxParts, maxHeaderBytes: 16_384 };
  let answer: IngestAnswer | null = null;
  for await (const part of readParts(body, media.parameters.get("boundary") ?? "", limits)) {
    if (answer !== null) throw invalid("file", "One request takes one file; the first of them was stored.");
    checkPart(part);
    answer = await archive.ingest(request.viewer, { chunks: part.body, door: "upload" });
  }
  if (answer === null) throw new Refusal("invalid", "upload.no-file", "The form has no part named file.");
  return answer;
}

async function upload(request: FastifyRequest, reply: FastifyReply, deps: HostedDeps): Promise<HostedUpload> {
  try {
    const answer = await receiveFile(request, deps);
    if (answer.outcome === "quarantined")
      throw new Refusal(
        "conflict",
        "image.quarantined",
        "An image with its SOP Instance UID is here with other data; what came is kept in quarantine.",
      );
    const ids = orthancIds(answer);
    return {
      success: true,
      data: {
        ID: ids.instance,
        ParentPatient: ids.patient,
        ParentStudy: ids.study,
        ParentSeries: ids.series,
        Path: `/instances/${ids.instance}`,
        Status: answer.outcome === "stored" ? "Success" : "AlreadyStored",
        StudyInstanceUID: answer.StudyInstanceUID,
        SeriesInstanceUID: answer.SeriesInstanceUID,
        SOPInstanceUID: answer.SOPInstanceUID,
        acquisitionDate: answer.acquisitionDate,
        modality: answer.modality,
      },
    };
  } finally {
    closeIfUnread(request, reply);
  }
}

function uploadRoute(app: App, deps: HostedDeps): void {
  rawBodies(app);
  // The form is read part by part as it comes, and checked there; its schema is for the documentation.
  const validatorCompiler: FastifySchemaCompiler<TSchema> = (part) =>
    part.httpPart === "body" || !app.validatorCompiler ? () => true : app.validatorCompiler(part);
  app.post(
    "/dicom/upload",
    {
      config: { permission: "images.upload" },
      validatorCompiler,
      schema: {
        tags: ["Hosted PACS"],
        summary: "Upload one DICOM file; answers with the identifiers that Orthanc gives it",
        consumes: ["multipart/form-data"],
        querystring: NoQuery,
        body: HostedUploadForm,
        response: { 200: HostedUpload },
      },
    },
    (request, reply) => upload(request, reply, deps),
  );
}

/** The two-step upload of hosted PACS clients, for the root and for each prefix of the API. */
export function hostedPacsRoutes(deps: HostedDeps): Routes {
  const { archive, rendering } = deps;
  const noImage = () => new Refusal("not-found", "image.not-found", "There is no such image.");
  const tags = ["Hosted PACS"];
  const config = { permission: "images.read" } as const;
  return async (app) => {
    await app.register(async (scope) => uploadRoute(scope as unknown as App, deps));
    app.get(
      "/dicom/instances/:orthancInstanceId/preview",
      {
        config,
        schema: {
          tags,
          summary: "A JPEG of an instance by its Orthanc identifier",
          produces: ["image/jpeg"],
          params: HostedPreviewPath,
          querystring: HostedPreviewQuery,
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { orthancInstanceId } = request.params;
        const instance = nearest(
          viewer,
          await archive.locateByOrthancId(viewer, orthancInstanceId, "rendered"),
        );
        if (!instance) throw noImage();
        const { quality } = request.query;
        const picture = { format: "jpeg", ...(quality === undefined ? {} : { quality }) } as const;
        if (notModified(request, reply, rendering.etagOf(instance, picture))) return reply.code(304).send();
        const { bytes, contentType } = await rendering.renderInstance(viewer, instance, picture);
        return reply.header("x-content-type-options", "nosniff").type(contentType).send(bytes);
      },
    );
    app.get(
      "/dicom/wado/:sopInstanceUID",
      {
        config,
        schema: {
          tags,
          summary: "The DICOM file of an instance",
          produces: ["application/dicom"],
          params: HostedFilePath,
          querystring: NoQuery,
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const { sopInstanceUID } = request.params;
        const instance = nearest(
          viewer,
          await archive.locateBySopInstanceUid(viewer, sopInstanceUID, "retrieve"),
        );
        if (!instance) throw noImage();
        return sendObject(request, reply, archive, instance);
      },
    );
  };
}
