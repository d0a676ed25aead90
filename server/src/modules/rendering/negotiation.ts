/** One media range of an Accept header (RFC 9110 12.5.1). */
interface MediaRange {
  type: string;
  subtype: string;
  quality: number;
}

const maxRanges = 32;

function mediaRanges(accept: string): MediaRange[] {
  return accept
    .split(",")
    .slice(0, maxRanges)
    .flatMap((part) => {
      const [media = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
      const [type, subtype] = media.split("/");
      if (!type || !subtype) return [];
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      const quality = weight === undefined ? 1 : Number(weight.slice(2));
      return [{ type, subtype, quality: quality >= 0 && quality <= 1 ? quality : 0 }];
    });
}

/** The quality that the most exact range that fits gives the media type; 0 where none fits. */
function qualityOf(ranges: readonly MediaRange[], mediaType: string): number {
  const [type, subtype] = mediaType.split("/");
  const fits = (range: MediaRange) =>
    (range.type === "*" && range.subtype === "*") ||
    (range.type === type && (range.subtype === "*" || range.subtype === subtype));
  const exactness = (range: MediaRange) => (range.type === "*" ? 0 : range.subtype === "*" ? 1 : 2);
  const best = ranges.filter(fits).sort((a, b) => exactness(b) - exactness(a))[0];
  return best?.quality ?? 0;
}

/**
 * The offer that the client likes best, the first of those it likes alike; null where it takes none. No header takes everything.
 * @param offers media types, the one that is given by default first
 */
export function negotiate<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | null {
  if (accept === undefined || accept.trim() === "") return offers[0] ?? null;
  const ranges = mediaRanges(accept);
  let best: Offer | null = null;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(ranges, offer);
    if (quality > bestQuality) {
      best = offer;
      bestQuality = quality;
    }
  }
  return best;
}

/** Whether an If-None-Match (RFC 9110 13.1.2) names the entity tag, by the weak comparison. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((candidate) => candidate.trim().replace(/^W\//, "") === etag);
}

/**
 * One range of bytes (RFC 9110 14.1.2). `whole` where there is none or it is none that is served, such as several at once;
 * `unsatisfiable` where it lies behind the end.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (!match) return "whole";
  const [, first = "", last = ""] = match;
  if (first === "") {
    if (last === "") return "whole";
    const count = Math.min(Number(last), size);
    return count > 0 ? { start: size - count, end: size } : "unsatisfiable";
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "whole";
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size : Math.min(Number(last) + 1, size) };
}
