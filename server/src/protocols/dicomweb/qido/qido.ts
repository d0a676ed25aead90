import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import {
  type Archive,
  type ArchiveQuery,
  type DicomJson,
  type Found,
  supportedKeys,
} from "../../../modules/archive/index.ts";
import type { App, Config, Viewer } from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "../accept.ts";
import { varyBy } from "../conditional.ts";
import { xmlMessage, xmlOffer } from "../native-xml.ts";
import { baseUrl, queryOf, warning } from "../urls.ts";
import { type AnswerShape, matchWriter } from "./attributes.ts";
import { parseQido } from "./query.ts";

export interface QidoDeps {
  archive: Pick<Archive, "find" | "count">;
  config: Pick<Config, "publicUrl">;
}

const offers: readonly Offer[] = [
  { multipart: false, type: "application/dicom+json" },
  { multipart: false, type: "application/json" },
  xmlOffer,
];

/** A search without a limit is answered in pages of this size: a slow client holds no statement open. */
const pageSize = 1000;

async function page(archive: QidoDeps["archive"], viewer: Viewer, query: ArchiveQuery): Promise<Found[]> {
  const found: Found[] = [];
  for await (const item of archive.find(viewer, query)) found.push(item);
  return found;
}

const pageLimit = (left: number | undefined): number => Math.min(left ?? pageSize, pageSize);

/** The matches after the first page, each page by key: it stays in place while images come in. */
async function* laterPages(
  archive: QidoDeps["archive"],
  viewer: Viewer,
  query: ArchiveQuery,
  first: readonly Found[],
): AsyncGenerator<Found[]> {
  const { offset: _offset, limit, ...rest } = query;
  let left = limit === undefined ? undefined : limit - first.length;
  let last = first.at(-1);
  let full = first.length === pageLimit(limit);
  while (last && full && left !== 0) {
    const next = await page(archive, viewer, { ...rest, after: last.key, limit: pageLimit(left) });
    full = next.length === pageLimit(left);
    if (left !== undefined) left -= next.length;
    last = next.at(-1);
    if (next.length > 0) yield next;
  }
}

/** How many there are in all. Where the page is full its statement counted them; asked for alone where the page lies behind the end, or is none. */
async function total(
  archive: QidoDeps["archive"],
  viewer: Viewer,
  query: ArchiveQuery,
  first: readonly Found[],
): Promise<number> {
  const offset = query.offset ?? 0;
  if (first.length < pageLimit(query.limit) && (first.length > 0 || offset === 0))
    return offset + first.length;
  if (first[0]?.total !== undefined) return first[0].total;
  const { limit: _limit, offset: _offset, ...counted } = query;
  return (await archive.count(viewer, counted)).total;
}

async function search(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: QidoDeps,
  shape: AnswerShape,
): Promise<FastifyReply> {
  const parameters = queryOf(request);
  const offer = chooseOffer(acceptedRanges(request.headers.accept, parameters.get("accept")), offers);
  if (!offer) throw notAcceptable(offers);
  const { studyInstanceUid, seriesInstanceUid } = request.params as Record<string, string | undefined>;
  const { query, warnings } = parseQido(shape.level, parameters, supportedKeys(shape.level), {
    ...(studyInstanceUid === undefined ? {} : { StudyInstanceUID: studyInstanceUid }),
    ...(seriesInstanceUid === undefined ? {} : { SeriesInstanceUID: seriesInstanceUid }),
  });
  const { archive } = deps;
  const { viewer } = request;
  const first =
    query.limit === 0
      ? []
      : await page(archive, viewer, { ...query, limit: pageLimit(query.limit), counted: true });
  reply.header("x-total-count", await total(archive, viewer, query, first));
  if (warnings.length > 0) reply.header("warning", warnings.map(warning));
  reply.header("cache-control", "private, no-cache").type(offer.type);
  varyBy(reply, "Accept");
  const write = matchWriter(shape, baseUrl(deps.config, request));
  const more = laterPages(archive, viewer, query, first);
  const second = await more.next();
  if (offer === xmlOffer) {
    // A message has at least one part: nothing found is no content.
    if (first.length === 0) return reply.removeHeader("content-type").code(204).send();
    async function* matches(): AsyncGenerator<DicomJson> {
      yield* first.map(write);
      for (let next = second; !next.done; next = await more.next()) yield* next.value.map(write);
    }
    const message = xmlMessage(matches());
    return reply.type(message.contentType).send(message.body);
  }
  const text = first.map((found) => JSON.stringify(write(found))).join(",");
  if (second.done) return reply.send(Buffer.from(`[${text}]`));
  async function* pieces(): AsyncGenerator<string> {
    yield `[${text}`;
    for (let next = second; !next.done; next = await more.next())
      yield next.value.map((found) => `,${JSON.stringify(write(found))}`).join("");
    yield "]";
  }
  return reply.send(Readable.from(pieces()));
}

/** QIDO-RS (PS3.18 10.6): studies, series and instances, also across levels. */
export function registerQido(app: App, deps: QidoDeps): void {
  const routes: readonly (readonly [string, AnswerShape])[] = [
    ["/studies", { level: "STUDY", study: true, series: false }],
    ["/series", { level: "SERIES", study: true, series: true }],
    ["/instances", { level: "INSTANCE", study: true, series: true }],
    ["/studies/:studyInstanceUid/series", { level: "SERIES", study: false, series: true }],
    ["/studies/:studyInstanceUid/instances", { level: "INSTANCE", study: false, series: true }],
    [
      "/studies/:studyInstanceUid/series/:seriesInstanceUid/instances",
      { level: "INSTANCE", study: false, series: false },
    ],
  ];
  for (const [path, shape] of routes)
    app.get(path, { config: { permission: "images.read" } }, (request, reply) =>
      search(request, reply, deps, shape),
    );
}
