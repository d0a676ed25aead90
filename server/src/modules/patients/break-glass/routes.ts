import { BreakGlass, BreakGlassListQuery, CreateBreakGlass, listOf, Problem } from "@isocenter/contract";
import { type App, listAnswer, type Platform, type Routes, transact } from "../../../platform/index.ts";
import type { IdentityWithDeps } from "../../identity/index.ts";
import type { Journal } from "../../journal/index.ts";
import { breakGlass } from "./commands.ts";
import { listBreakGlass } from "./queries.ts";

const problems = { "4xx": Problem };
const tags = ["Access"];

/** `/break-glass`: to see for an hour, and with a reason, what is not in one's care. */
export function breakGlassRoutes(deps: {
  platform: Platform;
  journal: Journal;
  identity: Pick<IdentityWithDeps, "deps">;
}): Routes {
  const { platform, journal } = deps;
  const { db, clock } = platform;
  const context = { clock, journal, identity: deps.identity.deps };
  return (app: App) => {
    app.post(
      "/break-glass",
      {
        config: { permission: "break-glass", idempotent: true },
        schema: {
          tags,
          summary: "Lets the viewer read a patient's records for 60 minutes; it is recorded and announced",
          body: CreateBreakGlass,
          response: { 201: BreakGlass, ...problems },
        },
      },
      async ({ viewer, body }, reply) => {
        const made = await transact(db, async (tx) => {
          const id = await breakGlass(tx, viewer, body, context);
          return (await listBreakGlass(tx, viewer, { id }, clock.now())).data[0]!;
        });
        return reply.code(201).send(made);
      },
    );
    app.get(
      "/break-glass",
      {
        config: { permission: "audit.read" },
        schema: {
          tags,
          summary:
            "Whose glass was broken: one's own; for administrators and privacy officers their facilities'",
          querystring: BreakGlassListQuery,
          response: { 200: listOf(BreakGlass), ...problems },
        },
      },
      async (request) => {
        const { viewer, query } = request;
        const page = await listBreakGlass(db, viewer, query, clock.now());
        await journal.access(viewer, {
          action: "break-glass.listed",
          subject: { type: "audit", id: "break-glass" },
          data: { found: page.total },
        });
        return listAnswer(request, query, page);
      },
    );
  };
}
