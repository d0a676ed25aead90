import { covers, type MediaRange, parseAccept, Refusal } from "../../platform/index.ts";

/** The default transfer syntax of what has one (PS3.18 8.7.3.5.2): Explicit VR Little Endian. */
export const defaultTransferSyntax = "1.2.840.10008.1.2.1";

/** A representation that we can give. */
export interface Offer {
  /** In a multipart/related message, or as the whole body. */
  multipart: boolean;
  /** Media type of the part, or of the body. */
  type: string;
  /** Left out where the type has none. */
  transferSyntaxUID?: string;
}

/** Types whose range without a transfer syntax means the default one, rather than any. */
const typesWithDefault = new Set(["application/dicom", "application/octet-stream"]);

function takesTransferSyntax(wanted: string | undefined, named: string, offer: Offer): boolean {
  if (offer.transferSyntaxUID === undefined || wanted === "*") return true;
  if (wanted !== undefined) return wanted === offer.transferSyntaxUID;
  return !typesWithDefault.has(named) || offer.transferSyntaxUID === defaultTransferSyntax;
}

/** How exactly the range means the offer; null where it does not. */
function precisionFor(range: MediaRange, offer: Offer): number | null {
  const transferSyntax = range.parameters.get("transfer-syntax");
  const more = transferSyntax === undefined ? 0 : 1;
  if (range.type === "*/*") return takesTransferSyntax(transferSyntax, "*/*", offer) ? 0 + more : null;
  const multipart = covers(range, "multipart/related");
  if (multipart !== offer.multipart) return null;
  if (!multipart) {
    if (!covers(range, offer.type) || !takesTransferSyntax(transferSyntax, range.type, offer)) return null;
    return (range.type.endsWith("/*") ? 2 : 6) + more;
  }
  const type = range.parameters.get("type")?.toLowerCase() ?? "*/*";
  if (!covers({ type, parameters: range.parameters }, offer.type)) return null;
  if (!takesTransferSyntax(transferSyntax, type, offer)) return null;
  return (type.endsWith("/*") ? (range.type === "multipart/*" ? 2 : 4) : 6) + more;
}

/** The liking for an offer: that of the range that means it most exactly (RFC 9110 12.5.1); 0 where none does. */
function qualityOf(ranges: readonly MediaRange[], offer: Offer): number {
  let best = -1;
  let quality = 0;
  for (const range of ranges) {
    const precision = precisionFor(range, offer);
    if (precision === null || precision < best) continue;
    if (precision > best || range.quality > quality) quality = range.quality;
    best = precision;
  }
  return quality;
}

/** The offer that is liked best; of equals the first. @returns null where none is acceptable */
export function chooseOffer<T extends Offer>(ranges: readonly MediaRange[], offers: readonly T[]): T | null {
  let chosen: T | null = null;
  let quality = 0;
  for (const offer of offers) {
    const liking = qualityOf(ranges, offer);
    if (liking > quality) {
      chosen = offer;
      quality = liking;
    }
  }
  return chosen;
}

/**
 * What the client takes: the `accept` query parameter (PS3.18 8.3.3.1), which is there for clients that cannot set the header,
 * else the header; everything where neither says anything.
 * @throws Refusal `invalid` where it cannot be read
 */
export function acceptedRanges(header: string | undefined, parameter: string | null): MediaRange[] {
  // A plus sign in a query is read as a space, and no media type has a space in its name.
  const text = parameter === null ? header : parameter.replace(/ (?=(?:json|xml)\b)/g, "+");
  if (text === undefined || text.trim() === "") return parseAccept("*/*");
  const ranges = parseAccept(text);
  if (ranges.length === 0)
    throw new Refusal("invalid", "accept.invalid", "The Accept header or parameter names no media type.");
  return ranges;
}

const inWords = (offer: Offer): string => {
  const type = offer.multipart ? `multipart/related; type="${offer.type}"` : offer.type;
  return offer.transferSyntaxUID === undefined ? type : `${type}; transfer-syntax=${offer.transferSyntaxUID}`;
};

/** The refusal for when nothing that we have is acceptable; it says what we have. */
export function notAcceptable(
  offers: readonly Offer[],
  why = "None of the accepted media types can be given.",
): Refusal {
  const listed = [...new Set(offers.map(inWords))].slice(0, 12).join(", ");
  return new Refusal("not-acceptable", "accept.none", listed === "" ? why : `${why} There is: ${listed}.`);
}

/** Whether a list of character sets, as the `charset` query parameter has it (PS3.18 8.3.3.2), takes the one that we write. */
export const takesUtf8 = (list: string): boolean =>
  list.trim() === "" || /(^|,)\s*(utf-?8|\*)\s*(;|,|$)/i.test(list);
