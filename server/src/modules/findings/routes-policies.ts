import { FindingPolicies, FindingPoliciesQuery, Problem, PutFindingPolicies } from "@isocenter/contract";
import {
  type App,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { Findings } from "./findings.ts";
import { getPolicies, putPolicies } from "./policies.ts";

const problems = { "4xx": Problem };
const tags = ["Critical findings"];

/** `/critical-finding-policies`: limits and ladders of a facility. */
export function findingPolicyRoutes({
  platform,
  findings,
}: {
  platform: Platform;
  findings: Findings;
}): Routes {
  const { db } = platform;
  return (app: App) => {
    app.get(
      "/critical-finding-policies",
      {
        config: { permission: "findings.read" },
        schema: {
          tags,
          summary: "How each severity is handled at a facility; the home facility when none is named",
          querystring: FindingPoliciesQuery,
          response: { 200: FindingPolicies, ...problems },
        },
      },
      async (request, reply) =>
        sendVersioned(reply, await getPolicies(db, request.viewer, request.query.facilityId)),
    );
    app.put(
      "/critical-finding-policies",
      {
        config: { permission: "finding-policies.manage", idempotent: true },
        schema: {
          tags,
          summary: "Changes how severities are handled from now on",
          body: PutFindingPolicies,
          response: { 200: FindingPolicies, ...problems },
        },
      },
      async (request, reply) => {
        const input = versionedBody(request);
        return sendVersioned(
          reply,
          await transact(db, (tx) => putPolicies(tx, request.viewer, input, findings.context)),
        );
      },
    );
  };
}
