import type { FastifyReply, FastifyRequest } from "fastify";
import type { Archive } from "../../../modules/archive/index.ts";
import {
  type App,
  asRefusal,
  type Config,
  closeIfUnread,
  decodedBodyOf,
  type MediaType,
  type Part,
  parseMediaType,
  Refusal,
  rawBodies,
  readParts,
} from "../../../platform/index.ts";
import { acceptedRanges, chooseOffer, notAcceptable, type Offer } from "../accept.ts";
import { nativeXml, xmlOffer } from "../native-xml.ts";
import { baseUrl, queryOf } from "../urls.ts";
import { stowAnswer } from "./answer.ts";
import { storeMetadata } from "./metadata.ts";
import { storeParts } from "./parts.ts";

export interface StowDeps {
  archive: Pick<Archive, "ingest" | "setAside">;
  config: Pick<Config, "publicUrl" | "maxUploadBytes">;
}

const answerOffers: readonly Offer[] = [
  { multipart: false, type: "application/dicom+json" },
  { multipart: false, type: "application/json" },
  { multipart: false, type: xmlOffer.type },
];

/** What the request's Content-Type says of the body. */
type BodyKind = { kind: "instances" | "metadata"; boundary: string } | { kind: "single" };

/** By the type that a message says its parts are of (PS3.18 10.5.1). */
const bodyKinds: ReadonlyMap<string, "instances" | "metadata"> = new Map([
  ["application/dicom", "instances"],
  ["application/dicom+json", "metadata"],
  ["application/dicom+xml", "metadata"],
]);

/** @throws Refusal `unsupported-type` for what STOW-RS has and we do not take, and for what it has not */
function bodyKind(media: MediaType | null): BodyKind {
  const refuse = (detail: string) => new Refusal("unsupported-type", "stow.type", detail);
  if (media?.type === "application/dicom") return { kind: "single" };
  if (media?.type !== "multipart/related")
    throw refuse('Send multipart/related; type="application/dicom" with a boundary.');
  const type = media.parameters.get("type")?.toLowerCase() ?? "application/dicom";
  const kind = bodyKinds.get(type);
  if (!kind) {
    const taken = [...bodyKinds.keys()].join(", ");
    throw refuse(`Parts of the type ${type} are not taken, only ${taken}.`);
  }
  const boundary = media.parameters.get("boundary");
  if (boundary === undefined || boundary === "")
    throw new Refusal("invalid", "multipart.no-boundary", "The Content-Type names no boundary.");
  return { kind, boundary };
}

/** The whole body as one part. */
async function* onePart(body: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  const { promise: consumed, resolve } = Promise.withResolvers<void>();
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } finally {
      resolve();
    }
  }
  yield { number: 1, headers: new Map(), body: watched(), consumed };
}

/** @throws Refusal before anything is read */
function checkRequest(request: FastifyRequest, reply: FastifyReply, deps: StowDeps) {
  try {
    const offer = chooseOffer(
      acceptedRanges(request.headers.accept, queryOf(request).get("accept")),
      answerOffers,
    );
    if (!offer) throw notAcceptable(answerOffers);
    const kind = bodyKind(parseMediaType(request.headers["content-type"] ?? ""));
    return { offer, kind, body: decodedBodyOf(request, deps.config.maxUploadBytes) };
  } catch (error) {
    closeIfUnread(request, reply);
    throw error;
  }
}

async function store(request: FastifyRequest, reply: FastifyReply, deps: StowDeps): Promise<FastifyReply> {
  const { offer, kind, body } = checkRequest(request, reply, deps);
  const { studyInstanceUid } = request.params as { studyInstanceUid?: string };
  const context = {
    archive: deps.archive,
    viewer: request.viewer,
    studyInstanceUid,
    onError: (error: unknown) =>
      request.log.error({ err: error, requestId: request.id }, "storing a part failed"),
  };
  const parts = kind.kind === "single" ? onePart(body) : readParts(body, kind.boundary);
  const run = await (kind.kind === "metadata" ? storeMetadata : storeParts)(context, parts);
  let broken = run.broken === null ? null : asRefusal(run.broken);
  if (!broken && run.broken !== null) throw run.broken;
  if (!broken && run.results.length === 0)
    broken = new Refusal("invalid", "multipart.no-part", "The body has no part.");
  closeIfUnread(request, reply);
  if (broken && !run.results.some((result) => result.kind === "answered")) throw broken;
  const answer = stowAnswer(run, broken, baseUrl(deps.config, request));
  if (answer.warnings.length > 0) reply.header("warning", answer.warnings);
  if (answer.retryAfter !== undefined) reply.header("retry-after", String(answer.retryAfter));
  reply.code(answer.status).type(offer.type);
  return offer.type === xmlOffer.type
    ? reply.send(Buffer.from(nativeXml(answer.body)))
    : reply.serializer(JSON.stringify).send(answer.body);
}

/** STOW-RS (PS3.18 10.5): instances come in as they are sent, streamed; or as metadata with bulk data. */
export function registerStow(app: App, deps: StowDeps): void {
  rawBodies(app);
  const options = { config: { permission: "images.upload" } } as const;
  app.post("/studies", options, (request, reply) => store(request, reply, deps));
  app.post("/studies/:studyInstanceUid", options, (request, reply) => store(request, reply, deps));
}
