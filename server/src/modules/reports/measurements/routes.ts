import {
  Id,
  KeyImages,
  Problem,
  PutKeyImages,
  PutMeasurements,
  PutMeasurementsQuery,
  StudyMeasurements,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  expectedVersion,
  type Platform,
  type Routes,
  sendVersioned,
  systemViewer,
  transact,
} from "../../../platform/index.ts";
import type { Archive } from "../../archive/index.ts";
import type { Journal } from "../../journal/index.ts";
import { archiveMeasurements } from "./archive-marks.ts";
import { changedFrom, checkMeasurements, checkNames, checkText, imagesOfStudy } from "./check.ts";
import {
  readKeyImages,
  readMeasurements,
  requirePerson,
  writeKeyImages,
  writeMeasurements,
} from "./store.ts";
import { volumesOfStudy } from "./volumes.ts";

const params = Type.Object({ id: Id });
const tags = ["Studies"];
const reads = { permission: "images.read" } as const;
const writes = { permission: "reports.write" } as const;
const problems = { "4xx": Problem };

export interface MeasurementRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Pick<Archive, "getStudy" | "locate" | "locateEach" | "readAttributes" | "ingest">;
}

/** `/studies/:id/measurements` and `/studies/:id/key-images`. */
export function measurementRoutes(deps: MeasurementRoutesDeps): Routes {
  return (app) => {
    measurements(app, deps);
    keyImages(app, deps);
  };
}

function measurements(app: App, { platform, journal, archive }: MeasurementRoutesDeps): void {
  const { db, clock } = platform;
  app.get(
    "/studies/:id/measurements",
    {
      config: reads,
      schema: {
        tags,
        summary: "What the viewer measured in a study, and what others did",
        params,
        response: { 200: StudyMeasurements, ...problems },
      },
    },
    async (request, reply) => {
      const study = await archive.getStudy(request.viewer, request.params.id);
      return sendVersioned(reply, await readMeasurements(db, request.viewer, study.id));
    },
  );
  app.put(
    "/studies/:id/measurements",
    {
      config: writes,
      schema: {
        tags,
        summary:
          "Keeps what the viewer measured; the report's signature puts it into the study, `store=dicom` at once",
        params,
        querystring: PutMeasurementsQuery,
        body: PutMeasurements,
        response: { 200: StudyMeasurements, ...problems },
      },
    },
    async (request, reply) => {
      const { viewer, body } = request;
      requirePerson(viewer);
      const version = expectedVersion(request, body.expectedVersion);
      const study = await archive.getStudy(viewer, request.params.id);
      checkNames(body.measurements);
      const { measurements: kept } = await readMeasurements(db, viewer, study.id);
      const changed = changedFrom(kept, body.measurements);
      checkMeasurements(changed, {
        images: await imagesOfStudy(archive, viewer, study, changed, "measurements"),
        volumes: await volumesOfStudy(archive, viewer, study, changed),
      });
      await transact(db, (tx) =>
        writeMeasurements(tx, viewer, study, body.measurements, version, { journal, now: clock.now() }),
      );
      if (request.query.store === "dicom")
        await archiveMeasurements(
          { db, archive },
          systemViewer([study.facilityId], viewer.requestId),
          study.id,
          viewer.id,
        );
      return sendVersioned(reply, await readMeasurements(db, viewer, study.id));
    },
  );
}

function keyImages(app: App, { platform, journal, archive }: MeasurementRoutesDeps): void {
  const { db, clock } = platform;
  app.get(
    "/studies/:id/key-images",
    {
      config: reads,
      schema: {
        tags,
        summary: "The images of a study that show what matters",
        params,
        response: { 200: KeyImages, ...problems },
      },
    },
    async (request, reply) => {
      const study = await archive.getStudy(request.viewer, request.params.id);
      return sendVersioned(reply, await readKeyImages(db, request.viewer, study.id));
    },
  );
  app.put(
    "/studies/:id/key-images",
    {
      config: writes,
      schema: {
        tags,
        summary: "Chooses the key images of a study; the report's signature puts the selection into it",
        params,
        body: PutKeyImages,
        response: { 200: KeyImages, ...problems },
      },
    },
    async (request, reply) => {
      const { viewer, body } = request;
      requirePerson(viewer);
      const version = expectedVersion(request, body.expectedVersion);
      const study = await archive.getStudy(viewer, request.params.id);
      await imagesOfStudy(archive, viewer, study, body.images.entries(), "images");
      for (const [index, { note }] of body.images.entries()) checkText(note, `images.${index}.note`);
      await transact(db, (tx) =>
        writeKeyImages(tx, viewer, study, body.images, version, { journal, now: clock.now() }),
      );
      return sendVersioned(reply, await readKeyImages(db, viewer, study.id));
    },
  );
}
