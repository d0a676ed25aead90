import { Id, Job, jobIdPattern, Problem, RequestJob } from "@isocenter/contract";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import {
  type Deferral,
  type Deferred,
  isUuid,
  jobPath,
  type Platform,
  type Routes,
  requirePermission,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { getJob } from "./jobs.ts";

/** What the client is told of a request that is answered later. */
export const requestJobOf = (request: FastifyRequest, deferred: Deferred): RequestJob => ({
  id: deferred.id,
  name: `${deferred.method} ${deferred.url.split("?")[0]}`,
  state: deferred.state,
  createdAt: deferred.createdAt.toISOString(),
  startedAt: deferred.startedAt?.toISOString() ?? null,
  finishedAt: deferred.finishedAt?.toISOString() ?? null,
  expiresAt: deferred.expiresAt.toISOString(),
  status: deferred.status,
  result: deferred.answerKey === null ? null : `${jobPath(request, deferred)}/result`,
});

/** `/jobs/:id`: a request of one's own that is answered later, with its answer; for administrators also one of the queue's. */
export function askedJobRoutes({
  platform: { db },
  journal,
  deferral,
}: {
  platform: Pick<Platform, "db">;
  journal: Journal;
  deferral: Deferral;
}): Routes {
  const tags = ["Operations"];
  const problems = { "4xx": Problem };
  return (app) => {
    app.get(
      "/jobs/:id",
      {
        config: { signedIn: true },
        schema: {
          tags,
          summary: "A request of one's own that is answered later; for administrators any background work",
          params: Type.Object({
            id: Type.String({ pattern: jobIdPattern }),
          }),
          response: { 200: Type.Union([RequestJob, Job]), ...problems },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        if (!isUuid(id)) return getJob(db, request.viewer, id);
        const deferred = await deferral.find(request.viewer, id);
        if (deferred.finishedAt === null) reply.header("retry-after", "1");
        return requestJobOf(request, deferred);
      },
    );
    app.get(
      "/jobs/:id/result",
      {
        config: { signedIn: true },
        schema: {
          tags,
          summary: "The answer to a request that was answered later, as it would have come at once",
          params: Type.Object({ id: Id }),
          produces: ["application/json", "application/zip"],
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const deferred = await deferral.find(viewer, request.params.id);
        // Who may not ask for it any more does not get it either.
        if (deferred.permission !== null) requirePermission(viewer, deferred.permission);
        const bytes = await deferral.open(deferred);
        await journal.access(viewer, {
          action: "job.result-read",
          subject: { type: "request-job", id: deferred.id },
          data: { request: `${deferred.method} ${deferred.url.split("?")[0]}`, status: deferred.status },
        });
        return reply
          .code(deferred.status ?? 200)
          .headers(deferred.answerHeaders ?? {})
          .header("x-content-type-options", "nosniff")
          .header("cache-control", "private, no-store")
          .send(bytes);
      },
    );
  };
}
