import {
  DoubtListQuery,
  Id,
  listOf,
  Problem,
  QuarantineItem,
  quarantineActions,
  ResolveQuarantine,
} from "@isocenter/contract";
import { Type } from "typebox";
import { type App, expectedVersion, listAnswer, sendVersioned } from "../../../platform/index.ts";
import { createQuarantine, type QuarantineDeps } from "./quarantine.ts";
import { getQuarantine, listQuarantine, quarantinedObject } from "./quarantine-queries.ts";
import { readAction } from "./routes-reconciliation.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Quarantine"];
const config = { permission: "images.correct" } as const;

/** `/quarantine`: the same UID with other data, and what could not be read. */
export function quarantineRoutes(app: App, deps: QuarantineDeps): void {
  const { journal, platform } = deps;
  const { db, objects } = platform;
  const quarantine = createQuarantine(deps);
  app.get(
    "/quarantine",
    {
      config,
      schema: {
        tags,
        summary: "The same UID with other data, and what could not be read",
        querystring: DoubtListQuery,
        response: { 200: listOf(QuarantineItem), ...problems },
      },
    },
    async (request) => {
      const { viewer, query } = request;
      const page = await listQuarantine(db, viewer, query);
      await journal.access(viewer, {
        action: "quarantine.searched",
        subject: { type: "search", id: "quarantine" },
        data: { found: page.total },
      });
      return listAnswer(request, query, page);
    },
  );
  app.get(
    "/quarantine/:id",
    {
      config,
      schema: { tags, summary: "One entry", params, response: { 200: QuarantineItem, ...problems } },
    },
    async (request, reply) => {
      const item = await getQuarantine(db, request.viewer, request.params.id);
      await journal.access(request.viewer, {
        action: "quarantine.viewed",
        subject: { type: "quarantine", id: item.id },
        patientId: item.image?.patientId ?? null,
        facilityId: item.facilityId,
      });
      return sendVersioned(reply, item);
    },
  );
  app.get(
    "/quarantine/:id/content",
    {
      config,
      schema: {
        tags,
        summary: "The bytes as they came",
        params,
        produces: ["application/octet-stream"],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { objectKey, size, patientId } = await quarantinedObject(db, request.viewer, id);
      await journal.access(request.viewer, {
        action: "quarantine.retrieved",
        subject: { type: "quarantine", id },
        patientId,
      });
      return reply
        .type("application/octet-stream")
        .header("x-content-type-options", "nosniff")
        .header("content-security-policy", "sandbox; default-src 'none'")
        .header("content-disposition", `attachment; filename="${id}.dcm"`)
        .header("cache-control", "private, no-store")
        .header("content-length", size)
        .send(await objects.get(objectKey));
    },
  );
  app.post(
    "/quarantine/:id/resolve",
    {
      config,
      schema: {
        tags,
        summary: "Decides what becomes of it",
        params,
        body: ResolveQuarantine,
        response: { 200: QuarantineItem, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { action, reason } = request.body;
      const version = expectedVersion(request, request.body.expectedVersion);
      await quarantine.resolve(request.viewer, id, {
        action: readAction(quarantineActions, action),
        ...(reason === undefined ? {} : { reason }),
        ...(version === undefined ? {} : { expectedVersion: version }),
      });
      return sendVersioned(reply, await getQuarantine(db, request.viewer, id));
    },
  );
  app.post(
    "/quarantine/:id/undo",
    {
      config,
      schema: {
        tags,
        summary: "Takes a decision back",
        params,
        response: { 200: QuarantineItem, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await quarantine.undo(request.viewer, id);
      return sendVersioned(reply, await getQuarantine(db, request.viewer, id));
    },
  );
}
