import type { FastifyReply, FastifyRequest } from "fastify";
import { asRefusal, Refusal, type RefusalKind, statusOf } from "../../platform/index.ts";
import type { OperationOutcome, OperationOutcomeIssue } from "./r4.ts";

/** FHIR's words for each kind of refusal (R4, value set issue-type). */
const issueOf: Readonly<Record<RefusalKind, OperationOutcomeIssue["code"]>> = {
  invalid: "invalid",
  unauthenticated: "login",
  forbidden: "forbidden",
  "not-found": "not-found",
  "wrong-method": "not-supported",
  "not-acceptable": "not-supported",
  conflict: "conflict",
  "too-large": "too-long",
  "unsupported-type": "not-supported",
  unprocessable: "processing",
  locked: "login",
  "too-many": "throttled",
  unavailable: "transient",
  "out-of-space": "no-store",
};

/** Codes of ours that FHIR has a better word or another status for. */
const codes: Readonly<Record<string, { issue?: OperationOutcomeIssue["code"]; status?: number }>> = {
  "fhir.not-supported": { issue: "not-supported" },
  "fhir.too-costly": { issue: "too-costly" },
  "fhir.element-not-supported": { issue: "not-supported" },
  "fhir.value-invalid": { issue: "value" },
  "fhir.element-missing": { issue: "required" },
  // RFC 9110 15.5.13, as R4 3.1.0.8.1 has it.
  "fhir.several-match": { issue: "multiple-matches", status: 412 },
  "version.conflict": { status: 412 },
};

/** Something of a search that is not offered; what is misspelled would otherwise be taken for something that fits everything. */
export const notSupported = (detail: string): Refusal => new Refusal("invalid", "fhir.not-supported", detail);

export const invalidValue = (name: string, message: string): Refusal =>
  new Refusal("invalid", "fhir.value-invalid", `${name} ${message}.`, { errors: [{ path: name, message }] });

/** A warning or a note beside an answer. */
export const outcome = (...issue: OperationOutcomeIssue[]): OperationOutcome => ({
  resourceType: "OperationOutcome",
  issue,
});

function issues(refusal: Refusal): OperationOutcomeIssue[] {
  const code = codes[refusal.code]?.issue ?? issueOf[refusal.kind];
  const details = {
    coding: [{ system: "urn:isocenter:problem", code: refusal.code }],
    text: refusal.message,
  };
  if (refusal.errors.length === 0)
    return [{ severity: "error", code, details, diagnostics: refusal.message }];
  return refusal.errors.map(({ path, message }) => ({
    severity: "error",
    code,
    details,
    diagnostics: `${path} ${message}`,
    expression: [path],
  }));
}

const ofTheAnswer = ["etag", "last-modified", "cache-control", "content-disposition", "content-length"];

/** Answers with an OperationOutcome. An unexpected error goes to the log and is shown without detail. */
export function sendOutcome(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const refusal = asRefusal(error);
  if (refusal === null || refusal.kind === "unavailable")
    request.log.error(
      { err: error, requestId: request.id, route: request.routeOptions.url },
      "request failed",
    );
  const status = refusal ? (codes[refusal.code]?.status ?? statusOf[refusal.kind].status) : 500;
  for (const name of ofTheAnswer) reply.removeHeader(name);
  if (refusal?.retryAfter !== undefined) reply.header("retry-after", String(refusal.retryAfter));
  if (refusal?.allow !== undefined) reply.header("allow", refusal.allow);
  if (status === 401 && !reply.hasHeader("www-authenticate"))
    reply.header("www-authenticate", 'Bearer realm="isocenter"');
  const told = refusal
    ? outcome(...issues(refusal))
    : outcome({
        severity: "fatal",
        code: "exception",
        diagnostics: `Something went wrong here. The error is in the server's log under the request id ${request.id}.`,
      });
  // Whatever was asked for: that nothing else can be given is said in the one form that there is.
  return reply
    .code(status)
    .type("application/fhir+json; charset=utf-8")
    .header("cache-control", "private, no-store")
    .serializer(JSON.stringify)
    .send(told);
}
