import {
  ChangeWebhook,
  CreateWebhook,
  Id,
  listOf,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryListQuery,
  WebhookListQuery,
  WebhookWithSecret,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  created,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../../platform/index.ts";
import { changeWebhook, createWebhook, redeliver, removeWebhook, rotateSecret } from "./commands.ts";
import { getWebhook, listWebhookDeliveries, listWebhooks } from "./queries.ts";
import type { WebhookDeps } from "./webhook.ts";
import type { WebhookWork } from "./work.ts";

const tags = ["Webhooks"];
const config = { permission: "webhooks.manage" } as const;
const params = Type.Object({ id: Id });

/** `/webhooks`: other systems that are told of events. Its creating routes take no Idempotency-Key: their answers hold a secret. */
export function webhookRoutes({ db }: Pick<Platform, "db">, deps: WebhookDeps, work: WebhookWork): Routes {
  return (app) => {
    app.get(
      "/webhooks",
      {
        config,
        schema: {
          tags,
          summary: "Systems that are told of events",
          querystring: WebhookListQuery,
          response: { 200: listOf(Webhook) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listWebhooks(db, request.viewer, request.query)),
    );
    app.post(
      "/webhooks",
      {
        config,
        schema: {
          tags,
          summary: "Makes a webhook; its secret is shown this once",
          body: CreateWebhook,
          response: { 201: WebhookWithSecret },
        },
      },
      async (request, reply) => {
        const webhook = await transact(db, (tx) => createWebhook(deps, tx, request.viewer, request.body));
        created(request, reply, webhook.id).header("cache-control", "no-store");
        return sendVersioned(reply, webhook);
      },
    );
    app.get(
      "/webhooks/:id",
      { config, schema: { tags, summary: "One webhook", params, response: { 200: Webhook } } },
      async (request, reply) => sendVersioned(reply, await getWebhook(db, request.viewer, request.params.id)),
    );
    app.patch(
      "/webhooks/:id",
      {
        config,
        schema: {
          tags,
          summary: "Changes a webhook",
          params,
          body: ChangeWebhook,
          response: { 200: Webhook },
        },
      },
      async (request, reply) => {
        const change = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(db, (tx) => changeWebhook(deps, tx, request.viewer, request.params.id, change)),
        );
      },
    );
    app.delete(
      "/webhooks/:id",
      {
        config,
        schema: {
          tags,
          summary: "Removes a webhook and what waits for it",
          params,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await transact(db, (tx) => removeWebhook(deps, tx, request.viewer, request.params.id));
        return reply.code(204).send(null);
      },
    );
    app.post(
      "/webhooks/:id/rotate-secret",
      {
        config,
        schema: {
          tags,
          summary: "A new secret, shown this once; the one before signs as well for a day",
          params,
          response: { 200: WebhookWithSecret },
        },
      },
      async (request, reply) => {
        reply.header("cache-control", "no-store");
        return sendVersioned(
          reply,
          await transact(db, (tx) => rotateSecret(deps, tx, request.viewer, request.params.id)),
        );
      },
    );
    app.post(
      "/webhooks/:id/test",
      {
        config,
        schema: {
          tags,
          summary: "Sends an event webhook.test at once, and answers what became of it",
          params,
          response: { 200: WebhookDelivery },
        },
      },
      (request) => work.test(request.viewer, request.params.id),
    );
    app.get(
      "/webhooks/:id/deliveries",
      {
        config,
        schema: {
          tags,
          summary: "What was sent and what waits, the newest first",
          params,
          querystring: WebhookDeliveryListQuery,
          response: { 200: listOf(WebhookDelivery) },
        },
      },
      async (request) =>
        listAnswer(
          request,
          request.query,
          await listWebhookDeliveries(db, request.viewer, request.params.id, request.query),
        ),
    );
    app.post(
      "/webhooks/:id/deliveries/:deliveryId/redeliver",
      {
        config,
        schema: {
          tags,
          summary: "Sends it again, under the same id",
          params: Type.Object({ id: Id, deliveryId: Id }),
          response: { 202: WebhookDelivery },
        },
      },
      async (request, reply) => {
        const { id, deliveryId } = request.params;
        const delivery = await transact(db, (tx) => redeliver(deps, tx, request.viewer, id, deliveryId));
        return reply.code(202).send(delivery);
      },
    );
  };
}
