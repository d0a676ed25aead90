import type { FastifyReply, FastifyRequest } from "fastify";
import { type Asker, actingFor, type Deferral, type Deferred } from "../deferral.ts";
import type { App } from "./app.ts";
import { closeIfUnread } from "./body.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Takes `Prefer: respond-async`. The route may be done twice, and needs nothing of the connection. */
    deferrable?: true;
  }
}

/** RFC 7240: preferences are a list, also over several lines; what is not known is passed over. */
function prefersAsync(request: FastifyRequest): boolean {
  const preferences = [request.headers.prefer ?? []].flat().join(",");
  return preferences.split(",").some((one) => one.split(";")[0]?.trim().toLowerCase() === "respond-async");
}

export const jobPath = (request: FastifyRequest, { id }: Pick<Deferred, "id">): string =>
  `${request.url.startsWith("/api/v1/") ? "/api/v1" : "/api"}/jobs/${id}`;

/** Makes `deferrable: true` in a route's configuration work; after authentication, before the routes. */
export function installDeferral(
  app: App,
  deferral: Deferral,
  answer: (request: FastifyRequest, deferred: Deferred) => object,
): void {
  deferral.bind(app);
  app.addHook("preHandler", async (request, reply: FastifyReply) => {
    if (!request.routeOptions.config.deferrable || actingFor() !== undefined || !prefersAsync(request))
      return;
    const asker = (request as FastifyRequest & { authenticated: Asker }).authenticated;
    const deferred = await deferral.defer(request, asker).catch((error: unknown) => {
      closeIfUnread(request, reply);
      throw error;
    });
    return reply
      .code(202)
      .header("location", jobPath(request, deferred))
      .header("preference-applied", "respond-async")
      .type("application/json; charset=utf-8")
      .serializer(JSON.stringify)
      .send(answer(request, deferred));
  });
}
