import type { FastifyReply, FastifyRequest } from "fastify";
import { listFacilities } from "../../modules/identity/index.ts";
import {
  type App,
  installJson,
  isUuid,
  maxLimit,
  nothingAt,
  originOf,
  Refusal,
} from "../../platform/index.ts";
import { readBinary } from "./binary.ts";
import { capabilityStatement } from "./capability.ts";
import type { Table } from "./compile.ts";
import { type Answering, answeringOf, preferences, send } from "./format.ts";
import { outcome, sendOutcome } from "./outcome.ts";
import { fhirPath } from "./paths.ts";
import type { FhirResource } from "./r4.ts";
import type { Asked, FhirDeps, Resource } from "./resource.ts";
import { matchOf, search } from "./search.ts";
import { subset, subsetOf } from "./subset.ts";

/** An order is a few kilobytes. */
const mostBody = 256 * 1024;
const longestQuery = 16 * 1024;

function askedBy(deps: FhirDeps, request: FastifyRequest): Asked {
  const { config, db } = deps.platform;
  const origin = originOf(config, request);
  const { viewer } = request;
  let facilities: ReturnType<Asked["facilities"]> | undefined;
  return {
    deps,
    viewer,
    base: `${origin}${fhirPath}`,
    dicomweb: `${origin}/dicomweb`,
    facilities() {
      facilities ??= listFacilities(db, viewer, { limit: maxLimit }).then(
        ({ data }) => new Map(data.map((one) => [one.id, one])),
      );
      return facilities;
    },
  };
}

/** The parameters of the query, in order, repeated ones kept. */
function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
}

/** R4 3.1.0.4.1: a read takes these alone. */
const ofReads = new Set(["_format", "_pretty", "_summary", "_elements"]);

function refuseOthers(parameters: URLSearchParams): void {
  for (const name of parameters.keys())
    if (!ofReads.has(name))
      throw new Refusal(
        "invalid",
        "fhir.not-supported",
        `A read takes ${[...ofReads].join(", ")}, not ${name.slice(0, 100)}.`,
      );
}

const opaque = (tag: string): string => tag.trim().replace(/^W\//, "").replaceAll('"', "");

/** @returns true where the client has this version already */
function notModified(request: FastifyRequest, reply: FastifyReply, { meta }: FhirResource): boolean {
  if (meta?.versionId === undefined) return false;
  reply.header("etag", `W/"${meta.versionId}"`).header("cache-control", "private, no-cache");
  if (meta.lastUpdated !== undefined) reply.header("last-modified", new Date(meta.lastUpdated).toUTCString());
  const given = request.headers["if-none-match"];
  return given?.split(",").some((tag) => opaque(tag) === meta.versionId) ?? false;
}

const noSuch = (type: string): Refusal =>
  new Refusal("not-found", "fhir.not-found", `There is no such ${type}.`);

interface Parts {
  deps: FhirDeps;
  table: Table;
}

/** What a route knows of its type. */
type Served = {
  definition: Resource;
  config: { permission: NonNullable<Resource["permission"]> } | { signedIn: true };
};

const idOf = (definition: Resource, id: string): string => {
  if (definition.wordIds || definition.type === "Binary") return id.toLowerCase();
  if (!isUuid(id)) throw noSuch(definition.type);
  return id.toLowerCase();
};

function answerOne(
  request: FastifyRequest,
  reply: FastifyReply,
  answering: Answering,
  definition: Resource,
  found: FhirResource,
  parameters: URLSearchParams,
): FastifyReply {
  if (notModified(request, reply, found)) return reply.code(304).send();
  const what = subsetOf(parameters);
  if (what.kind === "count")
    throw new Refusal("invalid", "fhir.value-invalid", "_summary=count is for searches.");
  return send(reply, answering, subset(found, what, definition));
}

function readRoutes(app: App, { deps }: Parts, { definition, config }: Served): void {
  const { type } = definition;
  app.get<{ Params: { id: string } }>(`/${type}/:id`, { config }, async (request, reply) => {
    const parameters = queryOf(request);
    const asked = askedBy(deps, request);
    const id = idOf(definition, request.params.id);
    if (type === "Binary" && wantsFile(request, parameters)) return await sendFile(asked, reply, id);
    const answering = answeringOf(request, parameters);
    refuseOthers(parameters);
    return answerOne(request, reply, answering, definition, await definition.read(asked, id), parameters);
  });
  const { vread, history } = definition;
  if (vread)
    app.get<{ Params: { id: string; version: string } }>(
      `/${type}/:id/_history/:version`,
      { config },
      async (request, reply) => {
        const parameters = queryOf(request);
        const answering = answeringOf(request, parameters);
        refuseOthers(parameters);
        const asked = askedBy(deps, request);
        const found = await vread(asked, idOf(definition, request.params.id), request.params.version);
        return answerOne(request, reply, answering, definition, found, parameters);
      },
    );
  if (history)
    app.get<{ Params: { id: string } }>(`/${type}/:id/_history`, { config }, async (request, reply) => {
      const parameters = queryOf(request);
      const answering = answeringOf(request, parameters);
      refuseOthers(parameters);
      const asked = askedBy(deps, request);
      const versions = await history(asked, idOf(definition, request.params.id));
      const url = `${asked.base}/${type}/${request.params.id}`;
      return send(reply, answering, {
        resourceType: "Bundle",
        type: "history",
        total: versions.length,
        link: [{ relation: "self", url: `${url}/_history` }],
        entry: versions.map((one, index) => ({
          fullUrl: url,
          resource: one,
          request:
            index === versions.length - 1
              ? { method: "POST", url: type }
              : { method: "PUT", url: `${type}/${one.id}` },
          response: {
            status: index === versions.length - 1 ? "201" : "200",
            etag: `W/"${one.meta?.versionId}"`,
            lastModified: one.meta?.lastUpdated,
          },
        })),
      });
    });
}

/** A Binary is the file itself unless FHIR's JSON is asked for (R4 2.45.3). */
const wantsFile = (request: FastifyRequest, parameters: URLSearchParams): boolean =>
  parameters.get("_format") === null && !/\bjson\b/i.test(request.headers.accept ?? "");

async function sendFile(asked: Asked, reply: FastifyReply, id: string): Promise<FastifyReply> {
  const { bytes, reportId, number } = await readBinary(asked, id);
  return reply
    .type("application/pdf")
    .header("cache-control", "private, no-store")
    .header("x-content-type-options", "nosniff")
    .header("x-security-context", `${asked.base}/DiagnosticReport/${reportId}`)
    .header("content-disposition", `inline; filename="report-${reportId}-v${number}.pdf"`)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function searchRoutes(app: App, { deps, table }: Parts, { definition, config }: Served): void {
  async function answer(request: FastifyRequest, reply: FastifyReply, parameters: URLSearchParams) {
    const answering = answeringOf(request, parameters);
    const handling = preferences(request.headers.prefer).get("handling");
    const bundle = await search(definition, parameters, askedBy(deps, request), table, handling === "strict");
    return send(reply, answering, bundle);
  }
  app.get(`/${definition.type}`, { config }, (request, reply) => answer(request, reply, queryOf(request)));
  app.post(`/${definition.type}/_search`, { config, bodyLimit: longestQuery }, (request, reply) => {
    // Both are one search (R4 3.1.1.1).
    const parameters = queryOf(request);
    if (request.body instanceof URLSearchParams)
      for (const [name, value] of request.body) parameters.append(name, value);
    else if (request.body !== undefined && request.body !== null)
      throw new Refusal(
        "unsupported-type",
        "fhir.media-type",
        "_search takes application/x-www-form-urlencoded.",
      );
    return answer(request, reply, parameters);
  });
}

/** R4 3.1.0.8: what the body says of its id and version is not taken. */
function createRoute(app: App, { deps, table }: Parts, definition: Resource): void {
  const { create, type } = definition;
  if (!create) return;
  const config = { permission: create.permission, idempotent: true } as const;
  app.post(`/${type}`, { config, bodyLimit: mostBody }, async (request, reply) => {
    const parameters = queryOf(request);
    const answering = answeringOf(request, parameters);
    const asked = askedBy(deps, request);
    const { body } = request;
    if (typeof body !== "object" || body === null || Array.isArray(body) || body instanceof URLSearchParams)
      throw new Refusal("invalid", "fhir.value-invalid", `The body must be a ${type} as JSON.`);
    if ((body as { resourceType?: unknown }).resourceType !== type)
      throw new Refusal(
        "invalid",
        "fhir.value-invalid",
        `The body must be a ${type}: resourceType says otherwise.`,
      );
    const condition = request.headers["if-none-exist"];
    if (typeof condition === "string" && condition.trim() !== "") {
      const given = new URLSearchParams(condition.replace(/^[^?]*\?/, ""));
      const there = await matchOf(definition, given, asked, table);
      if (there !== null) return await made(request, reply, answering, asked, definition, there, 200);
    }
    const id = await create.run(asked, body);
    return await made(request, reply, answering, asked, definition, id, 201);
  });
}

async function made(
  request: FastifyRequest,
  reply: FastifyReply,
  answering: Answering,
  asked: Asked,
  definition: Resource,
  id: string,
  status: 200 | 201,
): Promise<FastifyReply> {
  const url = `${asked.base}/${definition.type}/${id}`;
  reply.code(status).header("location", url);
  const prefer = preferences(request.headers.prefer).get("return");
  if (prefer === "minimal") return reply.send();
  const found = await definition.read(asked, id);
  reply.header("etag", `W/"${found.meta?.versionId}"`);
  if (found.meta?.lastUpdated) reply.header("last-modified", new Date(found.meta.lastUpdated).toUTCString());
  if (prefer === "operationoutcome")
    return send(
      reply,
      answering,
      outcome({ severity: "information", code: "informational", diagnostics: `${definition.type}/${id}` }),
    );
  return send(reply, answering, found);
}

/** The routes of a table of resources, and of nothing else. */
export function registerFhir(app: App, deps: FhirDeps, resources: readonly Resource[]): void {
  const parts: Parts = { deps, table: new Map(resources.map((one) => [one.type, one])) };
  const started = deps.platform.clock.now().toISOString();
  app.setErrorHandler((error, request, reply) => sendOutcome(request, reply, error));
  installJson(app, "application/fhir+json");
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string", bodyLimit: longestQuery },
    (_request, text, done) => done(null, new URLSearchParams(text as string)),
  );
  app.get("/metadata", { config: { public: true } }, async (request, reply) => {
    const answering = answeringOf(request, queryOf(request));
    reply.header("cache-control", "no-cache");
    const base = `${originOf(deps.platform.config, request)}${fhirPath}`;
    return send(reply, answering, capabilityStatement(resources, base, started));
  });
  app.post("/", { config: { signedIn: true }, bodyLimit: mostBody }, async () => {
    throw new Refusal(
      "not-found",
      "fhir.not-supported",
      "Batches and transactions are not supported: send each request alone.",
    );
  });
  app.get("/", { config: { signedIn: true } }, async () => {
    throw new Refusal(
      "not-found",
      "fhir.not-supported",
      "Searches through all types are not supported: ask for each type alone.",
    );
  });
  for (const definition of resources) {
    const { permission } = definition;
    const config = permission === null ? ({ signedIn: true } as const) : { permission };
    readRoutes(app, parts, { definition, config });
    if (definition.search) searchRoutes(app, parts, { definition, config });
    createRoute(app, parts, definition);
  }
  // Whatever else is asked for below: said in FHIR's words as well.
  app.all("/*", { config: { public: true } }, async (request) => {
    throw nothingAt(request);
  });
}
