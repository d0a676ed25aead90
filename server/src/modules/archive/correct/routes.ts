import {
  ChangeStudy,
  CorrectImage,
  Id,
  Image,
  ImageVersion,
  imageVersionSortFields,
  listOf,
  Problem,
  Study,
  WholeListQuery,
} from "@isocenter/contract";
import { Type } from "typebox";
import {
  type App,
  expectedVersion,
  type Platform,
  Refusal,
  readSort,
  sendVersioned,
  transact,
  wholeListAnswer,
} from "../../../platform/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Archive, DicomJson } from "../types.ts";
import { type CorrectionValue, personName, readCorrections, readStudyMembers } from "./attributes.ts";
import { changeStudy, correctImage } from "./correct.ts";
import { listVersions, versionObject } from "./queries.ts";

const params = Type.Object({ id: Id });
const problems = { "4xx": Problem };
const config = { permission: "images.correct" } as const;
const noReason = "no reason given";

const keywordOf = {
  studyDescription: "StudyDescription",
  accessionNumber: "AccessionNumber",
  referringPhysician: "ReferringPhysicianName",
  studyDate: "StudyDate",
  studyTime: "StudyTime",
  studyId: "StudyID",
} as const;
const memberOf = Object.fromEntries(Object.entries(keywordOf).map(([member, keyword]) => [keyword, member]));

function studyCorrections(body: ChangeStudy): DicomJson {
  const given: Record<string, CorrectionValue> = {};
  for (const [member, keyword] of Object.entries(keywordOf) as [keyof typeof keywordOf, string][]) {
    const value = body[member];
    if (value === undefined) continue;
    given[keyword] = member === "referringPhysician" && value !== null ? personName(value) : value;
  }
  return Object.keys(given).length > 0 ? readStudyMembers(given, memberOf) : {};
}

export interface CorrectionRoutesDeps {
  platform: Platform;
  journal: Journal;
  archive: Archive;
}

/** Corrections of images and studies, and how an image came to be what it is. */
export function correctionRoutes(app: App, { platform, journal, archive }: CorrectionRoutesDeps): void {
  const { db, clock, objects } = platform;
  const context = { clock, journal };
  app.patch(
    "/images/:id/metadata",
    {
      config,
      schema: {
        tags: ["Images"],
        summary: "Corrects attributes; the original stays, and every door sends the corrected form",
        params,
        body: CorrectImage,
        response: { 200: Image, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { attributes, reason = noReason } = request.body;
      const version = expectedVersion(request, request.body.expectedVersion);
      const corrections = readCorrections(attributes);
      const options = { reason, ...(version === undefined ? {} : { expectedVersion: version }) };
      await transact(db, (tx) => correctImage(tx, request.viewer, id, corrections, options, context));
      return sendVersioned(reply, await archive.getImage(request.viewer, id));
    },
  );
  app.patch(
    "/studies/:id",
    {
      config,
      schema: {
        tags: ["Studies"],
        summary:
          "Corrects a study, gives it to another patient, or says which order it answers; later images do not overwrite it",
        params,
        body: ChangeStudy,
        response: { 200: Study, ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { patientId, orderId, reason = noReason } = request.body;
      const version = expectedVersion(request, request.body.expectedVersion);
      const corrections = studyCorrections(request.body);
      if (Object.keys(corrections).length === 0 && patientId === undefined && orderId === undefined)
        throw new Refusal(
          "invalid",
          "correction.empty",
          "There is nothing to change: give at least one member.",
        );
      const options = { reason, ...(version === undefined ? {} : { expectedVersion: version }) };
      const change = {
        corrections,
        ...(patientId === undefined ? {} : { patientId }),
        ...(orderId === undefined ? {} : { orderId }),
      };
      await transact(db, (tx) => changeStudy(tx, request.viewer, id, change, options, context));
      return sendVersioned(reply, await archive.getStudy(request.viewer, id));
    },
  );
  app.get(
    "/images/:id/versions",
    {
      config: { permission: "images.read" },
      schema: {
        tags: ["Images"],
        summary: "How an image came to be what it is now, the newest first",
        params,
        querystring: WholeListQuery,
        response: { 200: listOf(ImageVersion), ...problems },
      },
    },
    async (request) => {
      const {
        viewer,
        params: { id },
        query,
      } = request;
      // Whoever may see the image may see how it came to be so; not the bytes from before, which may name somebody else.
      const { patientId } = await archive.getImage(viewer, id);
      const data = await listVersions(db, viewer, id);
      await journal.access(viewer, {
        action: "image.versions-viewed",
        subject: { type: "image", id },
        patientId,
      });
      if (!readSort(query, imageVersionSortFields, "-at").descending) data.reverse();
      return wholeListAnswer(request, query, data);
    },
  );
  app.get(
    "/images/:id/versions/:versionId/content",
    {
      config,
      schema: {
        tags: ["Images"],
        summary: "The bytes of a version: RECEIVED as they came, REPLACED as they were before",
        produces: ["application/dicom"],
        params: Type.Object({ id: Id, versionId: Id }),
      },
    },
    async (request, reply) => {
      const { id, versionId } = request.params;
      const { objectKey, size, sha256, patientId } = await versionObject(db, request.viewer, id, versionId);
      await journal.access(request.viewer, {
        action: "image.original-retrieved",
        subject: { type: "image", id },
        patientId,
        data: { versionId },
      });
      return reply
        .type("application/dicom")
        .header("x-content-type-options", "nosniff")
        .header("content-disposition", `attachment; filename="${versionId}.dcm"`)
        .header("cache-control", "private, no-store")
        .header("etag", `"${sha256}"`)
        .header("content-length", size)
        .send(await objects.get(objectKey));
    },
  );
}
