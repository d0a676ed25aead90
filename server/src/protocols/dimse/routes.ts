import {
  Id,
  RemoteFind,
  RemoteGet,
  RemoteMatches,
  RemoteMove,
  RemoteMoved,
  SendItem,
  SendRequest,
} from "@isocenter/contract";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Archive } from "../../modules/archive/index.ts";
import type { Journal } from "../../modules/journal/index.ts";
import { enqueue, maxSelected, modalityRow, sendItemOf } from "../../modules/peers/index.ts";
import {
  type Platform,
  Refusal,
  type Routes,
  requirePermission,
  sendVersioned,
  transact,
  type Viewer,
} from "../../platform/index.ts";

import { findRemote, getRemote, moveRemote } from "./remote.ts";

export interface DimseRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "selections" | "ingest">;
}

const IdParameter = Type.Object({ id: Id });

/** Aborted when the client goes before it is answered. */
function goneWith(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => controller.abort());
  return controller.signal;
}

/** What a modality is asked by us, beside C-ECHO: `/modalities/:id/find`, `move`, `get`, `send`. */
export function dimseRoutes(deps: DimseRoutesDeps): Routes {
  return (app) => {
    app.post(
      "/modalities/:id/find",
      {
        config: { permission: "remote.query" },
        schema: {
          summary: "Searches in the modality (C-FIND)",
          params: IdParameter,
          body: RemoteFind,
          response: { 200: RemoteMatches },
        },
      },
      (request, reply) => findRemote(deps, request.viewer, request.params.id, request.body, goneWith(reply)),
    );
    app.post(
      "/modalities/:id/move",
      {
        config: { permission: "remote.query" },
        schema: {
          summary: "Lets the modality send to this archive, or to another system (C-MOVE)",
          params: IdParameter,
          body: RemoteMove,
          response: { 200: RemoteMoved },
        },
      },
      (request, reply) => moveRemote(deps, request.viewer, request.params.id, request.body, goneWith(reply)),
    );
    app.post(
      "/modalities/:id/get",
      {
        config: { permission: "remote.query" },
        schema: {
          summary: "Fetches from the modality into this archive (C-GET)",
          params: IdParameter,
          body: RemoteGet,
          response: { 200: RemoteMoved },
        },
      },
      (request, reply) => getRemote(deps, request.viewer, request.params.id, request.body, goneWith(reply)),
    );
    app.post(
      "/modalities/:id/send",
      {
        config: { permission: "images.export", idempotent: true },
        schema: {
          summary: "Puts studies, series or instances into the queue for the modality",
          params: IdParameter,
          body: SendRequest,
          response: { 202: SendItem },
        },
      },
      async (request, reply) => {
        const item = await send(deps, request.viewer, request.params.id, request.body);
        const { pathname } = new URL(request.url, "http://localhost");
        const queue = pathname.replace(/\/modalities\/.*$/, "/send-queue");
        reply.code(202).header("location", `${queue}/${item.id}`);
        return sendVersioned(reply, item);
      },
    );
  };
}

/** @throws Refusal `not-found`, `invalid` (`send.nothing`, `send.too-much`), `conflict` (`send.several-facilities`), `forbidden` */
async function send(
  { platform, journal, archive }: DimseRoutesDeps,
  viewer: Viewer,
  modalityId: string,
  { commit, ...names }: SendRequest,
): Promise<SendItem> {
  requirePermission(viewer, "images.export");
  await modalityRow(platform.db, viewer, modalityId);
  const asked = Object.values(names).reduce((sum, list) => sum + list.length, 0);
  if (asked === 0) throw new Refusal("invalid", "send.nothing", "Name studies, series or instances to send.");
  const found = asked > maxSelected ? [] : await archive.selections(viewer, names);
  if (asked > maxSelected || found.length > maxSelected)
    throw new Refusal("invalid", "send.too-much", `At most ${maxSelected} items are sent at once.`);
  const facilities = new Set(found.map(({ facilityId }) => facilityId));
  if (facilities.size > 1)
    throw new Refusal("conflict", "send.several-facilities", "What is sent at once belongs to one facility.");
  const patients = new Set(found.map(({ patientId }) => patientId));
  const row = await transact(platform.db, (tx) =>
    enqueue({ clock: platform.clock, journal }, tx, viewer, {
      modalityId,
      facilityId: found[0]!.facilityId,
      selection: found.map(({ selection }) => selection),
      total: found.reduce((sum, { instances }) => sum + instances, 0),
      ...(commit === undefined ? {} : { commit }),
      patientId: patients.size === 1 ? found[0]!.patientId : null,
    }),
  );
  return sendItemOf(viewer, row);
}
