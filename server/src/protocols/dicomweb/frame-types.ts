import { TransferSyntaxes, transferSyntax } from "@isocenter/dicom";
import { decodableTransferSyntaxes } from "@isocenter/imaging";
import type { StoredInstance } from "../../modules/archive/index.ts";
import { relabelled } from "../../modules/rendering/index.ts";
import type { Offer } from "./accept.ts";

/** Media types of compressed frames, by the end of the transfer syntax UID below 1.2.840.10008.1.2. (PS3.18 table 8.7.3-2, -5). */
const compressedTypes: Readonly<Record<string, readonly string[]>> = {
  "4.50": ["image/jpeg"],
  "4.51": ["image/jpeg"],
  "4.57": ["image/jpeg"],
  "4.70": ["image/jpeg"],
  "4.80": ["image/jls", "image/x-jls"],
  "4.81": ["image/jls", "image/x-jls"],
  "4.90": ["image/jp2"],
  "4.91": ["image/jp2"],
  "4.92": ["image/jpx"],
  "4.93": ["image/jpx"],
  "4.110": ["image/jxl"],
  "4.111": ["image/jxl"],
  "4.112": ["image/jxl"],
  "4.201": ["image/jphc"],
  "4.202": ["image/jphc"],
  "4.203": ["image/jphc"],
  // The first is the registered name, the second the one that the standard had before and that viewers ask for.
  "5": ["image/dicom-rle", "image/x-dicom-rle"],
};

const videoTypes: readonly (readonly [RegExp, string])[] = [
  [/^4\.10[01](\.\d+)?$/, "video/mpeg"],
  [/^4\.10[2-6](\.\d+)?$/, "video/mp4"],
  [/^4\.10[78]$/, "video/H265"],
];

const tail = (transferSyntaxUID: string): string =>
  transferSyntaxUID.replace(/^1\.2\.840\.10008\.1\.2\./, "");

/** The image media types that name the frames' encoding; empty where there is none. */
export const imageTypes = (transferSyntaxUID: string): readonly string[] =>
  compressedTypes[tail(transferSyntaxUID)] ?? [];

/** The media type of a moving picture; null where the transfer syntax is none. */
export function videoType(transferSyntaxUID: string): string | null {
  const found = videoTypes.find(([pattern]) => pattern.test(tail(transferSyntaxUID)));
  return found?.[1].toLowerCase() ?? null;
}

export interface FrameOffer extends Offer {
  transferSyntaxUID: string;
  /** What is to be done with the frames first: nothing, decode them, or write them in the transfer syntax. */
  work: "none" | "decode" | "encode";
}

const octets = "application/octet-stream";

/**
 * How the frames of an instance can be given: first as they are stored, then without compression, then compressed without loss.
 * @param syntaxes all that the instance can be given in
 */
export function frameOffers(
  instance: StoredInstance,
  syntaxes: readonly string[],
  single: boolean,
): FrameOffer[] {
  const stored = instance.transferSyntaxUID;
  const explicit: string = TransferSyntaxes.ExplicitVRLittleEndian;
  const ways: Omit<FrameOffer, "multipart">[] = [];
  if (instance.pixels?.encapsulated) {
    for (const type of imageTypes(stored)) ways.push({ type, transferSyntaxUID: stored, work: "none" });
    ways.push({ type: octets, transferSyntaxUID: stored, work: "none" });
    if (decodableTransferSyntaxes.includes(stored) && !transferSyntax(stored)?.video)
      ways.push({ type: octets, transferSyntaxUID: explicit, work: "decode" });
  } else {
    // Native frames are the same bytes in implicit and explicit little endian; big endian ones are turned.
    ways.push({
      type: octets,
      transferSyntaxUID: explicit,
      work: stored === TransferSyntaxes.ExplicitVRBigEndian ? "decode" : "none",
    });
    if (stored === TransferSyntaxes.ImplicitVRLittleEndian)
      ways.push({ type: octets, transferSyntaxUID: stored, work: "none" });
  }
  for (const transferSyntaxUID of syntaxes) {
    if (transferSyntaxUID === stored || !transferSyntax(transferSyntaxUID)?.encapsulated) continue;
    const work = relabelled(stored).includes(transferSyntaxUID) ? "none" : "encode";
    for (const type of [...imageTypes(transferSyntaxUID), octets])
      ways.push({ type, transferSyntaxUID, work });
  }
  const offers = ways.map((way) => ({ ...way, multipart: true }));
  return single ? [...offers, ...ways.map((way) => ({ ...way, multipart: false }))] : offers;
}
