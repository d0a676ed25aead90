import { Id, NewShare, Nullable, Problem, ShareStudy, Shares } from "@isocenter/contract";
import { Type } from "typebox";
import { type App, type Routes, transact } from "../../../platform/index.ts";
import { baseOf, type ShareRoutesDeps } from "./deps.ts";
import { openingRoutes } from "./routes-open.ts";
import { createShare, listShares, revokeShare, studyOfShare } from "./shares.ts";

const params = Type.Object({ id: Id });
const tags = ["Sharing"];
const shares = { permission: "images.share" } as const;
const problems = { "4xx": Problem };

/** `/studies/:id/share`, `/studies/:id/shares` and `/shares`: links that show one study until they expire. */
export function shareRoutes(deps: ShareRoutesDeps): Routes {
  const { platform, journal, archive } = deps;
  const { db, clock } = platform;
  return (app: App) => {
    app.post(
      "/studies/:id/share",
      {
        config: shares,
        schema: {
          tags,
          summary: "Makes a link that shows the study until it expires; it is told this once",
          params,
          body: Nullable(ShareStudy),
          response: { 201: NewShare, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const study = await archive.getStudy(viewer, request.params.id);
        const made = await transact(db, (tx) =>
          createShare(tx, viewer, study, request.body ?? {}, { clock, journal }),
        );
        const url = `${baseOf(platform, request)}/${made.token}`;
        return reply
          .code(201)
          .header("cache-control", "no-store")
          .send({ id: made.id, url, expiresAt: made.expiresAt.toISOString() });
      },
    );
    app.get(
      "/studies/:id/shares",
      {
        config: shares,
        schema: {
          tags,
          summary: "The links of a study, the newest first",
          params,
          response: { 200: Shares, ...problems },
        },
      },
      async (request) => {
        const study = await archive.getStudy(request.viewer, request.params.id);
        return { data: await listShares(db, study.id, clock.now()) };
      },
    );
    app.delete(
      "/shares/:id",
      {
        config: shares,
        schema: { tags, summary: "Ends a link at once", params, response: { 204: Type.Null(), ...problems } },
      },
      async (request, reply) => {
        const { viewer } = request;
        await archive.getStudy(viewer, await studyOfShare(db, viewer, request.params.id));
        await transact(db, (tx) => revokeShare(tx, viewer, request.params.id, { clock, journal }));
        return reply.code(204).send(null);
      },
    );
    openingRoutes(app, deps);
  };
}
