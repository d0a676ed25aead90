import {
  inlineBytesOf,
  type JsonDataSet,
  type OverlayPlane,
  overlayGroups,
  overlayPlaneIn,
} from "@isocenter/presentation";
import type { StackImage } from "./image.ts";

/** The overlays of an image whose bits stand apart from the pixels; those inside the pixels' cells are retired and are not drawn. */
export function overlayPlanesOf({ attributes, frameNumber }: StackImage): OverlayPlane[] {
  return overlayGroups.flatMap((group) => overlayPlaneIn(attributes, group, frameNumber) ?? []);
}

/** The bytes of an overlay, which metadata carry or refer to. */
export async function overlayBits(
  attributes: JsonDataSet,
  { dataTag }: OverlayPlane,
  fetchBytes: (uri: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const uri = attributes[dataTag]?.BulkDataURI;
  return inlineBytesOf(attributes, dataTag) ?? (uri ? await fetchBytes(uri) : new Uint8Array());
}
