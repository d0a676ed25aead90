import {
  type ApartValue,
  apartIn,
  itemsOf,
  type JsonDataSet,
  mostApart,
  textOf,
} from "@isocenter/presentation";
import { tags } from "./tags.ts";

/** Images of the X-Ray Image Module: angiograms, of two planes too, and fluoroscopy. */
const xRayImages: ReadonlySet<string> = new Set(
  ["1", "2", "3"].map((last) => `1.2.840.10008.5.1.4.1.1.12.${last}`),
);

/**
 * The Modality LUT by which an image is shown. That of an angiogram which is logarithmic already, or meant to be seen as it is, leads back to the rays that were
 * counted, and its windows are for the values before it (PS3.3 C.8.7.1.1.2, PS3.4 N.2.1.2).
 */
export function modalityTableOf(attributes: JsonDataSet): JsonDataSet | undefined {
  const leadsBack =
    xRayImages.has(textOf(attributes, tags.SOPClassUID) ?? "") &&
    ["LOG", "DISP"].includes(textOf(attributes, tags.PixelIntensityRelationship) ?? "");
  return leadsBack ? undefined : itemsOf(attributes, tags.ModalityLUTSequence)[0];
}

/** The tables of an image whose data is still to be fetched. */
export const tablesToFetch = (attributes: JsonDataSet): ApartValue[] =>
  [tags.ModalityLUTSequence, tags.VOILUTSequence]
    .flatMap((tag) => itemsOf(attributes, tag))
    .flatMap((item) => apartIn(item, (tag) => tag === tags.LUTData))
    .slice(0, mostApart);
