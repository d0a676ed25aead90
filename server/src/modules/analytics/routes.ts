import {
  BasedFiguresQuery,
  ExaminationFiguresQuery,
  FiguresQuery,
  FindingTimeliness,
  figuresOf,
  Problem,
  Productivity,
  Quality,
  Revenue,
  Turnaround,
  Utilization,
  Volumes,
} from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type App, type Platform, type Routes, sendCsv, wantsCsv } from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { segmentColumns, segmentRows, tableOf } from "./csv.ts";
import { criticalFindings, productivity, quality, revenue, turnaround, volumes } from "./figures.ts";
import type { Figures } from "./query.ts";
import { utilization } from "./utilization.ts";

const problems = { "4xx": Problem };
const tags = ["Analytics"];
const config = { permission: "analytics.read" } as const;

/** The figures of a row, without its groups. */
const columnsOf = (row: { properties: object }): string[] =>
  Object.keys(row.properties).filter((name) => name !== "group");

/** `/analytics`: figures of the department's work, as JSON or CSV. */
export function analyticsRoutes(deps: { platform: Platform; journal: Journal }): Routes {
  const { db, clock } = deps.platform;
  const asked = ({ viewer }: FastifyRequest) => ({ db, viewer, now: clock.now() });

  /** As the client asks for it. Figures name no patient, but what was taken out of the house is written down. */
  async function answer<Row extends object>(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string,
    figures: Figures<Row>,
    columns: readonly string[],
    rows: readonly object[] = figures.data,
  ) {
    const { format } = request.query as { format?: string };
    if (!wantsCsv(request, format)) return figures;
    await deps.journal.access(request.viewer, {
      action: "analytics.exported",
      subject: { type: "analytics", id: name },
      data: { from: figures.from, to: figures.to },
    });
    const table = tableOf(figures.groupBy, columns, rows);
    return sendCsv(reply, name, table.header, table.rows) as never;
  }

  return (app: App) => {
    app.get(
      "/analytics/turnaround",
      {
        config,
        schema: {
          tags,
          summary:
            "How long examinations take, from each milestone to the next: median, 90th percentile, count",
          querystring: BasedFiguresQuery,
          response: { 200: figuresOf(Turnaround), ...problems },
        },
      },
      async (request, reply) => {
        const figures = await turnaround(asked(request), request.query);
        return answer(request, reply, "turnaround", figures, segmentColumns, segmentRows(figures.data));
      },
    );
    app.get(
      "/analytics/volumes",
      {
        config,
        schema: {
          tags,
          summary: "How many examinations there were, and what became of them",
          querystring: BasedFiguresQuery,
          response: { 200: figuresOf(Volumes), ...problems },
        },
      },
      async (request, reply) =>
        answer(request, reply, "volumes", await volumes(asked(request), request.query), columnsOf(Volumes)),
    );
    app.get(
      "/analytics/productivity",
      {
        config,
        schema: {
          tags,
          summary: "What was signed, by whom and how fast; by the day of the first signature",
          querystring: ExaminationFiguresQuery,
          response: { 200: figuresOf(Productivity), ...problems },
        },
      },
      async (request, reply) => {
        const figures = await productivity(asked(request), request.query);
        return answer(request, reply, "productivity", figures, columnsOf(Productivity));
      },
    );
    app.get(
      "/analytics/critical-findings",
      {
        config,
        schema: {
          tags,
          summary: "Whether critical findings reached somebody in time; by the day they were raised",
          querystring: FiguresQuery,
          response: { 200: figuresOf(FindingTimeliness), ...problems },
        },
      },
      async (request, reply) => {
        const figures = await criticalFindings(asked(request), request.query);
        return answer(request, reply, "critical-findings", figures, columnsOf(FindingTimeliness));
      },
    );
    app.get(
      "/analytics/utilization",
      {
        config,
        schema: {
          tags,
          summary: "How much of their opening hours stations are booked and used",
          querystring: FiguresQuery,
          response: { 200: figuresOf(Utilization), ...problems },
        },
      },
      async (request, reply) => {
        const figures = await utilization(asked(request), request.query);
        return answer(request, reply, "utilization", figures, columnsOf(Utilization));
      },
    );
    app.get(
      "/analytics/quality",
      {
        config,
        schema: {
          tags,
          summary: "How often finals contradicted preliminaries, and signed reports had to change",
          querystring: ExaminationFiguresQuery,
          response: { 200: figuresOf(Quality), ...problems },
        },
      },
      async (request, reply) =>
        answer(request, reply, "quality", await quality(asked(request), request.query), columnsOf(Quality)),
    );
    app.get(
      "/analytics/revenue",
      {
        config,
        schema: {
          tags,
          summary: "What was billed and paid, by currency and the day of issue",
          querystring: FiguresQuery,
          response: { 200: figuresOf(Revenue), ...problems },
        },
      },
      async (request, reply) =>
        answer(request, reply, "revenue", await revenue(asked(request), request.query), columnsOf(Revenue)),
    );
  };
}
