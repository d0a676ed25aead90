import {
  ChangeProcedure,
  ChangeStation,
  CreateProcedure,
  CreateStation,
  Id,
  listOf,
  Problem,
  Procedure,
  ProcedureListQuery,
  SlotQuery,
  Slots,
  Station,
  StationListQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import type { CatalogueContext } from "./context.ts";
import { changeProcedure, createProcedure, getProcedure, listProcedures } from "./procedures.ts";
import { slotsOf } from "./schedule.ts";
import { changeStation, createStation, getStation, listStations } from "./stations.ts";

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Scheduling"];
const read = { permission: "orders.read" } as const;
const manage = { permission: "catalogue.manage" } as const;
const make = { ...manage, idempotent: true } as const;

interface Parts {
  platform: Platform;
  context: CatalogueContext;
}

function procedureRoutes(app: App, { platform: { db }, context }: Parts): void {
  app.get(
    "/procedures",
    {
      config: read,
      schema: {
        tags,
        summary: "The catalogue: what can be ordered, how long it takes, what it costs",
        querystring: ProcedureListQuery,
        response: { 200: listOf(Procedure), ...problems },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listProcedures(db, request.viewer, request.query)),
  );
  app.post(
    "/procedures",
    {
      config: make,
      schema: {
        tags,
        summary: "Puts a procedure into the catalogue",
        body: CreateProcedure,
        response: { 201: Procedure, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => createProcedure(tx, request.viewer, request.body, context));
      created(request, reply, id);
      return sendVersioned(reply, await getProcedure(db, request.viewer, id));
    },
  );
  app.get(
    "/procedures/:id",
    {
      config: read,
      schema: { tags, summary: "Reads a procedure", params, response: { 200: Procedure, ...problems } },
    },
    async (request, reply) => sendVersioned(reply, await getProcedure(db, request.viewer, request.params.id)),
  );
  app.patch(
    "/procedures/:id",
    {
      // Prices are for others than the rest: the command asks for the permission of what is changed.
      config: { signedIn: true },
      schema: {
        tags,
        summary: "Changes a procedure; its price needs prices.manage, the rest catalogue.manage",
        params,
        body: ChangeProcedure,
        response: { 200: Procedure, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = versionedBody(request);
      await transact(db, (tx) => changeProcedure(tx, request.viewer, id, input, context));
      return sendVersioned(reply, await getProcedure(db, request.viewer, id));
    },
  );
}

function stationRoutes(app: App, { platform: { db, clock }, context }: Parts): void {
  app.get(
    "/stations",
    {
      config: read,
      schema: {
        tags,
        summary: "Machines and rooms with their opening hours",
        querystring: StationListQuery,
        response: { 200: listOf(Station), ...problems },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await listStations(db, request.viewer, request.query)),
  );
  app.post(
    "/stations",
    {
      config: make,
      schema: {
        tags,
        summary: "Enters a station",
        body: CreateStation,
        response: { 201: Station, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => createStation(tx, request.viewer, request.body, context));
      created(request, reply, id);
      return sendVersioned(reply, await getStation(db, request.viewer, id));
    },
  );
  app.get(
    "/stations/:id",
    {
      config: read,
      schema: { tags, summary: "Reads a station", params, response: { 200: Station, ...problems } },
    },
    async (request, reply) => sendVersioned(reply, await getStation(db, request.viewer, request.params.id)),
  );
  app.patch(
    "/stations/:id",
    {
      config: manage,
      schema: {
        tags,
        summary: "Changes a station; appointments that were made stay",
        params,
        body: ChangeStation,
        response: { 200: Station, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const input = versionedBody(request);
      await transact(db, (tx) => changeStation(tx, request.viewer, id, input, context));
      return sendVersioned(reply, await getStation(db, request.viewer, id));
    },
  );
  app.get(
    "/stations/:id/slots",
    {
      config: read,
      schema: {
        tags,
        summary: "What is free at a station on a day, by the duration of a procedure or in minutes",
        params,
        querystring: SlotQuery,
        response: { 200: Slots, ...problems },
      },
    },
    async (request) => slotsOf(db, request.viewer, request.params.id, request.query, clock.now()),
  );
}

/** `/procedures` and `/stations`: what can be ordered, and where it is done. */
export function catalogueRoutes({
  platform,
  journal,
  isTemplate,
}: { platform: Platform; journal: Journal } & Pick<CatalogueContext, "isTemplate">): Routes {
  const parts = { platform, context: { clock: platform.clock, journal, isTemplate } };
  return (app) => {
    procedureRoutes(app, parts);
    stationRoutes(app, parts);
  };
}
