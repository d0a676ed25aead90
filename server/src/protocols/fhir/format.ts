import type { FastifyReply, FastifyRequest } from "fastify";
import { covers, parseAccept, parseMediaType, Refusal } from "../../platform/index.ts";

const fhirJson = "application/fhir+json";
const shortNames: Readonly<Record<string, string>> = { json: fhirJson, "text/json": fhirJson };
/** R4 alone: what asks for another release gets nothing that it would misread. */
const takesRelease = (release: string | undefined): boolean => release === undefined || release === "4.0";

const notAcceptable = (asked: string): Refusal =>
  new Refusal(
    "not-acceptable",
    "fhir.format",
    `There is ${fhirJson} of FHIR R4 alone, not ${asked.slice(0, 200)}.`,
  );

/**
 * The media type of the answer: by `_format`, which goes before the header (R4 3.1.0.1.11), else by Accept.
 * @throws Refusal `not-acceptable`
 */
export function formatOf(accept: string | undefined, format: string | null): string {
  if (format !== null && format !== "") {
    // A plus sign in a query is read as a space.
    const named = format
      .trim()
      .toLowerCase()
      .replace(/ (?=json\b|xml\b)/, "+");
    const media = parseMediaType(shortNames[named] ?? named);
    const type = media?.type === "text/json" ? fhirJson : media?.type;
    if (
      (type !== fhirJson && type !== "application/json") ||
      !takesRelease(media?.parameters.get("fhirversion"))
    )
      throw notAcceptable(format);
    return type;
  }
  if (accept === undefined || accept.trim() === "") return fhirJson;
  for (const range of parseAccept(accept)) {
    if (range.quality === 0 || !takesRelease(range.parameters.get("fhirversion"))) continue;
    if (covers(range, fhirJson)) return fhirJson;
    if (range.type === "application/json" || range.type === "text/json") return "application/json";
  }
  throw notAcceptable(accept);
}

export interface Answering {
  type: string;
  pretty: boolean;
}

/** How the answer is to be written. @throws Refusal `not-acceptable` */
export function answeringOf(request: FastifyRequest, parameters: URLSearchParams): Answering {
  return {
    type: formatOf(request.headers.accept, parameters.get("_format")),
    pretty: parameters.get("_pretty") === "true",
  };
}

/** Records of patients stay in no cache, unless what was read is asked for anew each time. */
export function send(reply: FastifyReply, { type, pretty }: Answering, body: object): FastifyReply {
  if (!reply.hasHeader("cache-control")) reply.header("cache-control", "private, no-store");
  reply.header("vary", [reply.getHeader("vary"), "Accept"].filter(Boolean).join(", "));
  return reply
    .type(`${type}; charset=utf-8`)
    .serializer((value: unknown) => value as string)
    .send(JSON.stringify(body, null, pretty ? 2 : undefined));
}

/** What `Prefer` asks for (R4 3.1.0.1.13; RFC 7240). */
export function preferences(header: string | string[] | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const piece of [header ?? []].flat().join(",").split(/[,;]/)) {
    const [name = "", value = ""] = piece.trim().split("=");
    if (name !== "" && !found.has(name.toLowerCase()))
      found.set(name.toLowerCase(), value.replace(/^"|"$/g, "").toLowerCase());
  }
  return found;
}
