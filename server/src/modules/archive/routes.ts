import { createHmac, randomBytes } from "node:crypto";
import {
  Id,
  Image,
  ImageListQuery,
  ImageUrl,
  imageFormats,
  imageSortFields,
  listOf,
  PageQuery,
  Series,
  StudiesOfAccession,
  Study,
  StudyListQuery,
  seriesSortFields,
  studyImageSortFields,
} from "@isocenter/contract";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import {
  type App,
  apiPrefixes,
  defaultLimit,
  invalidAt,
  keptSecret,
  listAnswer,
  originOf,
  type Platform,
  Refusal,
  type Routes,
  readMember,
  readSort,
  sendVersioned,
  sinceOf,
  untilOf,
  type Viewer,
} from "../../platform/index.ts";
import type { Journal } from "../journal/index.ts";
import { getPatient } from "../patients/index.ts";
import { correctionRoutes } from "./correct/routes.ts";
import { retentionRoutes } from "./deletion/routes.ts";
import { quarantineRoutes } from "./doubt/routes-quarantine.ts";
import { reconciliationRoutes } from "./doubt/routes-reconciliation.ts";
import { registeredRoutes } from "./registered/routes.ts";
import { contentOf, sendContent } from "./routes-content.ts";
import { uploadRoutes } from "./routes-upload.ts";
import { createSignedLinks, type SignedLinks } from "./signed-links.ts";
import type { Archive, ImageQuery } from "./types.ts";
import { createSpool } from "./upload-files.ts";
import { createPictureArchiver } from "./upload-pictures.ts";

export interface ArchiveRoutesDeps {
  platform: Platform;
  archive: Archive;
}

export interface DoubtRoutesDeps extends ArchiveRoutesDeps {
  journal: Journal;
}

const ById = Type.Object({ id: Id });
const reading = { permission: "images.read" } as const;
const linkSeconds = 300;
const bareListPage = 200;

function studyRoutes(app: App, archive: Archive): void {
  const tags = ["Studies"];
  app.get(
    "/studies",
    {
      config: reading,
      schema: {
        tags,
        summary: "Find studies",
        querystring: StudyListQuery,
        response: { 200: listOf(Study) },
      },
    },
    async (request) =>
      listAnswer(request, request.query, await archive.listStudies(request.viewer, request.query)),
  );
  app.get(
    "/studies/:id",
    { config: reading, schema: { tags, summary: "One study", params: ById, response: { 200: Study } } },
    async (request, reply) => {
      const study = await archive.getStudy(request.viewer, request.params.id);
      reply.header("etag", `"${study.version}"`);
      return study;
    },
  );
  app.get(
    "/studies/accession/:accessionNumber",
    {
      config: reading,
      schema: {
        tags,
        summary: "The first study of an accession number, and all of them beside it",
        params: Type.Object({ accessionNumber: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 200: StudiesOfAccession },
      },
    },
    async (request, reply) => {
      const data = await archive.studiesByAccession(request.viewer, request.params.accessionNumber);
      const [first] = data;
      if (!first) throw new Refusal("not-found", "study.not-found", "No study has this accession number.");
      return sendVersioned(reply, { ...first, data });
    },
  );
}

function seriesRoutes(app: App, archive: Archive): void {
  const tags = ["Studies"];
  app.get(
    "/studies/:id/series",
    {
      config: reading,
      schema: {
        tags,
        summary: "The series of a study, by number",
        params: ById,
        querystring: PageQuery,
        response: { 200: listOf(Series) },
      },
    },
    async (request) => {
      const { limit = defaultLimit, offset = 0, after } = request.query;
      const { field, descending } = readSort(request.query, seriesSortFields, "seriesNumber");
      const all = [...(await archive.listSeries(request.viewer, request.params.id))];
      if (field === "createdAt") all.sort((a, b) => (a.id < b.id ? -1 : 1));
      if (descending) all.reverse();
      const from = after === undefined ? offset : all.findIndex((series) => series.id === after) + 1;
      if (after !== undefined && from === 0)
        throw invalidAt("query.invalid-after", "querystring.after", "is not the key of a page of this list");
      const data = all.slice(from, from + limit);
      const next = from + limit < all.length ? (data.at(-1)?.id ?? null) : null;
      return listAnswer(request, request.query, { data, total: all.length, totalIsExact: true, next });
    },
  );
  const imagesOf = async (
    request: FastifyRequest,
    studyId: string,
    filter: Partial<ImageQuery>,
    query: PageQuery,
  ) => {
    const { viewer } = request;
    // A study that is not there has no images, and is still not an empty list.
    await archive.getStudy(viewer, studyId);
    const { field, descending } = readSort(query, studyImageSortFields, "instanceNumber");
    const [first, last] =
      field === "createdAt" ? (["oldest", "newest"] as const) : (["number", "-number"] as const);
    const order = descending ? last : first;
    const page = await archive.listImages(viewer, { ...filter, ...pageOf(query), studyId, order });
    return listAnswer(request, query, page);
  };
  app.get(
    "/studies/:id/images",
    {
      config: reading,
      schema: {
        tags,
        summary: "The images of a study, by series and instance number",
        params: ById,
        querystring: PageQuery,
        response: { 200: listOf(Image) },
      },
    },
    (request) => imagesOf(request, request.params.id, {}, request.query),
  );
  app.get(
    "/studies/:id/series/:seriesUID/images",
    {
      config: reading,
      schema: {
        tags,
        summary: "The images of a series, by instance number",
        params: Type.Object({ id: Id, seriesUID: Type.String({ maxLength: 64 }) }),
        querystring: PageQuery,
        response: { 200: listOf(Image) },
      },
    },
    async (request) => {
      const { id, seriesUID } = request.params;
      const series = await archive.listSeries(request.viewer, id);
      if (!series.some((one) => one.seriesInstanceUid === seriesUID))
        throw new Refusal("not-found", "series.not-found", "The study has no such series.");
      return imagesOf(request, id, { seriesInstanceUid: seriesUID }, request.query);
    },
  );
}

const pageOf = ({
  limit = defaultLimit,
  offset,
  after,
}: PageQuery): Pick<ImageQuery, "limit" | "offset" | "after"> => ({
  limit,
  ...(offset === undefined ? {} : { offset }),
  ...(after === undefined ? {} : { after }),
});

/** @throws Refusal `invalid` where the format is none of ours */
function imageFilters({
  patientId,
  studyId,
  modality,
  format,
  createdFrom,
  createdTo,
}: ImageListQuery): Partial<ImageQuery> {
  const known =
    format === undefined
      ? undefined
      : readMember(imageFormats, format, "query.invalid-format", "querystring.format");
  return {
    ...(patientId === undefined ? {} : { patientId }),
    ...(studyId === undefined ? {} : { studyId }),
    ...(modality === undefined ? {} : { modality }),
    ...(known === undefined ? {} : { format: known }),
    ...(createdFrom === undefined ? {} : { createdFrom: sinceOf(createdFrom) }),
    ...(createdTo === undefined ? {} : { createdTo: untilOf(createdTo) }),
  };
}

function imageRoutes(app: App, { platform, archive }: ArchiveRoutesDeps): void {
  const tags = ["Images"];
  app.get(
    "/images",
    {
      config: reading,
      schema: {
        tags,
        summary: "Images, the newest first",
        querystring: ImageListQuery,
        response: { 200: listOf(Image) },
      },
    },
    async (request) => {
      const { query } = request;
      const page = await archive.listImages(request.viewer, {
        ...imageFilters(query),
        ...pageOf(query),
        order: readSort(query, imageSortFields, "-createdAt").descending ? "newest" : "oldest",
      });
      return listAnswer(request, query, page);
    },
  );
  app.get(
    "/images/:id",
    { config: reading, schema: { tags, summary: "One image", params: ById, response: { 200: Image } } },
    async (request, reply) => sendVersioned(reply, await archive.getImage(request.viewer, request.params.id)),
  );
  app.get(
    "/images/patient/:patientId",
    {
      config: reading,
      schema: {
        tags,
        summary: "All images of a patient as a bare array, newest first",
        params: Type.Object({ patientId: Id }),
        response: { 200: Type.Array(Image) },
      },
    },
    async (request) => {
      const { viewer } = request;
      const { patientId } = request.params;
      await getPatient(platform.db, viewer, patientId);
      const images: Image[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const more = after === undefined ? {} : { after };
        const page = await archive.listImages(viewer, {
          patientId,
          order: "newest",
          limit: bareListPage,
          ...more,
        });
        images.push(...page.data);
        after = page.next;
      }
      return images;
    },
  );
}

/** Whoever has the link sees one image, at the facility of the one who got it. */
const linkViewer = (request: FastifyRequest, viewerId: string, facilityId: string): Viewer => ({
  kind: "link",
  id: viewerId,
  name: "Link",
  roles: [],
  facilityIds: [facilityId],
  homeFacilityId: facilityId,
  requestId: request.id,
  address: request.ip,
  grants: ["images.read"],
});

function linkRoutes(app: App, { platform, archive }: ArchiveRoutesDeps, links: SignedLinks): void {
  const tags = ["Images"];
  app.get(
    "/images/:id/url",
    {
      config: reading,
      schema: {
        tags,
        summary: "A URL of the content that works without a token for five minutes",
        params: ById,
        response: { 200: ImageUrl },
      },
    },
    async (request, reply) => {
      const { viewer } = request;
      const instance = await archive.locateById(viewer, request.params.id, "export");
      const expiresAt = new Date(platform.clock.now().getTime() + linkSeconds * 1000);
      const { id: imageId, facilityId, sha256 } = instance;
      reply.header("cache-control", "no-store");
      const { objectKey, filename, contentType } = contentOf(archive, instance);
      const direct =
        objectKey &&
        (await platform.objects.signedUrl(objectKey, {
          expiresInSeconds: linkSeconds,
          filename,
          contentType,
        }));
      if (direct !== null) return { url: direct, expiresAt: expiresAt.toISOString() };
      const token = links.sign(
        { method: "GET", imageId, facilityId, sha256, viewerId: viewer.id },
        expiresAt,
      );
      const base = originOf(platform.config, request);
      return { url: `${base}${apiPrefixes[0]}/images/links/${token}`, expiresAt: expiresAt.toISOString() };
    },
  );
  app.get(
    "/images/links/:token",
    {
      config: { public: true },
      schema: {
        tags,
        summary: "The content that a signed URL gives",
        produces: ["application/dicom", "image/jpeg", "image/png"],
        params: Type.Object({ token: Type.String({ maxLength: 1024 }) }),
      },
    },
    async (request, reply) => {
      const grant = links.read(request.params.token);
      const viewer = linkViewer(request, grant.viewerId, grant.facilityId);
      const instance = await archive.locateById(viewer, grant.imageId, "retrieve");
      if (instance.sha256 !== grant.sha256)
        throw new Refusal("not-found", "image.not-found", "The image of this link was replaced.");
      return sendContent(request, reply, contentOf(archive, instance));
    },
  );
}

/** The key of links: derived from the configured secret, so that several processes share it, else made once and kept. */
function linkSecret({ config }: Platform): string {
  if (config.jwtSecret === null)
    return keptSecret(config.dataDir, "image-links", () => randomBytes(32).toString("hex"));
  return createHmac("sha256", config.jwtSecret).update("isocenter image links").digest("hex");
}

/** Studies, series and images of the REST API. */
export function archiveRoutes(deps: ArchiveRoutesDeps): Routes {
  const { platform, archive } = deps;
  const links = createSignedLinks(linkSecret(platform), platform.clock);
  const spool = createSpool(platform);
  const pictures = createPictureArchiver({ platform, archive });
  return async (app) => {
    studyRoutes(app, archive);
    seriesRoutes(app, archive);
    imageRoutes(app, deps);
    linkRoutes(app, deps, links);
    await app.register(async (scope) =>
      uploadRoutes(scope as unknown as App, { platform, archive, spool, pictures }),
    );
  };
}

/** What people say of studies: registered, in doubt, corrected or taken away. */
export function doubtRoutes({ platform, journal, archive }: DoubtRoutesDeps): Routes {
  return (app) => {
    registeredRoutes(app, platform, journal);
    correctionRoutes(app, { platform, journal, archive });
    quarantineRoutes(app, { platform, journal, archive });
    reconciliationRoutes(app, platform, journal);
    retentionRoutes(app, platform, journal);
  };
}
