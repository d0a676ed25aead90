import {
  DeleteBody,
  DeleteQuery,
  Deletion,
  DeletionListQuery,
  Id,
  LegalHold,
  listOf,
  PlaceHold,
  Problem,
  ReasonBody,
  RetentionRules,
} from "@isocenter/contract";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type App, expectedVersion, listAnswer, type Platform, transact } from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type DeletionSubject, deleteImages, restoreDeletion } from "./delete.ts";
import { liftHold, placeHold, setRetentionRules } from "./holds.ts";
import { purgeDeletion } from "./purge.ts";
import { deletionOfImage, getDeletion, listDeletions, listHolds } from "./queries.ts";
import { defaultRetention, rulesOf } from "./retention.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const manage = { permission: "retention.manage" } as const;
const correct = { permission: "images.correct" } as const;
const noReason = "no reason given";

function deleteRoutes(app: App, platform: Platform, journal: Journal): void {
  const { db, clock } = platform;
  const remove = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    kind: DeletionSubject["kind"],
    { reason, version }: { reason?: string | undefined; version?: number | undefined },
  ) => {
    const { id } = request.params;
    const subject = {
      kind,
      id,
      ...(version === undefined ? {} : { expectedVersion: version }),
    } as DeletionSubject;
    await transact(db, (tx) =>
      deleteImages(tx, request.viewer, subject, reason ?? noReason, { clock, journal }),
    );
  };
  const schema = (tag: string, summary: string) => ({
    tags: [tag],
    summary,
    params,
    querystring: DeleteQuery,
    body: Type.Optional(Type.Union([DeleteBody, Type.Null()])),
    response: { 204: Type.Null(), ...problems },
  });
  app.delete(
    "/images/:id",
    {
      config: correct,
      schema: schema("Images", "Deletes an image; it can be brought back until it is purged"),
    },
    async (request, reply) => {
      await remove(request, "IMAGE", { reason: request.query.reason ?? request.body?.reason });
      return reply.code(204).send(null);
    },
  );
  app.delete(
    "/studies/:id",
    {
      config: correct,
      schema: schema(
        "Studies",
        "Deletes a study with all its images; it can be brought back until it is purged",
      ),
    },
    async (request, reply) => {
      const version = expectedVersion(request, request.body?.expectedVersion);
      await remove(request, "STUDY", { reason: request.query.reason ?? request.body?.reason, version });
      return reply.code(204).send(null);
    },
  );
  app.delete(
    "/series/:id",
    {
      config: correct,
      schema: schema("Studies", "Deletes a series; it can be brought back until it is purged"),
    },
    async (request, reply) => {
      await remove(request, "SERIES", { reason: request.query.reason ?? request.body?.reason });
      return reply.code(204).send(null);
    },
  );
}

function deletionRoutes(app: App, platform: Platform, journal: Journal): void {
  const { db, clock, jobs } = platform;
  const context = { clock, journal };
  const tags = ["Retention"];
  app.get(
    "/deletions",
    {
      config: manage,
      schema: {
        tags,
        summary: "What was deleted, the newest first",
        querystring: DeletionListQuery,
        response: { 200: listOf(Deletion), ...problems },
      },
    },
    async (request) => {
      const page = await listDeletions(db, request.viewer, request.query, clock.now());
      await journal.access(request.viewer, {
        action: "deletion.searched",
        subject: { type: "search", id: "deletions" },
        data: { found: page.total },
      });
      return listAnswer(request, request.query, page);
    },
  );
  app.get(
    "/deletions/:id",
    {
      config: manage,
      schema: { tags, summary: "One deletion", params, response: { 200: Deletion, ...problems } },
    },
    async (request) => {
      const deletion = await getDeletion(db, request.viewer, request.params.id, clock.now());
      await journal.access(request.viewer, {
        action: "deletion.viewed",
        subject: { type: "deletion", id: deletion.id },
        patientId: deletion.patient.id,
        facilityId: deletion.facilityId,
      });
      return deletion;
    },
  );
  app.post(
    "/deletions/:id/restore",
    {
      config: manage,
      schema: {
        tags,
        summary: "Brings back what was deleted",
        params,
        response: { 200: Deletion, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params;
      await transact(db, (tx) => restoreDeletion(tx, request.viewer, id, context));
      return getDeletion(db, request.viewer, id, clock.now());
    },
  );
  app.post(
    "/images/:id/restore",
    {
      config: manage,
      schema: {
        tags,
        summary: "Brings back one deleted image",
        params,
        response: { 200: Deletion, ...problems },
      },
    },
    async (request) => {
      const { viewer } = request;
      const imageId = request.params.id;
      const id = await deletionOfImage(db, viewer, imageId);
      await transact(db, (tx) => restoreDeletion(tx, viewer, id, context, [imageId]));
      return getDeletion(db, viewer, id, clock.now());
    },
  );
  app.post(
    "/deletions/:id/purge",
    {
      config: manage,
      schema: {
        tags,
        summary: "Purges what somebody else deleted, after its retention",
        params,
        body: ReasonBody,
        response: { 200: Deletion, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { reason } = request.body;
      await transact(db, (tx) => purgeDeletion(tx, request.viewer, id, reason, { ...context, jobs }));
      return getDeletion(db, request.viewer, id, clock.now());
    },
  );
}

function ruleRoutes(app: App, platform: Platform, journal: Journal): void {
  const { db, clock } = platform;
  const context = { clock, journal };
  const tags = ["Retention"];
  app.get(
    "/retention-rules",
    {
      config: manage,
      schema: {
        tags,
        summary: "How long images of the home facility are kept at least",
        response: { 200: RetentionRules, ...problems },
      },
    },
    async ({ viewer }) => {
      const rules = await rulesOf(db, viewer.homeFacilityId);
      const general = rules.some(({ modality }) => modality === "") ? [] : [defaultRetention];
      return { data: [...general, ...rules] };
    },
  );
  app.put(
    "/retention-rules",
    {
      config: manage,
      schema: {
        tags,
        summary: "Sets the retention rules of the home facility, all at once",
        body: RetentionRules,
        response: { 200: RetentionRules, ...problems },
      },
    },
    async ({ viewer, body }) => {
      await transact(db, (tx) => setRetentionRules(tx, viewer, body.data, context));
      return { data: await rulesOf(db, viewer.homeFacilityId) };
    },
  );
  app.get(
    "/legal-holds",
    {
      config: manage,
      schema: {
        tags,
        summary: "Legal holds, those that still hold first",
        response: { 200: Type.Object({ data: Type.Array(LegalHold) }), ...problems },
      },
    },
    async ({ viewer }) => ({ data: await listHolds(db, viewer) }),
  );
  app.post(
    "/legal-holds",
    {
      config: { ...manage, idempotent: true },
      schema: {
        tags,
        summary: "Puts a legal hold on a patient or a study",
        body: PlaceHold,
        response: { 201: LegalHold, ...problems },
      },
    },
    async ({ viewer, body }, reply) => {
      const id = await transact(db, (tx) => placeHold(tx, viewer, body, context));
      const hold = (await listHolds(db, viewer)).find((one) => one.id === id);
      return reply.code(201).send(hold!);
    },
  );
  app.post(
    "/legal-holds/:id/lift",
    {
      config: manage,
      schema: {
        tags,
        summary: "Lifts a legal hold",
        params,
        body: ReasonBody,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await transact(db, (tx) =>
        liftHold(tx, request.viewer, request.params.id, request.body.reason, context),
      );
      return reply.code(204).send(null);
    },
  );
}

/** Deleting and bringing back, purging, retention rules and legal holds. */
export function retentionRoutes(app: App, platform: Platform, journal: Journal): void {
  deleteRoutes(app, platform, journal);
  deletionRoutes(app, platform, journal);
  ruleRoutes(app, platform, journal);
}
