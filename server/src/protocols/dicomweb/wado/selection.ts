import type { FastifyReply, FastifyRequest } from "fastify";
import type {
  AccessPurpose,
  Archive,
  InstanceSelection,
  StoredInstance,
} from "../../../modules/archive/index.ts";
import { Refusal } from "../../../platform/index.ts";
import { takesUtf8 } from "../accept.ts";
import { queryOf, warning } from "../urls.ts";

/** Names of path parameters, the same in every route. */
export interface WadoParameters {
  studyInstanceUid: string;
  seriesInstanceUid?: string;
  sopInstanceUid?: string;
}

/** What the path of the request names. */
export function selectionOf(request: FastifyRequest): InstanceSelection {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = request.params as WadoParameters;
  return {
    StudyInstanceUID: studyInstanceUid,
    ...(seriesInstanceUid === undefined ? {} : { SeriesInstanceUID: seriesInstanceUid }),
    ...(sopInstanceUid === undefined ? {} : { SOPInstanceUID: sopInstanceUid }),
  };
}

export function notFound(selection: InstanceSelection): Refusal {
  if (selection.SOPInstanceUID !== undefined)
    return new Refusal("not-found", "image.not-found", "There is no such instance.");
  if (selection.SeriesInstanceUID !== undefined)
    return new Refusal("not-found", "series.not-found", "There is no such series.");
  return new Refusal("not-found", "study.not-found", "There is no such study.");
}

/** The one instance that the path names. @throws Refusal `not-found` */
export async function oneInstance(
  archive: Pick<Archive, "locate">,
  request: FastifyRequest,
  purpose: AccessPurpose,
): Promise<StoredInstance> {
  const selection = selectionOf(request);
  const [instance] = await archive.locate(request.viewer, selection, purpose);
  if (!instance) throw notFound(selection);
  return instance;
}

/** Instances one by one, with the first looked at. @throws Refusal `not-found` where there is none */
export async function eachInstance(
  archive: Pick<Archive, "locateEach">,
  request: FastifyRequest,
  purpose: AccessPurpose,
): Promise<AsyncGenerator<StoredInstance>> {
  const selection = selectionOf(request);
  const batches = archive.locateEach(request.viewer, selection, purpose)[Symbol.asyncIterator]();
  let first = await batches.next();
  while (!first.done && first.value.length === 0) first = await batches.next();
  if (first.done) throw notFound(selection);
  const begun = first.value;
  return (async function* () {
    try {
      yield* begun;
      for (let next = await batches.next(); !next.done; next = await batches.next()) yield* next.value;
    } finally {
      await batches.return?.();
    }
  })();
}

/** Warns of query parameters that the resource does not have (PS3.18 8.4.2), rather than ignoring them silently. */
export function warnOfUnknown(request: FastifyRequest, reply: FastifyReply, known: readonly string[]): void {
  const query = queryOf(request);
  const isKnown = (name: string) =>
    name === "accept" || known.includes(name) || (name === "charset" && takesUtf8(query.get(name) ?? ""));
  const unknown = [...new Set(query.keys())].filter((name) => !isKnown(name));
  const warnings = unknown
    .slice(0, 10)
    .map((name) => warning(`The parameter ${name} is not supported; it was not used.`));
  // Pictures bear none, which a client that asks for one is to be told and not refused for (PS3.18 8.3.5.1.1).
  const annotation = known.includes("annotation") ? (query.get("annotation") ?? "").trim() : "";
  if (annotation !== "")
    warnings.push(warning(`The following annotation values are not supported: ${annotation}`));
  if (warnings.length > 0) reply.header("warning", warnings);
}
