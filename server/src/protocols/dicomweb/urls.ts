import type { FastifyRequest } from "fastify";
import { type Config, originOf } from "../../platform/index.ts";

/** Where the DICOMweb services stand. */
export const dicomwebPath = "/dicomweb";

/** The absolute base of our DICOMweb URLs. */
export const baseUrl = (config: Pick<Config, "publicUrl">, request: FastifyRequest): string =>
  originOf(config, request) + dicomwebPath;

/** The URL of a study, series or instance below the base. */
export function resourceUrl(
  base: string,
  uids: { StudyInstanceUID: string; SeriesInstanceUID?: string; SOPInstanceUID?: string },
): string {
  let url = `${base}/studies/${uids.StudyInstanceUID}`;
  if (uids.SeriesInstanceUID === undefined) return url;
  url += `/series/${uids.SeriesInstanceUID}`;
  return uids.SOPInstanceUID === undefined ? url : `${url}/instances/${uids.SOPInstanceUID}`;
}

/** The parameters of the query, in order, repeated ones kept. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? "";
  const mark = url.indexOf("?");
  return new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
}

/** A warning that the standard asks for where something was not done as asked (PS3.18 8.4.2; RFC 7234 5.5.7). */
export function warning(text: string): string {
  const plain = text
    .replace(/[^ -~]+/g, "?")
    .replace(/["\\]/g, "'")
    .slice(0, 512);
  return `299 isocenter "${plain}"`;
}
