import {
  listOf,
  OnCallEntry,
  OnCallListQuery,
  OnCallRoster,
  Problem,
  ReplaceOnCall,
} from "@isocenter/contract";
import {
  type App,
  listAnswer,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../../platform/index.ts";
import type { IdentityWithDeps } from "../identity.ts";
import { replaceOnCall } from "./commands.ts";
import { listOnCall } from "./queries.ts";

/** `/on-call`: who is called, by service and time. */
export function onCallRoutes({ deps }: IdentityWithDeps): Routes {
  const { db } = deps.platform;
  const tags = ["On call"];
  return (app: App) => {
    app.get(
      "/on-call",
      {
        config: { signedIn: true },
        schema: {
          tags,
          summary: "Who is on call, by service and time",
          querystring: OnCallListQuery,
          response: { 200: listOf(OnCallEntry), "4xx": Problem },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listOnCall(db, request.viewer, request.query)),
    );
    app.put(
      "/on-call",
      {
        config: { permission: "on-call.manage", idempotent: true },
        schema: {
          tags,
          summary: "Replace a service's roster between two times",
          body: ReplaceOnCall,
          response: { 200: OnCallRoster, "4xx": Problem },
        },
      },
      async (request, reply) => {
        const input = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(db, (tx) => replaceOnCall(tx, deps, request.viewer, input)),
        );
      },
    );
  };
}
