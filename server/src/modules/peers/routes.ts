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
import {
  created,
  listAnswer,
  locationOf,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { changeModality, createModality, removeModality } from "./commands.ts";
import { echoModality } from "./echo.ts";
import { dismissKnock, letIn } from "./knocking.ts";
import { getModality, listKnocking, listModalities } from "./queries.ts";

const IdParameter = Type.Object({ id: Id });
const permission = "modalities.manage" as const;

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
        const page = await listModalities(platform.db, request.viewer, request.query);
        return listAnswer(request, request.query, page);
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
        const page = await listKnocking(platform.db, request.viewer, request.query);
        return listAnswer(request, request.query, page);
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
        reply.code(201).header("location", locationOf(request, modality.id, /\/knocking\/.*$/));
        return sendVersioned(reply, modality);
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
        return sendVersioned(reply, await getModality(platform.db, request.viewer, request.params.id));
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
        created(request, reply, modality.id);
        return sendVersioned(reply, modality);
      },
    );
    app.patch(
      "/modalities/:id",
      {
        config: { permission },
        schema: { params: IdParameter, body: ChangeModality, response: { 200: Modality } },
      },
      async (request, reply) => {
        const change = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(platform.db, (tx) =>
            changeModality(deps, tx, request.viewer, request.params.id, change),
          ),
        );
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
