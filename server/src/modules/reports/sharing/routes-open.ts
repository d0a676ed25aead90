import { Id, Problem, SharedStudy } from "@isocenter/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type App, Refusal, type Viewer } from "../../../platform/index.ts";
import { documentModalities, imagesOf, type StoredInstance } from "../../archive/index.ts";
import { reportPdf } from "../papers/pdf/report-pdf.ts";
import { belongingsOf, createPaperReader } from "../papers/read-paper.ts";
import { sendPdf } from "../papers/send-pdf.ts";
import { baseOf, type ShareRoutesDeps } from "./deps.ts";
import { createFailures } from "./failures.ts";
import { asksForPage, gonePage, languageOf, pagePolicy, sharedPage } from "./page.ts";
import { countOpening, findShare, noShare, type OpenShare, standingReport } from "./shares.ts";

const tags = ["Sharing"];
const open = { public: true } as const;
const problems = { "4xx": Problem };
const token = Type.String({ maxLength: 128 });
const pageSize = 200;
const imageSeconds = 300;

/** Whoever has the link: they read, at the facility of the study, and the routes give them this one study. */
const linkViewer = (request: FastifyRequest, share: OpenShare): Viewer => ({
  kind: "link",
  id: share.id,
  name: `Link of ${share.createdByName}`,
  roles: [],
  facilityIds: [share.facilityId],
  homeFacilityId: share.facilityId,
  requestId: request.id,
  address: request.ip,
  grants: share.includeReport ? ["images.read", "reports.read"] : ["images.read"],
});

/** Reports and other documents in the study are no images: the link shows a report where that was asked for, and only the one that stands. */
const isDocument = (modality: string): boolean =>
  (documentModalities as readonly string[]).includes(modality);

const quiet = (reply: FastifyReply): FastifyReply =>
  reply
    .header("cache-control", "no-store")
    .header("referrer-policy", "no-referrer")
    .header("x-robots-tag", "noindex")
    .header("x-content-type-options", "nosniff");

export function openingRoutes(
  app: App,
  { platform, journal, archive, rendering, criticalFindings }: ShareRoutesDeps,
): void {
  const { db, clock } = platform;
  const failures = createFailures(clock);
  const papers = createPaperReader(db, criticalFindings);

  /** @throws Refusal `not-found` (`share.not-found`) alike for what is wrong, expired and revoked; `too-many` (`share.throttled`) */
  async function opened(
    request: FastifyRequest,
    given: string,
  ): Promise<{ share: OpenShare; viewer: Viewer }> {
    failures.check(request.ip);
    const share = /^[A-Za-z0-9_-]{43}$/.test(given) ? await findShare(db, given, clock.now()) : null;
    const viewer = share && linkViewer(request, share);
    if (share?.state === "OPEN" && viewer) return { share, viewer };
    failures.note(request.ip);
    if (share && viewer)
      await journal.access(viewer, { ...about(share, "share.opened"), outcome: "refused" });
    throw noShare();
  }

  const about = (share: OpenShare, action: string) => ({
    action,
    subject: { type: "share", id: share.id },
    patientId: share.patientId,
    facilityId: share.facilityId,
    data: { studyId: share.studyId },
  });

  /** One image of the study of the link. */
  async function imageOf(
    request: FastifyRequest,
    given: string,
    imageId: string,
  ): Promise<{ viewer: Viewer; instance: StoredInstance }> {
    const { share, viewer } = await opened(request, given);
    const instance = await archive.locateById(viewer, imageId, "none");
    if (instance.studyId !== share.studyId || isDocument(instance.modality))
      throw new Refusal("not-found", "image.not-found", "There is no such image.");
    await journal.access(viewer, { ...about(share, "share.images-viewed"), onceInSeconds: imageSeconds });
    return { viewer, instance };
  }

  app.get(
    "/shares/:token",
    {
      config: open,
      schema: {
        tags,
        summary: "What a link shows: one study, read only; a browser is answered with a page",
        params: Type.Object({ token }),
        querystring: Type.Object(
          { after: Type.Optional(Type.String({ maxLength: 512 })) },
          { additionalProperties: false },
        ),
        response: { 200: SharedStudy, ...problems },
      },
    },
    async (request, reply) => {
      const { accept, "accept-language": language } = request.headers;
      const isPage = asksForPage(accept);
      // It holds no JSON that the schema of the answer could be about.
      const page = (status: number, html: string) => {
        reply.header("content-security-policy", pagePolicy).header("vary", "accept, accept-language");
        return quiet(reply)
          .code(status as 200)
          .type("text/html; charset=utf-8")
          .send(html as never);
      };
      const found = await opened(request, request.params.token).catch((error: unknown) => {
        if (isPage && error instanceof Refusal && error.kind === "not-found") return null;
        throw error;
      });
      if (!found) return page(404, gonePage(languageOf(language)));
      const { share, viewer } = found;
      const { after } = request.query;
      const listed = await archive.listImages(viewer, {
        studyId: share.studyId,
        order: "number",
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      });
      const study = await archive.getStudy(viewer, share.studyId);
      const images = await imagesOf(db, share.studyId);
      const report = share.includeReport ? await standingReport(db, share.studyId) : null;
      if (after === undefined) await countOpening(db, share.id, clock.now());
      await journal.access(viewer, about(share, "share.opened"));
      const base = `${baseOf(platform, request)}/${request.params.token}`;
      const shown = {
        expiresAt: share.expiresAt.toISOString(),
        patientName: study.patient.name,
        studyDate: study.studyDate,
        studyDescription: study.studyDescription,
        modalities: study.modalities.filter((modality) => !isDocument(modality)),
        numberOfInstances: images.count,
        report: report && { url: `${base}/report`, status: report.status },
        images: listed.data
          .filter(({ modality }) => !isDocument(modality))
          .map((image) => ({
            seriesInstanceUid: image.seriesInstanceUid,
            instanceNumber: image.instanceNumber,
            modality: image.modality,
            numberOfFrames: image.numberOfFrames,
            previewUrl: image.rows === null ? null : `${base}/images/${image.id}/preview`,
            contentUrl: `${base}/images/${image.id}/content`,
          })),
        next: listed.next === null ? null : `${base}?after=${encodeURIComponent(listed.next)}`,
      };
      if (isPage) {
        const { facility } = (await belongingsOf(db, share.studyId)).of;
        return page(200, sharedPage(shown, facility.timeZone, languageOf(language)));
      }
      quiet(reply).header("vary", "accept, accept-language");
      return shown;
    },
  );

  const ofImage = Type.Object({ token, imageId: Id });
  app.get(
    "/shares/:token/images/:imageId/preview",
    {
      config: open,
      schema: {
        tags,
        summary: "A picture of an image of a link, JPEG",
        params: ofImage,
        produces: ["image/jpeg"],
        response: problems,
      },
    },
    async (request, reply) => {
      const { viewer, instance } = await imageOf(request, request.params.token, request.params.imageId);
      const size = { width: 1024, height: 1024 };
      const picture = await rendering.renderInstance(viewer, instance, { format: "jpeg", size });
      return quiet(reply).type(picture.contentType).send(Buffer.from(picture.bytes));
    },
  );
  app.get(
    "/shares/:token/images/:imageId/content",
    {
      config: open,
      schema: {
        tags,
        summary: "An image of a link as a DICOM file",
        params: ofImage,
        produces: ["application/dicom"],
        response: problems,
      },
    },
    async (request, reply) => {
      const { instance } = await imageOf(request, request.params.token, request.params.imageId);
      return quiet(reply)
        .type("application/dicom")
        .header("content-length", instance.size)
        .header("content-disposition", `attachment; filename="${instance.SOPInstanceUID}.dcm"`)
        .send(await archive.openObject(instance));
    },
  );
  app.get(
    "/shares/:token/report",
    {
      config: open,
      schema: {
        tags,
        summary: "The signed report of a link as a PDF",
        produces: ["application/pdf"],
        params: Type.Object({ token }),
        response: problems,
      },
    },
    async (request, reply) => {
      const { share, viewer } = await opened(request, request.params.token);
      const report = share.includeReport ? await standingReport(db, share.studyId) : null;
      if (!report) throw new Refusal("not-found", "report.not-found", "There is no such report.");
      const paper = await papers.forViewer(viewer, report.id, undefined, clock.now());
      await journal.access(viewer, about(share, "share.report-read"));
      const answer = sendPdf(reply, await reportPdf(paper), "report.pdf");
      quiet(reply);
      return answer;
    },
  );
}
