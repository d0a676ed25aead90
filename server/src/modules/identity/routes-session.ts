import {
  ChangePasswordRequest,
  Id,
  LoginRequest,
  listOf,
  Me,
  Nullable,
  Preferences,
  RefreshRequest,
  Session,
  SessionListQuery,
  TokenAnswer,
} from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type App, listAnswer, Refusal, type Routes, sendVersioned, transact } from "../../platform/index.ts";
import { originOf } from "./authentication.ts";
import type { IdentityWithDeps } from "./identity.ts";
import { readMe, readPreferences, writePreferences } from "./me.ts";
import { type Client, longestMs } from "./sessions.ts";
import {
  changeOwnPassword,
  endOwnSessions,
  refreshSession,
  type SignedIn,
  signIn,
  signOut,
} from "./sign-in.ts";
import { accessTokenSeconds } from "./tokens.ts";
import { listSessions } from "./user-queries.ts";

const refreshCookie = "isocenter_refresh";
const clientHeader = "x-isocenter-client";
const tags = ["Sign-in"];
const ById = Type.Object({ id: Id });

/** The web app says what it is in a header that a page of another origin cannot send without being asked first (CORS). */
function clientOf(request: FastifyRequest): Client {
  const name = request.headers[clientHeader];
  if (name === undefined) return "api";
  if (name === "web") return "web";
  throw new Refusal("invalid", "client.unknown", `The header ${clientHeader} may be \`web\`, or left out.`);
}

function cookieOf(request: FastifyRequest): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === refreshCookie) return pair.slice(at + 1).trim() || null;
  }
  return null;
}

function setCookie(
  identity: IdentityWithDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string | null,
): void {
  const { publicUrl } = identity.deps.platform.config;
  const secure = request.protocol === "https" || publicUrl?.startsWith("https:") ? "; Secure" : "";
  const seconds = token === null ? 0 : Math.floor(longestMs / 1000);
  reply.header(
    "set-cookie",
    `${refreshCookie}=${token ?? ""}; Path=/api; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
  );
}

async function tokenAnswer(
  identity: IdentityWithDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  client: Client,
  signedIn: SignedIn,
): Promise<TokenAnswer> {
  const { platform, tokens } = identity.deps;
  if (client === "web") setCookie(identity, request, reply, signedIn.refreshToken);
  reply.header("cache-control", "no-store");
  return {
    accessToken: await tokens.signAccess(signedIn),
    refreshToken: client === "web" ? null : signedIn.refreshToken,
    tokenType: "Bearer",
    expiresIn: accessTokenSeconds,
    user: await readMe(platform, { kind: "user", id: signedIn.userId }),
  };
}

function signInRoutes(app: App, identity: IdentityWithDeps): void {
  const { deps } = identity;
  app.post(
    "/users/login",
    {
      config: { public: true },
      schema: { tags, summary: "Sign in", body: LoginRequest, response: { 200: TokenAnswer } },
    },
    async (request, reply) => {
      const client = clientOf(request);
      const userAgent = request.headers["user-agent"] ?? null;
      const signedIn = await signIn(deps, { ...request.body, client, userAgent }, originOf(request));
      return await tokenAnswer(identity, request, reply, client, signedIn);
    },
  );
  app.post(
    "/users/refresh",
    {
      config: { public: true },
      schema: {
        tags,
        summary: "Exchange a refresh token for the next, with a new access token",
        body: Nullable(RefreshRequest),
        response: { 200: TokenAnswer },
      },
    },
    async (request, reply) => {
      const client = clientOf(request);
      const token = client === "web" ? cookieOf(request) : (request.body?.refreshToken ?? null);
      if (token === null) {
        const where = client === "web" ? `the cookie ${refreshCookie}` : "the member refreshToken";
        throw new Refusal("unauthenticated", "auth.missing", `There is no refresh token in ${where}.`);
      }
      try {
        const signedIn = await refreshSession(deps, { token, client }, originOf(request));
        return await tokenAnswer(identity, request, reply, client, signedIn);
      } catch (error) {
        if (client === "web" && error instanceof Refusal && error.kind === "unauthenticated")
          setCookie(identity, request, reply, null);
        throw error;
      }
    },
  );
  app.post(
    "/users/logout",
    {
      config: { public: true },
      schema: {
        tags,
        summary:
          "End the session of the access token, or of the refresh token where the access token has expired",
        body: Nullable(RefreshRequest),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const client = clientOf(request);
      const refreshToken = client === "web" ? cookieOf(request) : (request.body?.refreshToken ?? null);
      const authenticated = await identity
        .authenticate(request.headers.authorization, originOf(request))
        .catch((error: unknown) => {
          if (error instanceof Refusal && error.kind === "unauthenticated") return null;
          throw error;
        });
      if (authenticated === null && refreshToken === null)
        throw new Refusal("unauthenticated", "auth.missing", "There is no token whose session could end.");
      await signOut(deps, { authenticated, refreshToken }, originOf(request));
      if (client === "web") setCookie(identity, request, reply, null);
      return reply.code(204).send(null);
    },
  );
}

function ownRoutes(app: App, identity: IdentityWithDeps): void {
  const { deps } = identity;
  const { db } = deps.platform;
  app.get(
    "/users/me",
    {
      config: { signedIn: true, beforePasswordChange: true },
      schema: { tags, summary: "Who is signed in, and what they may do", response: { 200: Me } },
    },
    async (request, reply) => sendVersioned(reply, await readMe(deps.platform, request.viewer)),
  );
  app.post(
    "/users/me/password",
    {
      config: { signedIn: true, beforePasswordChange: true },
      schema: {
        tags,
        summary: "Change one's own password; ends one's other sessions",
        body: ChangePasswordRequest,
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      await changeOwnPassword(deps, request.authenticated, request.body);
      return sendVersioned(reply, await readMe(deps.platform, request.viewer));
    },
  );
  app.get(
    "/users/me/sessions",
    {
      config: { signedIn: true },
      schema: {
        tags,
        summary: "Where one is signed in",
        querystring: SessionListQuery,
        response: { 200: listOf(Session) },
      },
    },
    async (request) => {
      const { viewer, query, authenticated } = request;
      const page = await listSessions(
        db,
        viewer.id,
        query,
        deps.platform.clock.now(),
        authenticated.sessionId,
      );
      return listAnswer(request, query, page);
    },
  );
  app.delete(
    "/users/me/sessions",
    {
      config: { signedIn: true },
      schema: {
        tags,
        summary: "End all one's other sessions",
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
    },
    async ({ authenticated }) => ({ ended: await endOwnSessions(deps, authenticated) }),
  );
  app.delete(
    "/users/me/sessions/:id",
    {
      config: { signedIn: true },
      schema: { tags, summary: "End one of one's sessions", params: ById, response: { 204: Type.Null() } },
    },
    async ({ authenticated, params }, reply) => {
      await endOwnSessions(deps, authenticated, params.id);
      return reply.code(204).send(null);
    },
  );
  app.get(
    "/users/me/preferences",
    {
      config: { signedIn: true },
      schema: { tags, summary: "One's own preferences", response: { 200: Preferences } },
    },
    (request) => readPreferences(db, request.viewer),
  );
  app.put(
    "/users/me/preferences",
    {
      config: { signedIn: true },
      schema: {
        tags,
        summary: "Replace one's own preferences",
        body: Preferences,
        response: { 200: Preferences },
      },
    },
    (request) => transact(db, (tx) => writePreferences(tx, request.viewer, request.body)),
  );
}

/** `/users/login`, `/users/refresh`, `/users/logout`, `/users/me`. */
export function sessionRoutes(identity: IdentityWithDeps): Routes {
  return (app) => {
    signInRoutes(app, identity);
    ownRoutes(app, identity);
  };
}
