import {
  ChangeReadingTargets,
  Id,
  listOf,
  Nullable,
  Problem,
  ReadingItem,
  ReadingListQuery,
  ReadingTargets,
  SearchAnswer,
  SearchQuery,
  SkippedStudy,
  SkipStudy,
  TimelineEntry,
  TimelineQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  listAnswer,
  type Platform,
  type Routes,
  sendVersioned,
  transact,
  versionedBody,
} from "../../platform/index.ts";
import type { Archive } from "../archive/index.ts";
import type { Journal } from "../journal/index.ts";
import { readingList } from "./reading-list.ts";
import { searchAll } from "./search.ts";
import { skipStudy } from "./skip.ts";
import { changeTargets, getTargets } from "./targets.ts";
import { timeline } from "./timeline.ts";

export interface WorklistDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "listStudies">;
}

const problems = { "4xx": Problem };
const params = Type.Object({ id: Id });
const tags = ["Reading"];

function readingRoutes(app: App, { platform, journal }: WorklistDeps): void {
  const { db, clock } = platform;
  app.get(
    "/worklist",
    {
      config: { permission: "reading.claim" },
      schema: {
        tags,
        summary: "What waits to be read, emergencies first, then by when it should have been read",
        querystring: ReadingListQuery,
        response: { 200: listOf(ReadingItem), ...problems },
      },
    },
    async (request) => {
      const page = await readingList(db, request.viewer, request.query, clock.now());
      await journal.access(request.viewer, {
        action: "worklist.viewed",
        subject: { type: "search", id: "worklist" },
        patientId: request.query.patientId ?? null,
        data: { found: page.total },
      });
      return listAnswer(request, request.query, page);
    },
  );
  app.post(
    "/studies/:id/skip",
    {
      config: { permission: "reading.claim" },
      schema: {
        tags,
        summary: "Takes a study from one's own list for a while",
        params,
        body: Nullable(SkipStudy),
        response: { 200: SkippedStudy, ...problems },
      },
    },
    (request) =>
      transact(db, (tx) =>
        skipStudy(tx, request.viewer, request.params.id, request.body ?? {}, { clock, journal }),
      ),
  );
  app.get(
    "/reading-targets",
    {
      config: { permission: "reading.claim" },
      schema: {
        tags,
        summary: "How long studies may wait to be read",
        querystring: Type.Object({ facilityId: Type.Optional(Id) }, { additionalProperties: false }),
        response: { 200: ReadingTargets, ...problems },
      },
    },
    async (request, reply) =>
      sendVersioned(reply, await getTargets(db, request.viewer, request.query.facilityId)),
  );
  app.put(
    "/reading-targets",
    {
      config: { permission: "reading.assign" },
      schema: {
        tags,
        summary: "Sets how long studies may wait to be read",
        body: ChangeReadingTargets,
        response: { 200: ReadingTargets, ...problems },
      },
    },
    async (request, reply) => {
      const input = versionedBody(request);
      const facilityId = await transact(db, (tx) =>
        changeTargets(tx, request.viewer, input, { clock, journal }),
      );
      return sendVersioned(reply, await getTargets(db, request.viewer, facilityId));
    },
  );
}

/** `/worklist` and what belongs to it, `/patients/:id/timeline`, `/search`. */
export function worklistRoutes(deps: WorklistDeps): Routes {
  const { platform, journal, archive } = deps;
  return (app) => {
    readingRoutes(app, deps);
    app.get(
      "/patients/:id/timeline",
      {
        config: { permission: "patients.read" },
        schema: {
          tags: ["Patients"],
          summary: "Orders, studies, reports, critical findings and bills of a patient in time order",
          params,
          querystring: TimelineQuery,
          response: { 200: listOf(TimelineEntry), ...problems },
        },
      },
      async (request) => {
        const { id } = request.params;
        const page = await timeline(platform.db, request.viewer, id, request.query);
        await journal.access(request.viewer, {
          action: "patient.timeline-viewed",
          subject: { type: "patient", id },
          patientId: id,
        });
        return listAnswer(request, request.query, page);
      },
    );
    app.get(
      "/search",
      {
        config: { signedIn: true },
        schema: {
          tags: ["Search"],
          summary: "Patients, orders and studies by name, identifier, accession number or description",
          querystring: SearchQuery,
          response: { 200: SearchAnswer, ...problems },
        },
      },
      async (request) => {
        const found = await searchAll(platform.db, archive, request.viewer, request.query);
        await journal.access(request.viewer, {
          action: "search.made",
          subject: { type: "search", id: "all" },
          data: {
            patients: found.patients.length,
            orders: found.orders.length,
            studies: found.studies.length,
          },
        });
        return found;
      },
    );
  };
}
