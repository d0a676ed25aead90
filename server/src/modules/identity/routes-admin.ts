import {
  ApiKey,
  ApiKeyListQuery,
  ApiKeyWithSecret,
  CreateApiKeyRequest,
  CreateFacilityRequest,
  CreateUserRequest,
  FacilityDetails,
  FacilityListQuery,
  Id,
  listOf,
  Nullable,
  ResetPasswordRequest,
  Session,
  SessionListQuery,
  UpdateFacilityRequest,
  UpdateUserRequest,
  UserDetails,
  UserListQuery,
  UserWithPassword,
  VersionRequest,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  expectedVersion,
  listAnswer,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import { createFacility, findFacility, listFacilities, updateFacility } from "./facilities.ts";
import type { IdentityWithDeps } from "./identity.ts";
import {
  createUser,
  endUserSessions,
  preparePassword,
  resetPassword,
  setActive,
  updateUser,
} from "./user-commands.ts";
import { findUser, listSessions, listUsers, toUser } from "./user-queries.ts";

const ById = Type.Object({ id: Id });

function userRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db, clock } = deps.platform;
  const config = { permission: "users.manage" } as const;
  const tags = ["Users"];
  app.get(
    "/users",
    {
      config,
      schema: {
        tags,
        summary: "Users of one's facilities",
        querystring: UserListQuery,
        response: { 200: listOf(UserDetails) },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listUsers(db, request.viewer, request.query, clock.now())),
  );
  app.post(
    "/users",
    {
      config,
      schema: { tags, summary: "Make a user", body: CreateUserRequest, response: { 201: UserWithPassword } },
    },
    async (request, reply) => {
      const { viewer, body } = request;
      const password = await preparePassword(deps, body.password, body.username);
      const user = await transact(db, (tx) => createUser(tx, deps, viewer, body, password));
      created(request, reply, user.id).header("cache-control", "no-store");
      return sendVersioned(reply, user);
    },
  );
  app.get(
    "/users/:id",
    { config, schema: { tags, summary: "One user", params: ById, response: { 200: UserDetails } } },
    async (request, reply) => {
      const row = await findUser(db, request.viewer, request.params.id, clock.now());
      return sendVersioned(reply, toUser(request.viewer, row));
    },
  );
  app.patch(
    "/users/:id",
    {
      config,
      schema: {
        tags,
        summary: "Change a user",
        params: ById,
        body: UpdateUserRequest,
        response: { 200: UserDetails },
      },
    },
    async (request, reply) => {
      const { viewer, params } = request;
      const input = versionedBody(request);
      return sendVersioned(reply, await transact(db, (tx) => updateUser(tx, deps, viewer, params.id, input)));
    },
  );
  for (const [action, active] of [
    ["activate", true],
    ["deactivate", false],
  ] as const) {
    app.post(
      `/users/:id/${action}`,
      {
        config,
        schema: {
          tags,
          summary: active
            ? "Let a user sign in again"
            : "Let a user sign in no more; ends every session at once",
          params: ById,
          body: Nullable(VersionRequest),
          response: { 200: UserDetails },
        },
      },
      async (request, reply) => {
        const input = { active, expectedVersion: expectedVersion(request, request.body?.expectedVersion) };
        const { viewer, params } = request;
        return sendVersioned(
          reply,
          await transact(db, (tx) => setActive(tx, deps, viewer, params.id, input)),
        );
      },
    );
  }
}

function credentialRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db, clock } = deps.platform;
  const config = { permission: "users.manage" } as const;
  const tags = ["Users"];
  app.post(
    "/users/:id/reset-password",
    {
      config,
      schema: {
        tags,
        summary: "Give a user another password, to be changed at the next sign-in; opens a locked account",
        params: ById,
        body: Nullable(ResetPasswordRequest),
        response: { 200: UserWithPassword },
      },
    },
    async (request, reply) => {
      const { viewer, params, body } = request;
      const { username } = await findUser(db, viewer, params.id, clock.now());
      const password = await preparePassword(deps, body?.password, username);
      const version = expectedVersion(request, body?.expectedVersion);
      const user = await transact(db, (tx) => resetPassword(tx, deps, viewer, params.id, password, version));
      reply.header("cache-control", "no-store");
      return sendVersioned(reply, user);
    },
  );
  app.get(
    "/users/:id/sessions",
    {
      config,
      schema: {
        tags,
        summary: "A user's open sessions",
        params: ById,
        querystring: SessionListQuery,
        response: { 200: listOf(Session) },
      },
    },
    async (request) => {
      const { viewer, params, query, authenticated } = request;
      const user = await findUser(db, viewer, params.id, clock.now());
      const page = await listSessions(db, user.id, query, clock.now(), authenticated.sessionId);
      return listAnswer(request, query, page);
    },
  );
  app.delete(
    "/users/:id/sessions",
    {
      config,
      schema: {
        tags,
        summary: "End all sessions of a user",
        params: ById,
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
    },
    async ({ viewer, params }) => ({
      ended: await transact(db, (tx) => endUserSessions(tx, deps, viewer, params.id)),
    }),
  );
}

function apiKeyRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db } = deps.platform;
  const config = { permission: "keys.manage" } as const;
  const tags = ["API keys"];
  app.get(
    "/api-keys",
    {
      config,
      schema: {
        tags,
        summary: "Keys for machines",
        querystring: ApiKeyListQuery,
        response: { 200: listOf(ApiKey) },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listApiKeys(db, request.viewer, request.query)),
  );
  app.post(
    "/api-keys",
    {
      config,
      schema: {
        tags,
        summary: "Make a key; it is shown this once",
        body: CreateApiKeyRequest,
        response: { 201: ApiKeyWithSecret },
      },
    },
    async (request, reply) => {
      const { viewer, body } = request;
      const key = await transact(db, (tx) => createApiKey(tx, deps, viewer, body));
      return reply.code(201).header("cache-control", "no-store").send(key);
    },
  );
  app.delete(
    "/api-keys/:id",
    { config, schema: { tags, summary: "Revoke a key", params: ById, response: { 204: Type.Null() } } },
    async ({ viewer, params }, reply) => {
      await transact(db, (tx) => revokeApiKey(tx, deps, viewer, params.id));
      return reply.code(204).send(null);
    },
  );
}

function facilityRoutes(app: App, { deps }: IdentityWithDeps): void {
  const { db } = deps.platform;
  const manage = { permission: "facilities.manage" } as const;
  const tags = ["Facilities"];
  app.get(
    "/facilities",
    {
      config: { signedIn: true },
      schema: {
        tags,
        summary: "One's facilities",
        querystring: FacilityListQuery,
        response: { 200: listOf(FacilityDetails) },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listFacilities(db, request.viewer, request.query)),
  );
  app.get(
    "/facilities/:id",
    {
      config: { signedIn: true },
      schema: { tags, summary: "One facility", params: ById, response: { 200: FacilityDetails } },
    },
    async ({ viewer, params }, reply) => sendVersioned(reply, await findFacility(db, viewer, params.id)),
  );
  app.post(
    "/facilities",
    {
      config: { ...manage, idempotent: true },
      schema: {
        tags,
        summary: "Make a facility",
        body: CreateFacilityRequest,
        response: { 201: FacilityDetails },
      },
    },
    async (request, reply) => {
      const facility = await transact(db, (tx) => createFacility(tx, deps, request.viewer, request.body));
      created(request, reply, facility.id);
      return sendVersioned(reply, facility);
    },
  );
  app.patch(
    "/facilities/:id",
    {
      config: manage,
      schema: {
        tags,
        summary: "Change a facility",
        params: ById,
        body: UpdateFacilityRequest,
        response: { 200: FacilityDetails },
      },
    },
    async (request, reply) => {
      const { viewer, params } = request;
      const input = versionedBody(request);
      return sendVersioned(
        reply,
        await transact(db, (tx) => updateFacility(tx, deps, viewer, params.id, input)),
      );
    },
  );
}

/** `/users`, `/api-keys`, `/facilities`. */
export function administrationRoutes(identity: IdentityWithDeps): Routes {
  return (app) => {
    userRoutes(app, identity);
    credentialRoutes(app, identity);
    apiKeyRoutes(app, identity);
    facilityRoutes(app, identity);
  };
}
