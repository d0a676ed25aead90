import {
  ChangeReportMacro,
  ChangeReportTemplate,
  CreateReportMacro,
  CreateReportTemplate,
  Id,
  listOf,
  Problem,
  ReportMacro,
  ReportMacroListQuery,
  ReportTemplate,
  ReportTemplateListQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { ReportsDeps } from "./deps.ts";
import { changeMacro, createMacro, deleteMacro, getMacro, listMacros } from "./macros.ts";
import { getTemplate, listTemplates } from "./template-queries.ts";
import { changeTemplate, createTemplate } from "./templates.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const reads = { permission: "reports.read" } as const;
const manages = { permission: "report-templates.manage" } as const;
const writes = { permission: "reports.write" } as const;

/** `/report-templates`, and `/report-macros`, a person's own auto-text. */
export function templateRoutes(app: App, deps: ReportsDeps): void {
  templates(app, deps);
  macros(app, deps);
}

function templates(app: App, { platform, journal }: ReportsDeps): void {
  const { db, clock } = platform;
  const context = { clock, journal };
  const tags = ["Report templates"];
  app.get(
    "/report-templates",
    {
      config: reads,
      schema: {
        tags,
        summary: "Finds templates of reports: those for what is named, and those for any",
        querystring: ReportTemplateListQuery,
        response: { 200: listOf(ReportTemplate), ...problems },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listTemplates(db, request.viewer, request.query)),
  );
  app.post(
    "/report-templates",
    {
      config: { ...manages, idempotent: true },
      schema: {
        tags,
        summary: "Makes a template",
        body: CreateReportTemplate,
        response: { 201: ReportTemplate, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => createTemplate(tx, request.viewer, request.body, context));
      created(request, reply, id);
      return sendVersioned(reply, await getTemplate(db, request.viewer, id));
    },
  );
  app.get(
    "/report-templates/:id",
    {
      config: reads,
      schema: { tags, summary: "Reads a template", params, response: { 200: ReportTemplate, ...problems } },
    },
    async (request, reply) => sendVersioned(reply, await getTemplate(db, request.viewer, request.params.id)),
  );
  app.patch(
    "/report-templates/:id",
    {
      config: manages,
      schema: {
        tags,
        summary: "Changes a template for reports to come",
        params,
        body: ChangeReportTemplate,
        response: { 200: ReportTemplate, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = versionedBody(request);
      await transact(db, (tx) => changeTemplate(tx, request.viewer, id, input, context));
      return sendVersioned(reply, await getTemplate(db, request.viewer, id));
    },
  );
}

function macros(app: App, { platform }: ReportsDeps): void {
  const { db, clock } = platform;
  const tags = ["Report templates"];
  const answers = { 200: ReportMacro, ...problems };
  app.get(
    "/report-macros",
    {
      config: writes,
      schema: {
        tags,
        summary: "Lists one's own auto-text",
        querystring: ReportMacroListQuery,
        response: { 200: listOf(ReportMacro), ...problems },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listMacros(db, request.viewer, request.query)),
  );
  app.post(
    "/report-macros",
    {
      config: { ...writes, idempotent: true },
      schema: {
        tags,
        summary: "Makes an auto-text of one's own",
        body: CreateReportMacro,
        response: { 201: ReportMacro, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => createMacro(tx, request.viewer, request.body, clock));
      created(request, reply, id);
      return sendVersioned(reply, await getMacro(db, request.viewer, id));
    },
  );
  app.get(
    "/report-macros/:id",
    { config: writes, schema: { tags, summary: "Reads an auto-text", params, response: answers } },
    async (request, reply) => sendVersioned(reply, await getMacro(db, request.viewer, request.params.id)),
  );
  app.patch(
    "/report-macros/:id",
    {
      config: writes,
      schema: { tags, summary: "Changes an auto-text", params, body: ChangeReportMacro, response: answers },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = versionedBody(request);
      await transact(db, (tx) => changeMacro(tx, request.viewer, id, input, clock));
      return sendVersioned(reply, await getMacro(db, request.viewer, id));
    },
  );
  app.delete(
    "/report-macros/:id",
    {
      config: writes,
      schema: {
        tags,
        summary: "Deletes an auto-text",
        params,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await transact(db, (tx) => deleteMacro(tx, request.viewer, request.params.id));
      return reply.code(204).send(null);
    },
  );
}
