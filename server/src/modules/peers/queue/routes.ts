import { Destination, Id, listOf, SendItem, SendQueueQuery } from "@isocenter/contract";
import { Type } from "typebox";
import { listAnswer, type Platform, type Routes, sendVersioned, transact } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { cancelItem, retryItem } from "./commands.ts";
import { getItem, listDestinations, listItems } from "./queries.ts";

const IdParameter = Type.Object({ id: Id });
const permission = "images.export" as const;

/** `/send-queue`: what is on its way to other systems, and what could not be sent. */
export function sendQueueRoutes(platform: Platform, journal: Journal): Routes {
  const { db } = platform;
  const deps = { clock: platform.clock, journal };
  return (app) => {
    app.get(
      "/send-queue",
      {
        config: { permission },
        schema: {
          summary: "What is sent to other systems",
          querystring: SendQueueQuery,
          response: { 200: listOf(SendItem) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listItems(db, request.viewer, request.query)),
    );
    app.get(
      "/send-queue/destinations",
      {
        config: { permission },
        schema: { summary: "Where images can be sent", response: { 200: Type.Array(Destination) } },
      },
      (request) => listDestinations(db, request.viewer),
    );
    app.get(
      "/send-queue/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 200: SendItem } } },
      async (request, reply) => sendVersioned(reply, await getItem(db, request.viewer, request.params.id)),
    );
    app.post(
      "/send-queue/:id/retry",
      {
        config: { permission },
        schema: { summary: "Tries again now", params: IdParameter, response: { 200: SendItem } },
      },
      async (request, reply) =>
        sendVersioned(
          reply,
          await transact(db, (tx) => retryItem(deps, tx, request.viewer, request.params.id)),
        ),
    );
    app.post(
      "/send-queue/:id/cancel",
      {
        config: { permission },
        schema: { summary: "Sends no more of it", params: IdParameter, response: { 200: SendItem } },
      },
      async (request, reply) =>
        sendVersioned(
          reply,
          await transact(db, (tx) => cancelItem(deps, tx, request.viewer, request.params.id)),
        ),
    );
  };
}
