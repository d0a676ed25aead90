import type { Problem } from "@isocenter/contract";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { Refusal, type RefusalDetail, type RefusalKind } from "../refusal.ts";
import { MultipartError } from "./multipart.ts";

/** HTTP's words for each kind of refusal (RFC 9110; 507 from RFC 4918). */
export const statusOf: Readonly<Record<RefusalKind, { status: number; title: string }>> = {
  invalid: { status: 400, title: "Invalid request" },
  unauthenticated: { status: 401, title: "Not signed in" },
  forbidden: { status: 403, title: "Not allowed" },
  "not-found": { status: 404, title: "Not found" },
  "wrong-method": { status: 405, title: "Method not allowed" },
  "not-acceptable": { status: 406, title: "Not acceptable" },
  conflict: { status: 409, title: "Conflict" },
  "too-large": { status: 413, title: "Too large" },
  "unsupported-type": { status: 415, title: "Unsupported media type" },
  unprocessable: { status: 422, title: "Refused" },
  locked: { status: 423, title: "Locked" },
  "too-many": { status: 429, title: "Too many requests" },
  unavailable: { status: 503, title: "Unavailable" },
  "out-of-space": { status: 507, title: "Out of space" },
};

/** Codes of postgres.js and of PostgreSQL (class 08, 57P) that say the database cannot be reached now. */
const databaseDown = /^(CONNECTION_|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE|08|57P0[123])/;

/** What Fastify itself refuses, by its code. */
const fastifyRefusals: Readonly<Record<string, RefusalKind>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported-type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid",
  FST_ERR_BAD_URL: "invalid",
  FST_REQ_FILE_TOO_LARGE: "too-large",
  FST_INVALID_MULTIPART_CONTENT_TYPE: "unsupported-type",
  FST_PARTS_LIMIT: "too-large",
  FST_FILES_LIMIT: "too-large",
  FST_FIELDS_LIMIT: "too-large",
};

interface AjvError {
  instancePath: string;
  keyword: string;
  message?: string;
  params: Record<string, unknown>;
}

/**
 * Of a value that may have one of several forms, such as a number or null, one line for what is wrong instead of one for each form and one that none fits: what
 * is wrong within the form that was meant, else which types there are.
 */
function meant(errors: readonly AjvError[]): AjvError[] {
  const ofForms = new Set(
    errors.filter(({ keyword }) => keyword === "anyOf").map((error) => error.instancePath),
  );
  const isWithin = (at: string, { instancePath, keyword }: AjvError) =>
    keyword !== "anyOf" && (instancePath.startsWith(`${at}/`) || (instancePath === at && keyword !== "type"));
  return errors.flatMap((error) => {
    const { instancePath: at, keyword } = error;
    if (!ofForms.has(at) || (keyword !== "anyOf" && keyword !== "type")) return [error];
    const types = errors.filter((other) => other.instancePath === at && other.keyword === "type");
    const nearer = errors.some((other) => isWithin(at, other));
    if (keyword === "anyOf") return nearer || types.length > 0 ? [] : [error];
    if (nearer || error !== types[0]) return [];
    return [
      { ...error, message: `must be ${[...new Set(types.map(({ params }) => params.type))].join(" or ")}` },
    ];
  });
}

/** Each mistake with the path of what is wrong; an unknown member or parameter is named itself. */
function validationDetails(errors: readonly AjvError[], context: string): RefusalDetail[] {
  return meant(errors.slice(0, 200))
    .slice(0, 50)
    .map((error) => {
      const at = error.instancePath
        .split("/")
        .filter((word) => word !== "")
        .join(".");
      const named = error.params.additionalProperty ?? error.params.missingProperty;
      const path = [context, at, named].filter((word) => word !== undefined && word !== "").join(".");
      if (error.keyword === "additionalProperties") {
        return {
          path,
          message:
            context === "querystring"
              ? "This parameter is not known here."
              : "This member is not known here.",
        };
      }
      if (error.keyword === "enum")
        return { path, message: `must be one of ${(error.params.allowedValues as unknown[]).join(", ")}` };
      return { path, message: error.message ?? "is not valid" };
    });
}

/** Any error as a refusal, or null for a bug. */
export function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return null;
  if (error instanceof MultipartError)
    return new Refusal("invalid", error.code, error.message, { cause: error });
  const known = error as FastifyError & { validation?: AjvError[]; validationContext?: string };
  if (known.validation) {
    const errors = validationDetails(known.validation, known.validationContext ?? "");
    const first = errors[0];
    return new Refusal(
      "invalid",
      "validation",
      first ? `${first.path}: ${first.message}` : "The request is not valid.",
      { errors },
    );
  }
  const code = String(known.code ?? "");
  // A socket that is not there is an absent database; a file that is not there is not.
  const noSocket = code === "ENOENT" && (known as NodeJS.ErrnoException).syscall === "connect";
  if (databaseDown.test(code) || noSocket) {
    return new Refusal(
      "unavailable",
      "database.unavailable",
      "The database cannot be reached at the moment.",
      {
        retryAfter: 5,
        cause: error,
      },
    );
  }
  // A text with a character that PostgreSQL keeps in none: NUL (appendix A: character_not_in_repertoire, untranslatable_character).
  if (code === "22021" || code === "22P05")
    return new Refusal(
      "invalid",
      "text.invalid",
      "A text of the request holds a character that no text has, such as NUL.",
    );
  // disk_full (PostgreSQL, appendix A).
  if (code === "ENOSPC" || code === "EDQUOT" || code === "53100")
    return new Refusal("out-of-space", "disk.full", "The disk is full.", { cause: error });
  const kind = fastifyRefusals[code];
  if (kind)
    return new Refusal(kind, code.toLowerCase().replace("fst_err_", "").replaceAll("_", "-"), known.message);
  if (known.statusCode !== undefined && known.statusCode >= 400 && known.statusCode < 500) {
    const match = Object.entries(statusOf).find(([, words]) => words.status === known.statusCode);
    return new Refusal((match?.[0] as RefusalKind | undefined) ?? "invalid", "http", known.message);
  }
  return null;
}

const longestInstance = 2048;

const ofTheAnswer = ["etag", "last-modified", "cache-control", "content-disposition", "content-length"];

/** Answers with application/problem+json (RFC 9457). An unexpected error goes to the log and is shown without detail. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const refusal = asRefusal(error);
  if (refusal === null || refusal.kind === "unavailable") {
    request.log.error(
      { err: error, requestId: request.id, route: request.routeOptions.url },
      "request failed",
    );
  }
  const { status, title } = refusal ? statusOf[refusal.kind] : { status: 500, title: "Internal error" };
  const detail =
    refusal?.message ?? "Something went wrong here. The error is in the server's log under the request id.";
  const problem: Problem = {
    ...refusal?.members,
    type: "about:blank",
    title,
    status,
    code: refusal?.code ?? "internal",
    detail,
    message: detail,
    instance: (request.url.split("?")[0] ?? request.url).slice(0, longestInstance),
    requestId: request.id,
    ...(refusal && refusal.errors.length > 0 ? { errors: [...refusal.errors] } : {}),
  };
  // They were said of what would have been the answer: a client must not keep this in its place, nor save it as a file.
  for (const name of ofTheAnswer) reply.removeHeader(name);
  if (refusal?.retryAfter !== undefined) reply.header("retry-after", String(refusal.retryAfter));
  if (refusal?.allow !== undefined) reply.header("allow", refusal.allow);
  if (status === 401 && !reply.hasHeader("www-authenticate"))
    reply.header("www-authenticate", 'Bearer realm="isocenter"');
  return reply.code(status).type("application/problem+json").serializer(JSON.stringify).send(problem);
}
