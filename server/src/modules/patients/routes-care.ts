import { CareTeam, CareTeamQuery, Id, Problem, ReplaceCareTeam } from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { getCareTeam, replaceCareTeam } from "./care-team.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Patients"];

/** `/patients/:id/care-team`: who cares for a patient by name. */
export function careRoutes({ platform, journal }: { platform: Platform; journal: Journal }): Routes {
  const { db, clock } = platform;
  return (app: App) => {
    app.get(
      "/patients/:id/care-team",
      {
        config: { permission: "patients.read" },
        schema: {
          tags,
          summary: "Who is on the patient's team",
          params,
          querystring: CareTeamQuery,
          response: { 200: CareTeam, ...problems },
        },
      },
      async ({ viewer, params: { id }, query }, reply) => {
        const team = await getCareTeam(db, viewer, id, query.facilityId);
        await journal.access(viewer, {
          action: "patient.care-team-viewed",
          subject: { type: "patient", id },
          patientId: id,
          facilityId: team.facilityId,
        });
        return sendVersioned(reply, team);
      },
    );
    app.put(
      "/patients/:id/care-team",
      {
        config: { permission: "patients.write", idempotent: true },
        schema: {
          tags,
          summary: "Names the patient's team, who see the patient from then on",
          params,
          body: ReplaceCareTeam,
          response: { 200: CareTeam, ...problems },
        },
      },
      async (request, reply) => {
        const { viewer } = request;
        const input = versionedBody(request);
        const team = await transact(db, (tx) =>
          replaceCareTeam(tx, viewer, request.params.id, input, { clock, journal }),
        );
        return sendVersioned(reply, team);
      },
    );
  };
}
