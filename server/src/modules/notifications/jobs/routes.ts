import { Job, JobListQuery, jobIdPattern, listOf, Problem } from "@isocenter/contract";
import { Type } from "typebox";
import { listAnswer, type Platform, type Routes, transact } from "../../../platform/index.ts";
import { type JobDeps, listJobs, retryJob } from "./jobs.ts";

const tags = ["Operations"];

/** `/jobs`: background work that waits, runs, failed or gave up. */
export function jobRoutes({ db }: Pick<Platform, "db">, deps: JobDeps): Routes {
  return (app) => {
    app.get(
      "/jobs",
      {
        config: { permission: "jobs.read" },
        schema: {
          tags,
          summary: "Background work that is not done yet, the newest first",
          querystring: JobListQuery,
          response: { 200: listOf(Job) },
        },
      },
      async (request) =>
        listAnswer(request, request.query, await listJobs(db, request.viewer, request.query)),
    );
    app.post(
      "/jobs/:id/retry",
      {
        config: { permission: "jobs.manage" },
        schema: {
          tags,
          summary:
            "Tries again now, with all attempts before it; a request that is answered later is made anew",
          params: Type.Object({ id: Type.String({ pattern: jobIdPattern }) }),
          response: { 200: Job, "4xx": Problem },
        },
      },
      (request) => transact(db, (tx) => retryJob(deps, tx, request.viewer, request.params.id)),
    );
  };
}
