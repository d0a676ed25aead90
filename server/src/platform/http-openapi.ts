import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { App } from "./http.ts";

export const productVersion = "0.1.0";

/** What routes with `idempotent` take; see http-idempotency.ts. */
const idempotencyHeader = {
  type: "object",
  properties: {
    "Idempotency-Key": {
      type: "string",
      maxLength: 255,
      description:
        "The same key with the same body does it once and gives the first answer again, for 24 hours",
    },
  },
};

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
        description:
          "The REST API of Isocenter. Errors are application/problem+json; DICOMweb is at /dicomweb.",
        license: { name: "MIT", identifier: "MIT" },
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "An access token or an API key." },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url, route }) => {
      const shown = url.startsWith("/api/v1/") || url.startsWith("/health");
      const takesKey = (route.config as { idempotent?: true } | undefined)?.idempotent === true;
      const open = (route.config as { public?: true } | undefined)?.public === true;
      return {
        url,
        schema: {
          ...schema,
          ...(takesKey ? { headers: idempotencyHeader } : {}),
          ...(shown ? {} : { hide: true }),
          ...(open ? { security: [] } : {}),
        },
      };
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: true, logLevel: "silent" });
  app.get("/openapi.json", { config: { public: true } }, async () => app.swagger());
}
