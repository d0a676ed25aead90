import type { FastifyReply, FastifyRequest } from "fastify";
import {
  type App,
  actingFor,
  isUuid,
  Refusal,
  requirePermission,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { FilmPasses } from "./film-passes.ts";
import type { Principals } from "./principals.ts";
import { apiKeyPrefix, type Tokens } from "./tokens.ts";
import type { Authenticated, RequestOrigin } from "./types.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The viewer with its session; set together with `viewer`. */
    authenticated: Authenticated;
    /** Lets the browser play what this request is for, where the person's own page asked; see film-passes.ts. */
    giveFilmPass?: (reply: FastifyReply) => Promise<void>;
  }
  interface FastifyContextConfig {
    /** May be used by who must change the password first. */
    beforePasswordChange?: true;
    /** What a film pass may open. */
    playsFilms?: true;
  }
}

const longestToken = 4096;

export type Authenticate = (header: string | undefined, origin: RequestOrigin) => Promise<Authenticated>;

/** Reads `Authorization: Bearer`, an API key or an access token (RFC 6750 2.1); tokens in URLs or bodies are not looked at. */
export function createAuthenticate(tokens: Tokens, principals: Principals): Authenticate {
  return async (header, origin) => {
    if (header === undefined || header === "")
      throw new Refusal("unauthenticated", "auth.missing", "This needs an access token or an API key.");
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header.slice(0, longestToken))?.[1];
    if (token === undefined) {
      throw new Refusal(
        "unauthenticated",
        "auth.invalid-token",
        "The header Authorization must be `Bearer` and an access token or an API key.",
      );
    }
    if (token.startsWith(apiKeyPrefix)) return await principals.ofKey(token, origin);
    const { sessionId, userId } = await tokens.readAccess(token);
    return await principals.ofSession(sessionId, userId, origin);
  };
}

export const originOf = (request: FastifyRequest): RequestOrigin => ({
  requestId: request.id,
  address: request.ip ?? null,
});

const facilityHeader = "x-isocenter-facility";

/**
 * The viewer at one of its facilities, where the request names one: whoever works at several sees and files as at that one alone. It only
 * ever narrows.
 * @throws Refusal `invalid` for what is no single id, `forbidden` for a facility that is not the viewer's
 */
function atFacility(viewer: Viewer, named: string | string[] | undefined): Viewer {
  if (named === undefined) return viewer;
  const id = String(named).toLowerCase();
  if (!isUuid(id))
    throw new Refusal(
      "invalid",
      "facility.bad-header",
      `The header ${facilityHeader} is the id of one facility.`,
    );
  if (!viewer.facilityIds.includes(id))
    throw new Refusal("forbidden", "facility.not-yours", "You do not work at this facility.");
  return { ...viewer, facilityIds: [id], homeFacilityId: id };
}

interface RouteGuard {
  permission?: unknown;
  signedIn?: unknown;
  public?: unknown;
}

const guarded = (config: RouteGuard | undefined): boolean =>
  config?.permission !== undefined || config?.signedIn === true || config?.public === true;

/**
 * Deny by default: a route that names neither a permission, nor `signedIn`, nor `public` keeps the server from starting. Refusals are
 * written to the journal.
 */
export function installAuthentication(
  app: App,
  authenticate: Authenticate,
  journal: Journal,
  films: FilmPasses,
): void {
  const routes: { method: string | string[]; url: string; config?: RouteGuard }[] = [];
  app.addHook("onRoute", (route) => void routes.push(route));
  app.addHook("onReady", async () => {
    const open = routes.filter((route) => !guarded(route.config));
    if (open.length === 0) return;
    const names = open.map((route) => `${[route.method].flat().join(",")} ${route.url}`);
    throw new Error(
      `these routes name neither a permission, nor signedIn, nor public: ${names.slice(0, 10).join("; ")}`,
    );
  });
  app.decorateRequest("viewer", null as never);
  app.decorateRequest("authenticated", null as never);
  app.addHook("onRequest", async (request) => {
    const { config } = request.routeOptions;
    if (request.is404 || config.public) return;
    // A request that is done later comes with who asked for it, as they are now.
    const acting = actingFor();
    const film =
      config.playsFilms && !acting && request.headers.authorization === undefined
        ? await films.read(request, originOf(request))
        : null;
    const authenticated = acting
      ? { ...acting, mustChangePassword: false }
      : (film?.authenticated ?? (await authenticate(request.headers.authorization, originOf(request))));
    request.viewer = atFacility(
      authenticated.viewer,
      film ? (film.facilityId ?? undefined) : request.headers[facilityHeader],
    );
    request.authenticated = { ...authenticated, viewer: request.viewer };
    if (config.playsFilms && !film)
      request.giveFilmPass = (reply) => films.give(request.authenticated, request, reply);
    if (request.authenticated.mustChangePassword && !config.beforePasswordChange) {
      throw new Refusal(
        "forbidden",
        "password.must-change",
        "Change your password first: POST /users/me/password.",
      );
    }
    if (config.permission) requirePermission(request.viewer, config.permission);
    else if (!config.signedIn) throw new Refusal("forbidden", "forbidden", "Nobody may use this route.");
  });
  app.addHook("onResponse", async (request, reply) => {
    if (reply.statusCode !== 403 || !request.viewer) return;
    const { method, url = "" } = request.routeOptions;
    const name = `${[method].flat().join(",")} ${url}`;
    await journal.access(request.viewer, {
      action: "request.refused",
      subject: { type: "route", id: name },
      outcome: "refused",
      data: { permission: request.routeOptions.config.permission ?? null },
    });
  });
}
