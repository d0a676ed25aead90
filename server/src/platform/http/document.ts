import { gzipSync } from "node:zlib";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { RequestJob } from "@isocenter/contract";
import type { FastifyContextConfig, FastifyReply } from "fastify";
import type { App, Routes } from "./app.ts";
import { indexJson, indexPage } from "./openapi/api-index.ts";
import { finishDocument } from "./openapi/finish.ts";
import { referencePage } from "./openapi/reference.ts";
import type { Document, RouteFacts } from "./openapi/types.ts";

const introduction = `The REST API of Isocenter, an imaging department in one program.

- Everything is under \`/api/v1\`; \`/api\` without a version is the same. DICOMweb is at \`/dicomweb\` and described by PS3.18 and the
  conformance statement.
- Sign in at \`POST /api/v1/users/login\`, or use an API key, and send \`Authorization: Bearer\`.
- Errors are \`application/problem+json\` (RFC 9457). Query parameters and members of bodies that are unknown are a 400 that names them.
- Lists answer \`data\` and \`pagination\`; follow \`pagination.next\`.
- Enumerations are written in UPPER_SNAKE and read in any case.
- Items with a \`version\` give an \`ETag\`; changes take it as \`If-Match\` or \`expectedVersion\`.
- Long work (uploads, exports) takes \`Prefer: respond-async\`: 202, and a job to follow at \`Location\`.
- Every answer carries \`X-Request-Id\`.`;

export const productVersion = "0.1.0";

/** What routes with `idempotent` take; see http/idempotency.ts. */
const idempotencyHeader = {
  "Idempotency-Key": {
    type: "string",
    maxLength: 255,
    description:
      "The same key with the same body does it once and gives the first answer again, for 24 hours",
  },
};

/** What routes with `deferrable` take; see http/deferral.ts. */
const preferHeader = {
  Prefer: {
    type: "string",
    maxLength: 200,
    description:
      "respond-async: the answer is 202 with a job to follow; the answer proper is kept there for a day",
  },
};

/** Whether a list takes `format=csv`. */
function offersCsv({ querystring }: { querystring?: unknown }): boolean {
  const { properties } = (querystring ?? {}) as { properties?: { format?: { enum?: unknown[] } } };
  return properties?.format?.enum?.includes("csv") === true;
}

/**
 * Gathers the routes of the API into an OpenAPI 3.1 document at `/openapi.json`, with pages to try them at `/docs`. Registered before
 * the routes. The API answers under two prefixes and is documented under the one with its version.
 */
export async function registerOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Isocenter",
        version: productVersion,
        description: introduction,
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: "/", description: "This server" }],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "An access token or an API key." },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url, route }) => {
      const shown = url.startsWith("/api/v1/") || url.startsWith("/health");
      const { produces, ...rest } = schema ?? {};
      const {
        permission,
        public: open,
        idempotent,
        deferrable,
      } = (route.config ?? {}) as FastifyContextConfig;
      const headers = { ...(idempotent ? idempotencyHeader : {}), ...(deferrable ? preferHeader : {}) };
      const facts: RouteFacts = {
        permission: permission ?? null,
        public: open === true,
        idempotent: idempotent === true,
        files: [...(produces ?? []), ...(offersCsv(rest) ? ["text/csv"] : [])].filter(
          (type) => type !== "application/json",
        ),
      };
      return {
        url,
        schema: {
          ...rest,
          ...(Object.keys(headers).length > 0 ? { headers: { type: "object", properties: headers } } : {}),
          ...(deferrable ? { response: { ...(rest.response as object | undefined), 202: RequestJob } } : {}),
          ...(shown ? {} : { hide: true }),
          ...(facts.public ? { security: [] } : {}),
          "x-route": facts,
        },
      };
    },
    transformObject: (made) =>
      "openapiObject" in made
        ? (finishDocument(made.openapiObject as unknown as Document) as never)
        : made.swaggerObject,
  });
  // The pages hold nothing of anybody: who uses them to ask something brings a token.
  app.addHook("onRoute", (route) => {
    if (/^\/docs(\/|$)/.test(route.url)) route.config = { ...route.config, public: true };
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: true, logLevel: "silent" });
  app.get("/openapi.json", { config: { public: true } }, async () => app.swagger());
  readingPages(app);
}

/** The same routes once more, at a place that the document need not name beside their own. */
export const undocumented =
  (routes: Routes): Routes =>
  async (app) => {
    app.addHook("onRoute", (route) => {
      route.schema = { ...route.schema, hide: true };
    });
    await routes(app);
  };

type Described = Document & { info: { title: string; version: string; description?: string } };

/** Beside what CORS says there. */
const varyBy = (reply: FastifyReply, name: string): void =>
  void reply.header("vary", [reply.getHeader("vary"), name].filter(Boolean).join(", "));

/** `/redoc` to read and `/api` to see what there is; made once, of the same document. */
function readingPages(app: App): void {
  let made: { reference: string; compressed: Buffer; index: string; json: object } | null = null;
  const pages = () => {
    if (made !== null) return made;
    const document = app.swagger() as unknown as Described;
    const reference = referencePage(document);
    made = {
      reference,
      compressed: gzipSync(reference),
      index: indexPage(document),
      json: indexJson(document),
    };
    return made;
  };
  const open = { config: { public: true }, schema: { hide: true } } as const;
  app.get("/redoc", open, async (request, reply) => {
    varyBy(reply, "Accept-Encoding");
    reply.type("text/html; charset=utf-8").header("cache-control", "no-cache");
    if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""))) return pages().reference;
    return reply.header("content-encoding", "gzip").send(pages().compressed);
  });
  // An index to look at; programs that ask for JSON get it.
  for (const path of ["/api", "/api/v1"])
    app.get(path, open, async (request, reply) => {
      varyBy(reply, "Accept");
      reply.header("cache-control", "no-cache");
      const accept = request.headers.accept ?? "";
      return /\bjson\b/.test(accept) && !accept.includes("text/html")
        ? pages().json
        : reply.type("text/html; charset=utf-8").send(pages().index);
    });
}
