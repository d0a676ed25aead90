import {
  CancelReport,
  ChangeReport,
  CreateReport,
  Id,
  listOf,
  Problem,
  Report,
  ReportListQuery,
  ReportVerification,
  ReportVersions,
  reportVersionSortFields,
  SubmitReport,
  WholeListQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  expectedVersion,
  listAnswer,
  type Routes,
  readSort,
  sendVersioned,
  transact,
  versionedBody,
  wholeListAnswer,
} from "../../platform/index.ts";
import type { ReportsDeps } from "./deps.ts";
import { type Desk, reportDesk } from "./desk.ts";
import { cancelReport, changeReport, createReport, submitReport } from "./drafts.ts";
import type { ReportsOf } from "./queries.ts";
import { claimRoutes } from "./routes-claims.ts";
import { signingRoutes } from "./routes-signing.ts";
import { templateRoutes } from "./routes-templates.ts";
import { reportVersions, verifyReport } from "./version-queries.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Reports"];
const answers = { 200: Report, ...problems };
const reads = { permission: "reports.read" } as const;
const writes = { permission: "reports.write" } as const;

/** `/reports`, `/report-templates`, `/report-macros` and the claims of `/studies/:id`. */
export function reportRoutes(deps: ReportsDeps): Routes {
  return (app) => {
    const desk = reportDesk(deps);
    readingRoutes(app, deps, desk);
    writingRoutes(app, deps, desk);
    signingRoutes(app, deps, desk);
    claimRoutes(app, deps);
    templateRoutes(app, deps);
  };
}

function readingRoutes(app: App, { platform, journal }: ReportsDeps, desk: Desk): void {
  const { db } = platform;
  app.get(
    "/reports/:id",
    { config: reads, schema: { tags, summary: "Reads a report", params, response: answers } },
    async (request, reply) => sendVersioned(reply, await desk.open(request.viewer, request.params.id)),
  );
  app.get(
    "/reports/:id/versions",
    {
      config: reads,
      schema: {
        tags,
        summary: "What was submitted and signed, the first first",
        params,
        querystring: WholeListQuery,
        response: { 200: ReportVersions, ...problems },
      },
    },
    async (request) => {
      const { viewer } = request;
      const { id } = request.params;
      const data = await reportVersions(db, viewer, id);
      await journal.access(viewer, {
        action: "report.versions-viewed",
        subject: { type: "report", id },
        patientId: data[0]?.patient.id ?? null,
      });
      if (readSort(request.query, reportVersionSortFields, "number").descending) data.reverse();
      return wholeListAnswer(request, request.query, data);
    },
  );
  app.get(
    "/reports/:id/verify",
    {
      config: reads,
      schema: {
        tags,
        summary: "Computes the hash chain of the versions anew, and names what is not what was signed",
        params,
        response: { 200: ReportVerification, ...problems },
      },
    },
    async (request) => {
      const verification = await verifyReport(db, request.viewer, request.params.id);
      await journal.access(request.viewer, {
        action: "report.verified",
        subject: { type: "report", id: request.params.id },
        data: { intact: verification.intact, breaches: verification.breaches.length },
      });
      return verification;
    },
  );
  const lists = [
    ["study", "studyId", "The reports of a study, the newest first"],
    ["patient", "patientId", "The reports of a patient, the newest first"],
    ["radiologist", "personId", "The reports that somebody began, submitted or signed, the newest first"],
  ] as const;
  for (const [path, member, summary] of lists) {
    const name = path === "radiologist" ? "radiologistId" : member;
    app.get(
      `/reports/${path}/:${name}`,
      {
        config: reads,
        schema: {
          tags,
          summary,
          params: Type.Object({ [name]: Id }),
          querystring: ReportListQuery,
          response: { 200: listOf(Report), ...problems },
        },
      },
      async (request) => {
        const id = (request.params as Record<string, string>)[name]!;
        const page = await desk.list(request.viewer, { [member]: id } as unknown as ReportsOf, request.query);
        return listAnswer(request, request.query, page);
      },
    );
  }
}

function writingRoutes(app: App, { platform, journal }: ReportsDeps, desk: Desk): void {
  const { db, clock } = platform;
  const context = { clock, journal };
  app.post(
    "/reports",
    {
      config: { ...writes, idempotent: true },
      schema: {
        tags,
        summary: "Begins the report of a study, and claims the study for whoever writes it",
        body: CreateReport,
        response: { 201: Report, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => createReport(tx, request.viewer, request.body, context));
      created(request, reply, id);
      return sendVersioned(reply, await desk.read(request.viewer, id));
    },
  );
  app.patch(
    "/reports/:id",
    {
      config: writes,
      schema: {
        tags,
        summary: "Keeps what was written; over a signed text it is an amendment that waits to be signed",
        params,
        body: ChangeReport,
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const input = versionedBody(request);
      const report = await desk.attempt(viewer, id, "change", () =>
        transact(db, (tx) => changeReport(tx, viewer, id, input, context)),
      );
      return sendVersioned(reply, report);
    },
  );
  app.delete(
    "/reports/:id",
    {
      config: writes,
      schema: {
        tags,
        summary: "Gives up a report that is not signed: it is kept as CANCELLED",
        params,
        querystring: Type.Object(
          { reason: Type.Optional(Type.String({ maxLength: 1000 })) },
          { additionalProperties: false },
        ),
        body: Type.Optional(Type.Union([CancelReport, Type.Null()])),
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer, query } = request;
      const { id } = request.params;
      const body = request.body ?? {};
      const version = expectedVersion(request, body.expectedVersion);
      const reason = query.reason ?? body.reason ?? null;
      const input = version === undefined ? { reason } : { reason, expectedVersion: version };
      const report = await desk.attempt(viewer, id, "cancel", () =>
        transact(db, (tx) => cancelReport(tx, viewer, id, input, context)),
      );
      return sendVersioned(reply, report);
    },
  );
  app.post(
    "/reports/:id/submit",
    {
      config: writes,
      schema: {
        tags,
        summary: "Hands a draft to whoever signs: DRAFT to PRELIMINARY",
        params,
        body: Type.Optional(Type.Union([SubmitReport, Type.Null()])),
        response: answers,
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const { id } = request.params;
      const version = expectedVersion(request, request.body?.expectedVersion);
      const input = version === undefined ? {} : { expectedVersion: version };
      const report = await desk.attempt(viewer, id, "submit", () =>
        transact(db, (tx) => submitReport(tx, viewer, id, input, context)),
      );
      return sendVersioned(reply, report);
    },
  );
}
