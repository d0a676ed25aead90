import {
  ChangeHl7System,
  CreateHl7System,
  DismissHl7Message,
  Hl7MessageDetail,
  Hl7MessageItem,
  Hl7MessageListQuery,
  Hl7System,
  Hl7SystemListQuery,
  Hl7TestAnswer,
  Id,
  listOf,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  created,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  type Viewer,
  versionedBody,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { changeSystem, createSystem, removeSystem } from "./commands.ts";
import { testSystem } from "./connect.ts";
import { dismissMessage, getMessage, listMessages, readMessage } from "./messages.ts";
import { sendAgain } from "./out-commands.ts";
import { getSystem, listSystems } from "./queries.ts";

const IdParameter = Type.Object({ id: Id });
const permission = "hl7.manage" as const;

/** Acts once more upon a message that came in: the rooms above know how. */
export type ActAgain = (viewer: Viewer, id: string) => Promise<void>;

/** `/hl7`: the systems that speak HL7 with us, and the messages. */
export function hl7Routes(platform: Platform, journal: Journal, actAgain: ActAgain): Routes {
  const { db } = platform;
  const deps = { clock: platform.clock, journal };
  return (app) => {
    app.get(
      "/hl7/systems",
      {
        config: { permission },
        schema: {
          summary: "Systems that speak HL7 with us",
          querystring: Hl7SystemListQuery,
          response: { 200: listOf(Hl7System) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listSystems(db, request.viewer, request.query)),
    );
    app.post(
      "/hl7/systems",
      {
        config: { permission, idempotent: true },
        schema: { body: CreateHl7System, response: { 201: Hl7System } },
      },
      async (request, reply) => {
        const made = await transact(db, (tx) => createSystem(deps, tx, request.viewer, request.body));
        return sendVersioned(created(request, reply, made.id), made);
      },
    );
    app.get(
      "/hl7/systems/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 200: Hl7System } } },
      async (request, reply) => sendVersioned(reply, await getSystem(db, request.viewer, request.params.id)),
    );
    app.patch(
      "/hl7/systems/:id",
      {
        config: { permission },
        schema: { params: IdParameter, body: ChangeHl7System, response: { 200: Hl7System } },
      },
      async (request, reply) => {
        const change = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(db, (tx) => changeSystem(deps, tx, request.viewer, request.params.id, change)),
        );
      },
    );
    app.delete(
      "/hl7/systems/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await transact(db, (tx) => removeSystem(deps, tx, request.viewer, request.params.id));
        reply.code(204);
        return null;
      },
    );
    app.post(
      "/hl7/systems/:id/test",
      {
        config: { permission },
        schema: {
          summary: "Whether it listens where it is said to; no message is sent",
          params: IdParameter,
          response: { 200: Hl7TestAnswer },
        },
      },
      (request) => testSystem(platform, journal, request.viewer, request.params.id),
    );
    app.get(
      "/hl7/messages",
      {
        config: { permission },
        schema: {
          summary: "HL7 messages that came and that are sent",
          querystring: Hl7MessageListQuery,
          response: { 200: listOf(Hl7MessageItem) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listMessages(db, request.viewer, request.query)),
    );
    app.get(
      "/hl7/messages/:id",
      {
        config: { permission },
        schema: {
          summary: "An HL7 message with its text",
          params: IdParameter,
          response: { 200: Hl7MessageDetail },
        },
      },
      async (request, reply) =>
        sendVersioned(reply, await readMessage(db, journal, request.viewer, request.params.id)),
    );
    app.post(
      "/hl7/messages/:id/retry",
      {
        config: { permission },
        schema: {
          summary: "Sends a message again, or acts again upon one that came in",
          params: IdParameter,
          response: { 200: Hl7MessageItem },
        },
      },
      async (request, reply) => {
        const { viewer, params } = request;
        const { direction } = await getMessage(db, viewer, params.id);
        if (direction === "IN") {
          await actAgain(viewer, params.id);
          return sendVersioned(reply, await getMessage(db, viewer, params.id));
        }
        return sendVersioned(reply, await transact(db, (tx) => sendAgain(deps, tx, viewer, params.id)));
      },
    );
    app.post(
      "/hl7/messages/:id/dismiss",
      {
        config: { permission },
        schema: {
          summary: "Leaves it as it is: nothing more is done with it",
          params: IdParameter,
          body: DismissHl7Message,
          response: { 200: Hl7MessageItem },
        },
      },
      async (request, reply) =>
        sendVersioned(
          reply,
          await transact(db, (tx) =>
            dismissMessage(deps, tx, request.viewer, request.params.id, request.body),
          ),
        ),
    );
  };
}
