import {
  ChangeModality,
  CreateModality,
  EchoAnswer,
  Id,
  KnockingCaller,
  KnockingListQuery,
  LetIn,
  listOf,
  Modality,
  ModalityListQuery,
  Nullable,
} from "@isocenter/contract";
import { Type } from "typebox";
import { type Platform, Refusal, type Routes, transact } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { changeModality, createModality, removeModality } from "./commands.ts";
import { echoModality } from "./echo.ts";
import { dismissKnock, letIn } from "./knocking.ts";
import { getModality, type ListOf, listKnocking, listModalities } from "./queries.ts";

const IdParameter = Type.Object({ id: Id });
const permission = "modalities.manage" as const;

interface Paging {
  url: string;
  limit: number;
  offset: number;
}

/** `next` pages by key where there is one, else by offset. */
function listAnswer<T>(found: ListOf<T>, { url, limit, offset }: Paging, byKey: boolean) {
  const [path, search = ""] = url.split("?");
  const page = (changes: Record<string, string | null>): string => {
    const parameters = new URLSearchParams(search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) parameters.delete(name);
      else parameters.set(name, value);
    }
    return `${path}?${parameters}`;
  };
  const next =
    found.next === null ? null : page(byKey ? { after: found.next, offset: null } : { offset: found.next });
  const previous = offset > 0 ? page({ offset: String(Math.max(0, offset - limit)) }) : null;
  return {
    data: found.data,
    pagination: { total: found.total, totalIsExact: true, limit, offset, next, previous },
  };
}

/** The version that `If-Match` names (RFC 9110 §13.1.1), strong as we give it. @throws Refusal `invalid` */
function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const match = /^"(\d{1,9})"$/.exec(ifMatch.trim());
  if (match) return Number(match[1]);
  throw new Refusal("invalid", "version.invalid", "If-Match must be an ETag that we gave.");
}

/** `/modalities`: who may call us, who tried, and whether they answer. */
export function modalityRoutes(platform: Platform, journal: Journal): Routes {
  const deps = { clock: platform.clock, journal };
  return (app) => {
    app.get(
      "/modalities",
      {
        config: { permission },
        schema: {
          summary: "Known applications",
          querystring: ModalityListQuery,
          response: { 200: listOf(Modality) },
        },
      },
      async (request) => {
        const { limit = 25, offset = 0 } = request.query;
        const found = await listModalities(platform.db, request.viewer, request.query);
        return listAnswer(found, { url: request.url, limit, offset }, true);
      },
    );
    app.get(
      "/modalities/knocking",
      {
        config: { permission },
        schema: {
          summary: "Callers that were refused because nobody knows them",
          querystring: KnockingListQuery,
          response: { 200: listOf(KnockingCaller) },
        },
      },
      async (request) => {
        const { limit = 25, offset = 0 } = request.query;
        const found = await listKnocking(platform.db, request.viewer, request.query);
        return listAnswer(found, { url: request.url, limit, offset }, false);
      },
    );
    app.post(
      "/modalities/knocking/:id/let-in",
      {
        config: { permission, idempotent: true },
        schema: {
          summary: "Makes a modality of a caller that knocks",
          params: IdParameter,
          body: Nullable(LetIn),
          response: { 201: Modality },
        },
      },
      async (request, reply) => {
        const modality = await transact(platform.db, (tx) =>
          letIn(deps, tx, request.viewer, request.params.id, request.body ?? {}),
        );
        reply.code(201).header("etag", `"${modality.version}"`);
        return modality;
      },
    );
    app.delete(
      "/modalities/knocking/:id",
      {
        config: { permission },
        schema: {
          summary: "Dismisses a caller that knocks",
          params: IdParameter,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await transact(platform.db, (tx) => dismissKnock(deps, tx, request.viewer, request.params.id));
        reply.code(204);
        return null;
      },
    );
    app.get(
      "/modalities/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 200: Modality } } },
      async (request, reply) => {
        const modality = await getModality(platform.db, request.viewer, request.params.id);
        reply.header("etag", `"${modality.version}"`);
        return modality;
      },
    );
    app.post(
      "/modalities",
      {
        config: { permission, idempotent: true },
        schema: { body: CreateModality, response: { 201: Modality } },
      },
      async (request, reply) => {
        const modality = await transact(platform.db, (tx) =>
          createModality(deps, tx, request.viewer, request.body),
        );
        reply.code(201).header("etag", `"${modality.version}"`);
        return modality;
      },
    );
    app.patch(
      "/modalities/:id",
      {
        config: { permission },
        schema: { params: IdParameter, body: ChangeModality, response: { 200: Modality } },
      },
      async (request, reply) => {
        const version = request.body.expectedVersion ?? expectedVersion(request.headers["if-match"]);
        const change = version === undefined ? request.body : { ...request.body, expectedVersion: version };
        const modality = await transact(platform.db, (tx) =>
          changeModality(deps, tx, request.viewer, request.params.id, change),
        );
        reply.header("etag", `"${modality.version}"`);
        return modality;
      },
    );
    app.delete(
      "/modalities/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await transact(platform.db, (tx) => removeModality(deps, tx, request.viewer, request.params.id));
        reply.code(204);
        return null;
      },
    );
    app.post(
      "/modalities/:id/echo",
      {
        config: { permission },
        schema: { summary: "C-ECHO to the modality", params: IdParameter, response: { 200: EchoAnswer } },
      },
      (request) => echoModality(platform, journal, request.viewer, request.params.id),
    );
  };
}
