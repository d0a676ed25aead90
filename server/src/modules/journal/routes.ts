import {
  AuditEntry,
  AuditListQuery,
  AuditVerification,
  CreateLogRequest,
  LogEntry,
  LogListQuery,
  listOf,
} from "@isocenter/contract";
import {
  type App,
  listAnswer,
  type Platform,
  Refusal,
  type Routes,
  reach,
  transact,
  type Viewer,
} from "../../platform/index.ts";
import { listAudit, listLog, writtenLog } from "./queries.ts";
import type { Journal, NameEntries, Verification } from "./types.ts";

function logRoutes(app: App, { db }: Platform, journal: Journal): void {
  const tags = ["Workflow log"];
  app.get(
    "/logs",
    {
      config: { permission: "log.read" },
      schema: {
        tags,
        summary: "What was done, the newest first",
        querystring: LogListQuery,
        response: { 200: listOf(LogEntry) },
      },
    },
    async (request) => listAnswer(request, request.query, await listLog(db, request.viewer, request.query)),
  );
  app.post(
    "/logs",
    {
      config: { permission: "log.write", idempotent: true },
      schema: { tags, summary: "Write an entry", body: CreateLogRequest, response: { 201: LogEntry } },
    },
    async ({ viewer, body, id: requestId }, reply) => {
      const { action, note } = body;
      const facilityId = viewer.homeFacilityId || null;
      const subject = body.subject ?? { type: "facility", id: viewer.homeFacilityId };
      const entry = await transact(db, (tx) =>
        journal.record(
          tx,
          { ...viewer, requestId },
          {
            type: writtenLog,
            subject,
            facilityId,
            data: { action, ...(note === undefined ? {} : { note }) },
          },
        ),
      );
      return reply.code(201).send({
        id: entry.id,
        action,
        actor: { kind: viewer.kind, id: viewer.id, name: viewer.name },
        subject,
        patientId: null,
        facilityId,
        outcome: "SUCCESS" as const,
        note: note ?? null,
        at: entry.recordedAt.toISOString(),
      });
    },
  );
}

function auditRoutes(app: App, { db }: Platform, journal: Journal, name: NameEntries | null): void {
  const tags = ["Audit"];
  let verifying: Promise<Verification> | null = null;
  app.get(
    "/audit",
    {
      config: { permission: "audit.read" },
      schema: {
        tags,
        summary: "What happened and who looked at what, the newest first",
        querystring: AuditListQuery,
        response: { 200: listOf(AuditEntry) },
      },
    },
    async (request) => {
      const { viewer, query } = request;
      const page = await listAudit(db, viewer, query, { name });
      await journal.access(viewer, {
        action: "audit.viewed",
        subject: { type: "audit", id: "trail" },
        patientId: query.patientId ?? null,
        data: { filter: query },
      });
      return listAnswer(request, query, page);
    },
  );
  app.get(
    "/audit/verify",
    {
      config: { permission: "audit.read" },
      schema: {
        tags,
        summary: "Read the whole trail and compare its chains, seals and their copies",
        response: { 200: AuditVerification },
      },
    },
    async ({ viewer }) => {
      onlyAll(viewer);
      // It reads everything: whoever asks while it runs gets the same answer.
      verifying ??= journal.verify().finally(() => {
        verifying = null;
      });
      const verification = await verifying;
      const { breaches, ...numbers } = verification;
      await transact(db, (tx) =>
        journal.record(tx, viewer, {
          type: "audit.verified",
          subject: { type: "audit", id: "trail" },
          facilityId: null,
          outcome: verification.intact ? "success" : "failed",
          data: { ...numbers, breaches: breaches.length },
        }),
      );
      return { ...verification, breaches: [...breaches] };
    },
  );
}

function onlyAll(viewer: Viewer): void {
  if (reach(viewer, "audit.read") === "all") return;
  throw new Refusal("forbidden", "forbidden", "Only administrators verify the audit trail.");
}

/** `/logs`, `/audit`, `/audit/verify`. Without `name` entries say ids alone. */
export function journalRoutes(platform: Platform, journal: Journal, name: NameEntries | null = null): Routes {
  return (app) => {
    logRoutes(app, platform, journal);
    auditRoutes(app, platform, journal, name);
  };
}
