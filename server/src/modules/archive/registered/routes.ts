import {
  ChangeStudyStatus,
  Id,
  listOf,
  Problem,
  RegisteredImage,
  RegisteredImageListQuery,
  RegisterImage,
  RegisterStudy,
  Study,
  type StudyStatus,
  studyStatuses,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  created,
  expectedVersion,
  listAnswer,
  type Platform,
  Refusal,
  reachedAt,
  readMember,
  sendVersioned,
  transact,
  type Viewer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import { getStudyWritten } from "../read/studies.ts";
import { listRegisteredImages, registerImage } from "./images.ts";
import { registerStudy } from "./register.ts";
import { changeStudyStatus, type StatusChange } from "./status.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const tags = ["Studies"];
const config = { permission: "studies.write" } as const;

const readStatus = (text: string): StudyStatus =>
  readMember(studyStatuses, text, "study.invalid-status", "body.status");

/** Studies before their images: registering them, their states, and what images are to come. */
export function registeredRoutes(app: App, platform: Platform, journal: Journal): void {
  const { db, clock } = platform;
  const context = { clock, journal };

  /** That the rules said no is written down, because the transaction that would say so is gone. */
  async function move(viewer: Viewer, id: string, change: StatusChange): Promise<void> {
    try {
      await transact(db, (tx) => changeStudyStatus(tx, viewer, id, change, { platform, journal }));
    } catch (error) {
      if (error instanceof Refusal && error.kind === "conflict") {
        const { patientId, facilityId, status: from } = await getStudyWritten(db, viewer, id);
        await journal.access(viewer, {
          action: "study.status-changed",
          subject: { type: "study", id },
          patientId,
          facilityId,
          outcome: "refused",
          data: { code: error.code, from, to: change.to },
        });
      }
      throw error;
    }
  }

  app.post(
    "/studies",
    {
      config: { ...config, idempotent: true },
      schema: {
        tags,
        summary: "Registers a study before its images come: SCHEDULED",
        body: RegisterStudy,
        response: { 201: Study, ...problems },
      },
    },
    async (request, reply) => {
      const id = await transact(db, (tx) => registerStudy(tx, request.viewer, request.body, context));
      created(request, reply, id);
      return sendVersioned(reply, await getStudyWritten(db, request.viewer, id));
    },
  );
  app.patch(
    "/studies/:id/status",
    {
      config,
      schema: {
        tags,
        summary: "Moves a study to another state",
        params,
        body: ChangeStudyStatus,
        response: { 200: Study, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { status, reason } = request.body;
      const version = expectedVersion(request, request.body.expectedVersion);
      await move(request.viewer, id, {
        to: readStatus(status),
        ...(reason === undefined ? {} : { reason: reason.trim() }),
        ...(version === undefined ? {} : { expectedVersion: version }),
      });
      return sendVersioned(reply, await getStudyWritten(db, request.viewer, id));
    },
  );
  app.post(
    "/studies/:id/images",
    {
      config: { ...config, idempotent: true },
      schema: {
        tags,
        summary:
          "Names an image that is stored elsewhere or about to come; the same again gives the first answer",
        params,
        body: RegisterImage,
        response: { 201: RegisteredImage, ...problems },
      },
    },
    async (request, reply) => {
      const { publicUrl } = platform.config;
      const origins = [reachedAt(request), ...(publicUrl ? [new URL(publicUrl).origin] : [])];
      const image = await transact(db, (tx) =>
        registerImage(tx, request.viewer, request.params.id, request.body, { ...context, origins }),
      );
      return reply.code(201).send(image);
    },
  );
  app.get(
    "/studies/:id/registered-images",
    {
      config,
      schema: {
        tags,
        summary: "The images that were named for a study, and whether they came",
        params,
        querystring: RegisteredImageListQuery,
        response: { 200: listOf(RegisteredImage), ...problems },
      },
    },
    async (request) => {
      const { viewer, query } = request;
      const { study, ...page } = await listRegisteredImages(db, viewer, request.params.id, query);
      await journal.access(viewer, {
        action: "study.viewed",
        subject: { type: "study", id: study.id },
        patientId: study.patientId,
        facilityId: study.facilityId,
      });
      return listAnswer(request, query, page);
    },
  );
}
