import {
  ChangeRoutingRule,
  CreateRoutingRule,
  Id,
  listOf,
  RoutingRule,
  RoutingRuleListQuery,
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
import type { Journal } from "../../journal/index.ts";
import { changeRule, createRule, removeRule } from "./commands.ts";
import { getRule, listRules } from "./queries.ts";

const IdParameter = Type.Object({ id: Id });
const permission = "modalities.manage" as const;

/** `/routing-rules`: which studies are sent where when they have settled. */
export function routingRuleRoutes(platform: Platform, journal: Journal): Routes {
  const { db } = platform;
  const deps = { clock: platform.clock, journal };
  return (app) => {
    app.get(
      "/routing-rules",
      {
        config: { permission },
        schema: {
          summary: "Which studies are sent where",
          querystring: RoutingRuleListQuery,
          response: { 200: listOf(RoutingRule) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listRules(db, request.viewer, request.query)),
    );
    app.get(
      "/routing-rules/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 200: RoutingRule } } },
      async (request, reply) => sendVersioned(reply, await getRule(db, request.viewer, request.params.id)),
    );
    app.post(
      "/routing-rules",
      {
        config: { permission, idempotent: true },
        schema: { body: CreateRoutingRule, response: { 201: RoutingRule } },
      },
      async (request, reply) => {
        const rule = await transact(db, (tx) => createRule(deps, tx, request.viewer, request.body));
        created(request, reply, rule.id);
        return sendVersioned(reply, rule);
      },
    );
    app.patch(
      "/routing-rules/:id",
      {
        config: { permission },
        schema: { params: IdParameter, body: ChangeRoutingRule, response: { 200: RoutingRule } },
      },
      async (request, reply) => {
        const change = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(db, (tx) => changeRule(deps, tx, request.viewer, request.params.id, change)),
        );
      },
    );
    app.delete(
      "/routing-rules/:id",
      { config: { permission }, schema: { params: IdParameter, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await transact(db, (tx) => removeRule(deps, tx, request.viewer, request.params.id));
        reply.code(204);
        return null;
      },
    );
  };
}
