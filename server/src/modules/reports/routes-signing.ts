import {
  AmendReport,
  Id,
  MarkDiscrepancy,
  Problem,
  Report,
  SignReport,
  WithdrawReport,
} from "@isocenter/contract";
import { Type } from "typebox";
import { type App, sendVersioned, transact, versionedBody } from "../../platform/index.ts";
import type { ReportsDeps } from "./deps.ts";
import type { Desk } from "./desk.ts";
import { markDiscrepancy } from "./discrepancy.ts";
import { amendReport, enterInError, signReport } from "./sign.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Reports"];
const answers = { 200: Report, ...problems };
const signs = { permission: "reports.sign" } as const;

/*
 * Signatures take no Idempotency-Key, which would keep a hash of the password: the version that is expected keeps them from counting twice.
 */
export function signingRoutes(app: App, { platform, journal, identity }: ReportsDeps, desk: Desk): void {
  const { db, clock } = platform;
  const context = { clock, journal, db, identity };
  const ways = [
    ["POST", "/reports/:id/sign", "Signs a report, with the password again"],
    ["PUT", "/reports/:id/confirm", "The same as POST /reports/:id/sign"],
  ] as const;
  for (const [method, url, summary] of ways)
    app.route({
      method,
      url,
      config: signs,
      schema: { tags, summary, params, body: SignReport, response: answers },
      handler: async (request, reply) => {
        const { viewer } = request;
        const { id } = request.params;
        const input = versionedBody(request);
        const report = await desk.attempt(viewer, id, "sign", () => signReport(context, viewer, id, input));
        return sendVersioned(reply, report);
      },
    });
  app.post(
    "/reports/:id/amend",
    {
      config: signs,
      schema: {
        tags,
        summary: "Signs a version that follows a signed one, with the reason and the password again",
        params,
        body: AmendReport,
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const input = versionedBody(request);
      const report = await desk.attempt(viewer, id, "amend", () => amendReport(context, viewer, id, input));
      return sendVersioned(reply, report);
    },
  );
  app.post(
    "/reports/:id/entered-in-error",
    {
      config: signs,
      schema: {
        tags,
        summary: "Says that a signed report should never have been; it is kept and shown as such",
        params,
        body: WithdrawReport,
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const input = versionedBody(request);
      const report = await desk.attempt(viewer, id, "enter in error", () =>
        enterInError(context, viewer, id, input),
      );
      return sendVersioned(reply, report);
    },
  );
  app.post(
    "/reports/:id/discrepancy",
    {
      config: { ...signs, idempotent: true },
      schema: {
        tags,
        summary: "Marks that the final report contradicts the preliminary one; whoever wrote that is told",
        params,
        body: MarkDiscrepancy,
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const input = versionedBody(request);
      const report = await desk.attempt(viewer, id, "mark a discrepancy", () =>
        transact(db, (tx) => markDiscrepancy(tx, viewer, id, input, context)),
      );
      return sendVersioned(reply, report);
    },
  );
}
