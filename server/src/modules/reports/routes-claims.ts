import { AssignReading, Id, Problem, Reader, ReadingClaim } from "@isocenter/contract";
import { Type } from "typebox";
import { type App, transact } from "../../platform/index.ts";
import { assignStudy, claimStudy, listReaders, releaseStudy } from "./claims.ts";
import type { ReportsDeps } from "./deps.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Reading"];
const reads = { permission: "reading.claim" } as const;

/** `/studies/:id/claim`, `/release`, `/readers` and `/assign`: who is reading what. */
export function claimRoutes(app: App, { platform, journal }: ReportsDeps): void {
  const { db, clock } = platform;
  const context = { clock, journal };
  app.post(
    "/studies/:id/claim",
    {
      config: reads,
      schema: {
        tags,
        summary: "Takes a study to read; 409 says who has it and since when",
        params,
        response: { 200: ReadingClaim, ...problems },
      },
    },
    (request) => transact(db, (tx) => claimStudy(tx, request.viewer, request.params.id, context)),
  );
  app.post(
    "/studies/:id/release",
    {
      config: reads,
      schema: {
        tags,
        summary: "Gives a study back to the list",
        params,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await transact(db, (tx) => releaseStudy(tx, request.viewer, request.params.id, context));
      return reply.code(204).send(null);
    },
  );
  app.get(
    "/studies/:id/readers",
    {
      config: { permission: "reading.assign" },
      schema: {
        tags,
        summary: "Who may be given the study to read, and how much they have",
        params,
        response: { 200: Type.Object({ data: Type.Array(Reader) }), ...problems },
      },
    },
    async (request) => ({
      data: await listReaders(db, request.viewer, request.params.id, clock.now()),
    }),
  );
  app.post(
    "/studies/:id/assign",
    {
      config: { permission: "reading.assign" },
      schema: {
        tags,
        summary: "Gives a study to somebody to read, also when another has it",
        params,
        body: AssignReading,
        response: { 200: ReadingClaim, ...problems },
      },
    },
    (request) =>
      transact(db, (tx) => assignStudy(tx, request.viewer, request.params.id, request.body.userId, context)),
  );
}
