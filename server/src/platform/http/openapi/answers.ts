import { Problem } from "@isocenter/contract";
import type { Operation, Response, RouteFacts, Schema } from "./types.ts";

/** Refusals by status, with the name of the response in the document. */
const refusals: Readonly<Record<string, { name: string; description: string }>> = {
  "400": {
    name: "BadRequest",
    description:
      "Malformed or invalid; `errors` names each mistake, also parameters and members that are unknown",
  },
  "401": { name: "Unauthorized", description: "No token, or one that is not valid (any more)" },
  "403": { name: "Forbidden", description: "Not for this viewer" },
  "404": { name: "NotFound", description: "Not there, or not visible to this viewer" },
  "406": { name: "NotAcceptable", description: "None of the media types that were asked for" },
  "409": { name: "Conflict", description: "An illegal transition, another version, or a duplicate" },
  "413": { name: "TooLarge", description: "Too large" },
  "415": { name: "UnsupportedMediaType", description: "The wrong media type" },
  "422": { name: "Unprocessable", description: "Well-formed, but refused" },
  "423": { name: "Locked", description: "The account is locked" },
  "429": { name: "TooManyRequests", description: "Too many; `Retry-After` says when to come again" },
  "503": {
    name: "Unavailable",
    description: "Something needed is down; `Retry-After` says when to come again",
  },
  "507": { name: "OutOfSpace", description: "The disk's reserve is reached" },
  "5XX": { name: "ServerError", description: "The server failed; the log has more under `requestId`" },
};

const problemType = "application/problem+json";

export function problemResponses(): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(refusals).map(([status, { name, description }]) => [
      name,
      {
        description,
        headers: {
          "X-Request-Id": { $ref: "#/components/headers/X-Request-Id" },
          ...(status === "429" || status === "503"
            ? { "Retry-After": { $ref: "#/components/headers/Retry-After" } }
            : {}),
        },
        content: { [problemType]: { schema: JSON.parse(JSON.stringify(Problem)) as Schema } },
      },
    ]),
  );
}

export const answerHeaders = {
  "X-Request-Id": {
    description: "The request's id: the client's, if it sent a sane one",
    schema: { type: "string" },
  },
  "Retry-After": { description: "Seconds to wait", schema: { type: "string" } },
  ETag: { description: "The item's version, for `If-Match`", schema: { type: "string" } },
};

/** The statuses with which an operation may refuse. */
function refusalsOf(method: string, operation: Operation, facts: RouteFacts): string[] {
  const changes = method !== "GET";
  const hasBody = operation.requestBody !== undefined;
  const parameters = operation.parameters ?? [];
  const hasPath = parameters.some((parameter) => parameter.in === "path");
  /** What is told of one facility is not told of one that is not there. */
  const ofFacility = parameters.some(({ name }) => name === "facilityId");
  const uploads = Object.keys(operation.requestBody?.content ?? {}).some((type) =>
    type.startsWith("multipart/"),
  );
  return [
    "400",
    ...(facts.public ? ["429"] : ["401", "403"]),
    ...(facts.public && changes ? ["401", "403", "423"] : []),
    ...(hasPath || changes || ofFacility ? ["404"] : []),
    ...(facts.files.length > 0 ? ["406"] : []),
    ...(changes || facts.files.length > 0 ? ["409", "422"] : []),
    ...(changes && !facts.public ? ["423", "429"] : []),
    ...(hasBody || facts.files.length > 0 ? ["413"] : []),
    ...(hasBody ? ["415"] : []),
    "503",
    ...(uploads ? ["507"] : []),
    "5XX",
  ];
}

const successes: Readonly<Record<string, string>> = {
  "200": "Done",
  "201": "Made",
  "202": "Taken on: it goes on after this answer",
  "204": "Done; there is nothing to say",
};

/** Of answers that are objects: parts of them, and not again what the client has (RFC 9110 14, 13). */
const ofObjects: Readonly<Record<string, string>> = {
  "206": "The range that was asked for",
  "304": "What the client has is still so",
  "416": "The range lies behind the end",
};
const isObjects = (type: string): boolean => /^image\/|^application\/(dicom|octet-stream)$/.test(type);

const bytes: Schema = { type: "string", format: "binary" };

/** Every answer that can come, each with its media type. */
export function completeAnswers(method: string, operation: Operation, facts: RouteFacts): void {
  const responses: Record<string, Response> = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    if (/^[45]xx$/i.test(status)) continue;
    const description =
      response.description && response.description !== "Default Response"
        ? response.description
        : (successes[status] ?? "Done");
    responses[status] = { ...response, description };
  }
  if (facts.files.length > 0) {
    const files = Object.fromEntries(facts.files.map((type) => [type, { schema: bytes }]));
    const ok = responses["200"] ?? { description: "The bytes" };
    responses["200"] = {
      ...ok,
      description: ok.description === "Done" ? "The bytes" : (ok.description ?? "The bytes"),
      content: { ...ok.content, ...files },
    };
    if (facts.files.every(isObjects))
      for (const [status, description] of Object.entries(ofObjects))
        responses[status] = { description, ...(status === "206" ? { content: files } : {}) };
  }
  for (const status of refusalsOf(method, operation, facts)) {
    if (responses[status]?.content) continue;
    responses[status] = { $ref: `#/components/responses/${refusals[status]?.name}` };
  }
  operation.responses = Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1)));
}
