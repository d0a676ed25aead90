import {
  type Image,
  type RefusedFile,
  UploadAnswer,
  UploadedFiles,
  UploadedImage,
  UploadForm,
  UploadQuery,
} from "@isocenter/contract";
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from "fastify";
import { type TSchema, Type } from "typebox";
import {
  type App,
  bodyOf,
  closeIfUnread,
  locationOf,
  type Platform,
  parseMediaType,
  Refusal,
  type RefusalKind,
  rawBodies,
  readParts,
} from "../../platform/index.ts";
import { contentOf } from "./routes-content.ts";
import type { Archive, IngestAnswer } from "./types.ts";
import { type FileOutcome, receiveUpload, type UploadDeps } from "./upload.ts";

export interface UploadRoutesDeps extends UploadDeps {
  platform: Pick<Platform, "config" | "log">;
  archive: Pick<Archive, "ingest" | "getImage" | "locateById" | "openObject" | "openOriginal">;
}

const maxIncludedBytes = 64 * 1024 * 1024;
const maxParts = 20_000;

/** Kinds that say something of the server rather than of a file. */
const serverKinds: ReadonlySet<RefusalKind> = new Set([
  "out-of-space",
  "unavailable",
  "too-large",
  "forbidden",
]);

function boundaryOf(request: FastifyRequest): string {
  const media = parseMediaType(request.headers["content-type"] ?? "");
  if (media?.type !== "multipart/form-data")
    throw new Refusal(
      "unsupported-type",
      "upload.type",
      "Send multipart/form-data with one or more parts named file.",
    );
  const boundary = media.parameters.get("boundary");
  if (!boundary) throw new Refusal("invalid", "multipart.no-boundary", "The Content-Type names no boundary.");
  return boundary;
}

const refusedFile = ({ filename, refusal }: Extract<FileOutcome, { kind: "refused" }>): RefusedFile => ({
  filename,
  code: refusal.code,
  reason: refusal.message,
});

/** One refusal for all files: it names each. */
function allRefused(files: readonly FileOutcome[]): Refusal {
  const refused = files.filter((file) => file.kind === "refused");
  const first = refused[0]?.refusal;
  if (!first) return new Refusal("invalid", "upload.no-file", "The form has no part named file.");
  const errors = refused
    .slice(0, 50)
    .map(({ filename, refusal }) => ({ path: filename, message: refusal.message }));
  const options = { errors, ...(first.retryAfter === undefined ? {} : { retryAfter: first.retryAfter }) };
  if (refused.length === 1) return new Refusal(first.kind, first.code, first.message, options);
  const same = refused.every(({ refusal }) => refusal.kind === first.kind);
  const detail = `None of the ${refused.length} files was taken. The first: ${first.message}`;
  return same && serverKinds.has(first.kind)
    ? new Refusal(first.kind, first.code, detail, options)
    : new Refusal("unprocessable", "upload.all-refused", detail, options);
}

/** A line for each file; where the server hinders them all, that is the answer. */
function fileLines(files: readonly FileOutcome[]): UploadedFiles {
  const refused = files.filter((file) => file.kind === "refused");
  const hindered =
    refused.length === files.length && refused.every(({ refusal }) => serverKinds.has(refusal.kind));
  if (files.length === 0 || (hindered && refused[0]?.refusal.kind !== "too-large")) throw allRefused(files);
  return {
    files: files.map((file) =>
      file.kind === "refused"
        ? { ...refusedFile(file), status: "REFUSED", imageId: null }
        : {
            filename: file.filename,
            status: file.answer.outcome === "already-stored" ? "ALREADY_STORED" : "STORED",
            imageId: file.answer.imageId,
            code: null,
            reason: null,
          },
    ),
  };
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: UploadRoutesDeps,
): Promise<UploadedImage | UploadAnswer | UploadedFiles> {
  const { viewer } = request;
  const image = async (answer: IngestAnswer): Promise<Image> => ({
    ...(await deps.archive.getImage(viewer, answer.imageId)),
    status: answer.outcome === "already-stored" ? "ALREADY_STORED" : "STORED",
  });
  const included = async (imageId: string): Promise<string | null> => {
    const content = contentOf(deps.archive, await deps.archive.locateById(viewer, imageId, "retrieve"));
    if (content.size > maxIncludedBytes) return null;
    const chunks: Uint8Array[] = [];
    for await (const chunk of await content.open()) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks).toString("base64");
  };
  try {
    const body = bodyOf(request, deps.platform.config.maxUploadBytes);
    const parts = readParts(body, boundaryOf(request), { maxParts, maxHeaderBytes: 16_384 });
    const { files, single } = await receiveUpload(deps, viewer, parts);
    closeIfUnread(request, reply);
    const { include, answer: shape } = request.query as UploadQuery;
    if (shape === "files") {
      reply.code(201);
      return fileLines(files);
    }
    const answered = files.filter((file) => file.kind === "answered");
    const [only] = answered;
    if (!only) throw allRefused(files);
    if (single) {
      const data = include === "data" ? { data: await included(only.answer.imageId) } : {};
      const status = only.answer.outcome === "already-stored" ? 200 : 201;
      reply.code(status).header("location", locationOf(request, only.answer.imageId, /(\/upload)?\/?$/));
      return { ...(await image(only.answer)), ...data };
    }
    const data: Image[] = [];
    for (const { answer } of answered) data.push(await image(answer));
    reply.code(201);
    return { data, refused: files.filter((file) => file.kind === "refused").map(refusedFile) };
  } catch (error) {
    closeIfUnread(request, reply);
    throw error;
  }
}

/** `POST /images` and `POST /images/upload`: DICOM, PNG, JPEG, ZIP of DICOM, as a form, streamed. */
export function uploadRoutes(app: App, deps: UploadRoutesDeps): void {
  rawBodies(app);
  const schema = {
    tags: ["Images"],
    consumes: ["multipart/form-data"],
    querystring: UploadQuery,
    // For the documentation: the form is read part by part as it comes, and checked there.
    body: UploadForm,
    response: { 200: UploadedImage, 201: Type.Union([UploadedImage, UploadAnswer, UploadedFiles]) },
  };
  const config = { permission: "images.upload", deferrable: true } as const;
  const validatorCompiler: FastifySchemaCompiler<TSchema> = (part) =>
    part.httpPart === "body" || !app.validatorCompiler ? () => true : app.validatorCompiler(part);
  for (const path of ["/images", "/images/upload"])
    app.post(
      path,
      { config, validatorCompiler, schema: { ...schema, summary: "Upload images" } },
      (request, reply) => upload(request, reply, deps),
    );
}
