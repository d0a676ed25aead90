import {
  DoubtListQuery,
  Id,
  listOf,
  Problem,
  ReconciliationItem,
  ResolveReconciliation,
  readEnumeration,
  reconciliationActions,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  expectedVersion,
  listAnswer,
  type Platform,
  Refusal,
  sendVersioned,
  transact,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { getReconciliation, listReconciliation } from "./reconciliation-queries.ts";
import { resolveReconciliation, undoReconciliation } from "./resolve.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Reconciliation"];
const config = { permission: "images.correct" } as const;

/** A member of the body that names an action, in any case. @throws Refusal `invalid` */
export function readAction<T extends string>(actions: readonly T[], text: string): T {
  const action = readEnumeration(actions, text);
  if (action !== null) return action;
  const message = `must be one of ${actions.map((one) => one.toLowerCase()).join(", ")}`;
  throw new Refusal("invalid", "body.invalid-action", `action ${message}.`, {
    errors: [{ path: "body.action", message }],
  });
}

/** `/reconciliation`: studies whose patient is in doubt. */
export function reconciliationRoutes(app: App, platform: Platform, journal: Journal): void {
  const { db, clock } = platform;
  const context = { clock, journal };
  app.get(
    "/reconciliation",
    {
      config,
      schema: {
        tags,
        summary: "Studies whose patient is in doubt, and images that came again after they were deleted",
        querystring: DoubtListQuery,
        response: { 200: listOf(ReconciliationItem), ...problems },
      },
    },
    async (request) => {
      const { viewer, query } = request;
      const page = await listReconciliation(db, viewer, query);
      await journal.access(viewer, {
        action: "reconciliation.searched",
        subject: { type: "search", id: "reconciliation" },
        data: { found: page.total },
      });
      return listAnswer(request, query, page);
    },
  );
  app.get(
    "/reconciliation/:id",
    {
      config,
      schema: { tags, summary: "One item", params, response: { 200: ReconciliationItem, ...problems } },
    },
    async (request, reply) => {
      const item = await getReconciliation(db, request.viewer, request.params.id);
      await journal.access(request.viewer, {
        action: "reconciliation.viewed",
        subject: { type: "reconciliation", id: item.id },
        patientId: item.patient.id,
        facilityId: item.facilityId,
      });
      return sendVersioned(reply, item);
    },
  );
  app.post(
    "/reconciliation/:id/resolve",
    {
      config,
      schema: {
        tags,
        summary: "Decides whose a study is",
        params,
        body: ResolveReconciliation,
        response: { 200: ReconciliationItem, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { action: text, expectedVersion: _, ...rest } = request.body;
      const version = expectedVersion(request, request.body.expectedVersion);
      const action = readAction(reconciliationActions, text);
      const resolution = { ...rest, action, ...(version === undefined ? {} : { expectedVersion: version }) };
      await transact(db, (tx) => resolveReconciliation(tx, request.viewer, id, resolution, context));
      return sendVersioned(reply, await getReconciliation(db, request.viewer, id));
    },
  );
  app.post(
    "/reconciliation/:id/undo",
    {
      config,
      schema: {
        tags,
        summary: "Takes a decision back",
        params,
        response: { 200: ReconciliationItem, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await transact(db, (tx) => undoReconciliation(tx, request.viewer, id, context));
      return sendVersioned(reply, await getReconciliation(db, request.viewer, id));
    },
  );
}
