import {
  AcknowledgeFinding,
  ChangeFinding,
  CloseFinding,
  Finding,
  FindingAlarm,
  FindingHistory,
  FindingListQuery,
  FindingPageQuery,
  FollowUpFinding,
  Id,
  listOf,
  Problem,
  RaiseFinding,
  VoidFinding,
} from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  type Platform,
  Refusal,
  type Routes,
  sendVersioned,
  type Tx,
  transact,
  type Viewer,
  versionedBody,
} from "../../platform/index.ts";
import { deliveriesOf } from "../notifications/index.ts";
import { acknowledgeFinding } from "./acknowledge.ts";
import type { Findings } from "./findings.ts";
import { closeFinding, followUpFinding } from "./follow-up.ts";
import { historyOf } from "./history.ts";
import { type FindingFilter, getFinding, listFindings } from "./queries.ts";
import { changeFinding, raiseFinding, voidFinding } from "./raise.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Critical findings"];
const read = { permission: "findings.read" } as const;
const raise = { permission: "findings.raise", idempotent: true } as const;
const change = { permission: "findings.raise" } as const;
const answer = { permission: "findings.acknowledge", idempotent: true } as const;
/** Screens read again what they show, some three times a minute: for one viewer that counts once in this time. */
const screenSeconds = 300;
/** An alarm stands on every page until somebody answers. */
const alarmSeconds = 3600;

/** A list by what was asked for; its pages are one search. */
function searchName(list: string, filter: FindingFilter): string {
  const asked = new URLSearchParams();
  for (const name of asking) {
    const value = filter[name];
    if (value !== undefined) asked.set(name, String(value));
  }
  return asked.size > 0 ? `${list}?${asked}` : list;
}
const asking = ["studyId", "patientId", "facilityId", "status", "severity", "overdue"] as const;

/** `/critical-findings`: raising, telling, acknowledging and following up what must not be overlooked. */
export function findingRoutes({ platform, findings }: { platform: Platform; findings: Findings }): Routes {
  const { db, clock } = platform;
  const { context } = findings;
  const { journal } = context;

  async function list(request: FastifyRequest, filter: FindingFilter, named: string) {
    const page = await listFindings(db, request.viewer, clock, filter);
    await journal.access(request.viewer, {
      action: "finding.searched",
      subject: { type: "search", id: searchName(named, filter) },
      data: { found: page.total },
      onceInSeconds: screenSeconds,
    });
    return listAnswer(request, filter, page);
  }

  /** A command on one finding; what the rules refuse is written down. */
  async function command(
    reply: FastifyReply,
    viewer: Viewer,
    id: string,
    work: (tx: Tx) => Promise<void>,
  ): Promise<Finding> {
    await transact(db, work).catch(async (error: unknown) => {
      if (error instanceof Refusal && error.kind === "conflict")
        await journal.access(viewer, {
          action: "finding.refused",
          subject: { type: "finding", id },
          outcome: "refused",
          data: { code: error.code },
        });
      throw error;
    });
    return sendVersioned(reply, await getFinding(db, viewer, clock, id));
  }

  const schemaOf = <Body extends TSchema>(summary: string, body: Body) => ({
    tags,
    summary,
    params,
    body,
    response: { 200: Finding, ...problems },
  });

  return (app: App) => {
    app.get(
      "/critical-findings",
      {
        config: read,
        schema: {
          tags,
          summary: "Finds critical findings, the newest first",
          querystring: FindingListQuery,
          response: { 200: listOf(Finding), ...problems },
        },
      },
      (request) => list(request, request.query, "critical-findings"),
    );

    app.post(
      "/critical-findings",
      {
        config: raise,
        schema: {
          tags,
          summary: "Raises a critical finding, and tells the first people of its ladder",
          body: RaiseFinding,
          response: { 201: Finding, ...problems },
        },
      },
      async (request, reply) => {
        const id = await transact(db, (tx) => raiseFinding(tx, request.viewer, request.body, context));
        created(request, reply, id);
        return sendVersioned(reply, await getFinding(db, request.viewer, clock, id));
      },
    );

    app.get(
      "/critical-findings/pending",
      {
        config: read,
        schema: {
          tags,
          summary: "What nobody has acknowledged, the first that is due on top",
          querystring: FindingPageQuery,
          response: { 200: listOf(Finding), ...problems },
        },
      },
      (request) => list(request, { ...request.query, pending: true }, "critical-findings/pending"),
    );

    app.get(
      "/critical-findings/severity/:severity",
      {
        config: read,
        schema: {
          tags,
          summary: "Critical findings of a severity, the newest first",
          params: Type.Object({ severity: Type.String({ maxLength: 32 }) }),
          querystring: FindingPageQuery,
          response: { 200: listOf(Finding), ...problems },
        },
      },
      (request) => list(request, { ...request.query, ...request.params }, "critical-findings/severity"),
    );

    app.get(
      "/critical-findings/study/:studyId",
      {
        config: read,
        schema: {
          tags,
          summary: "Critical findings of a study, the newest first",
          params: Type.Object({ studyId: Id }),
          querystring: FindingPageQuery,
          response: { 200: listOf(Finding), ...problems },
        },
      },
      (request) => list(request, { ...request.query, ...request.params }, "critical-findings/study"),
    );

    app.get(
      "/critical-findings/:id",
      {
        config: read,
        schema: {
          tags,
          summary: "Reads a critical finding; a recipient who does has been reached",
          params,
          response: { 200: Finding, ...problems },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        let finding = await getFinding(db, request.viewer, clock, id);
        if (await findings.opened(request.viewer, id))
          finding = await getFinding(db, request.viewer, clock, id);
        await journal.access(request.viewer, {
          action: "finding.viewed",
          subject: { type: "finding", id },
          patientId: finding.patientId,
          facilityId: finding.facilityId,
          onceInSeconds: screenSeconds,
        });
        return sendVersioned(reply, finding);
      },
    );

    app.get(
      "/critical-findings/:id/alarm",
      {
        config: read,
        schema: {
          tags,
          summary: "What an alarm on a screen says of its finding; nobody counts as reached by it",
          params,
          response: { 200: FindingAlarm, ...problems },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { status, patient, description, patientId, facilityId } = await getFinding(
          db,
          request.viewer,
          clock,
          id,
        );
        await journal.access(request.viewer, {
          action: "finding.alarm-shown",
          subject: { type: "finding", id },
          patientId,
          facilityId,
          onceInSeconds: alarmSeconds,
        });
        return { id, status, patient, description };
      },
    );

    app.get(
      "/critical-findings/:id/history",
      {
        config: read,
        schema: {
          tags,
          summary:
            "What happened to a critical finding, and what became of its notices; each the oldest first, the newest thousand",
          params,
          response: { 200: FindingHistory, ...problems },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { patientId, facilityId } = await getFinding(db, request.viewer, clock, id);
        await journal.access(request.viewer, {
          action: "finding.history-viewed",
          subject: { type: "finding", id },
          patientId,
          facilityId,
          onceInSeconds: screenSeconds,
        });
        const deliveries = await deliveriesOf(db, { subject: { type: "finding", id } });
        return { data: await historyOf(db, id), deliveries };
      },
    );

    app.patch(
      "/critical-findings/:id",
      { config: change, schema: schemaOf("Changes the description, or raises the severity", ChangeFinding) },
      async (request, reply) => {
        const { id } = request.params;
        const input = versionedBody(request);
        return command(reply, request.viewer, id, (tx) =>
          changeFinding(tx, request.viewer, id, input, context),
        );
      },
    );

    app.post(
      "/critical-findings/:id/acknowledge",
      {
        config: answer,
        schema: schemaOf("Acknowledges it for oneself, or records a call that was made", AcknowledgeFinding),
      },
      async (request, reply) =>
        command(reply, request.viewer, request.params.id, (tx) =>
          acknowledgeFinding(tx, request.viewer, request.params.id, request.body, context),
        ),
    );

    app.post(
      "/critical-findings/:id/follow-up",
      {
        config: answer,
        schema: schemaOf("Plans what is to be done, or notes that it was", FollowUpFinding),
      },
      async (request, reply) =>
        command(reply, request.viewer, request.params.id, (tx) =>
          followUpFinding(tx, request.viewer, request.params.id, request.body, context),
        ),
    );

    app.post(
      "/critical-findings/:id/close",
      {
        config: answer,
        schema: schemaOf(
          "Ends a finding that was acknowledged",
          Type.Optional(Type.Union([CloseFinding, Type.Null()])),
        ),
      },
      async (request, reply) =>
        command(reply, request.viewer, request.params.id, (tx) =>
          closeFinding(tx, request.viewer, request.params.id, request.body?.note, context),
        ),
    );

    app.post(
      "/critical-findings/:id/void",
      { config: raise, schema: schemaOf("Takes a finding back, with the reason", VoidFinding) },
      async (request, reply) =>
        command(reply, request.viewer, request.params.id, (tx) =>
          voidFinding(tx, request.viewer, request.params.id, request.body.reason, context),
        ),
    );
  };
}
