import type { FastifyReply, FastifyRequest } from "fastify";
import type { Principals } from "./principals.ts";
import { filmPassSeconds, type Tokens } from "./tokens.ts";
import type { Authenticated, RequestOrigin } from "./types.ts";

const cookieName = "isocenter_film";

/**
 * A film is played by the browser itself, which asks for ranges and sends no `Authorization`. So whoever has read its first byte by their
 * token gets a cookie that opens this one address, for reading alone, as long as the session lives and for a quarter of an hour at most.
 * No script sees it, no other site's page sends it (SameSite), and no log or history holds it.
 */
export interface FilmPasses {
  /** Gives it with an answer; nothing to who came by an API key. */
  give(authenticated: Authenticated, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Whose pass comes with a request for this address; null where there is none. Throws Refusal `unauthenticated` for one that is no good. */
  read(request: FastifyRequest, origin: RequestOrigin): Promise<FilmPass | null>;
}

interface FilmPass {
  authenticated: Authenticated;
  /** The facility that the person worked at when it was given. */
  facilityId: string | null;
}

const pathOf = (request: FastifyRequest): string => request.url.split("?", 1)[0]!;

function cookieOf(header: string | undefined): string | null {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === cookieName) return pair.slice(at + 1).trim() || null;
  }
  return null;
}

export function createFilmPasses(
  tokens: Tokens,
  principals: Pick<Principals, "ofSession">,
  isSecure: (request: FastifyRequest) => boolean,
): FilmPasses {
  return {
    async give({ viewer, sessionId }, request, reply) {
      if (!sessionId) return;
      const path = pathOf(request);
      const narrowed = request.headers["x-isocenter-facility"];
      const facilityId = typeof narrowed === "string" ? narrowed.toLowerCase() : null;
      const token = await tokens.signFilmPass({ userId: viewer.id, sessionId, path, facilityId });
      reply.header(
        "set-cookie",
        `${cookieName}=${token}; Path=${path}; Max-Age=${filmPassSeconds}; HttpOnly; SameSite=Strict${isSecure(request) ? "; Secure" : ""}`,
      );
    },
    async read(request, origin) {
      const token = cookieOf(request.headers.cookie);
      if (token === null) return null;
      const { userId, sessionId, facilityId } = await tokens.readFilmPass(token, pathOf(request));
      return { authenticated: await principals.ofSession(sessionId, userId, origin), facilityId };
    },
  };
}
