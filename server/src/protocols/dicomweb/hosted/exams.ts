import {
  Exam,
  ExamImage,
  ExamImageListQuery,
  ExamPath,
  listOf,
  Problem,
  RegisterExamImage,
} from "@isocenter/contract";
import { getExam, listExamImages, registerExamImage } from "../../../modules/archive/index.ts";
import type { Journal } from "../../../modules/journal/index.ts";
import {
  listAnswer,
  type Platform,
  type Routes,
  reachedAt,
  transact,
  type Viewer,
} from "../../../platform/index.ts";

const problems = { "4xx": Problem };
const tags = ["Hosted PACS"];

/** `/examens-medicaux`: examinations and their images in the words of hosted PACS clients, for the root and for each prefix of the API. */
export function hostedExamRoutes({ platform, journal }: { platform: Platform; journal: Journal }): Routes {
  const { db, clock, config } = platform;
  const viewed = (viewer: Viewer, exam: { examenID: string; patientID: string; facilityId: string }) =>
    journal.access(viewer, {
      action: "order.viewed",
      subject: { type: "order", id: exam.examenID },
      patientId: exam.patientID,
      facilityId: exam.facilityId,
    });
  return (app) => {
    app.post(
      "/examens-medicaux/images",
      {
        config: { permission: "images.upload", idempotent: true },
        schema: {
          tags,
          summary: "Name an image of an examination; the same image again gives the first answer",
          body: RegisterExamImage,
          response: { 201: ExamImage, ...problems },
        },
      },
      async (request, reply) => {
        const origins = [reachedAt(request), ...(config.publicUrl ? [new URL(config.publicUrl).origin] : [])];
        const image = await transact(db, (tx) =>
          registerExamImage(tx, request.viewer, request.body, { clock, journal, origins }),
        );
        return reply.code(201).send(image);
      },
    );
    app.get(
      "/examens-medicaux/:examenID/images",
      {
        config: { permission: "images.read" },
        schema: {
          tags,
          summary: "The images that were named for an examination",
          params: ExamPath,
          querystring: ExamImageListQuery,
          response: { 200: listOf(ExamImage), ...problems },
        },
      },
      async (request) => {
        const { viewer, params, query } = request;
        const { exam, ...page } = await listExamImages(db, viewer, params.examenID, query);
        await viewed(viewer, exam);
        return listAnswer(request, query, page);
      },
    );
    app.get(
      "/examens-medicaux/:examenID",
      {
        config: { permission: "orders.read" },
        schema: {
          tags,
          summary: "One examination: an imaging order",
          params: ExamPath,
          response: { 200: Exam, ...problems },
        },
      },
      async ({ viewer, params }) => {
        const exam = await getExam(db, viewer, params.examenID);
        await viewed(viewer, exam);
        return exam;
      },
    );
  };
}
