import { SopClasses, toDicomJson } from "@isocenter/dicom";
import type { FrameDescription, Presentation } from "@isocenter/imaging";
import {
  firstFrameOf,
  type ImageOfState,
  itemsFor,
  itemsOf,
  type JsonDataSet,
  numberOf,
  referencesIn,
  referringTo,
} from "@isocenter/presentation";
import { Refusal } from "../../platform/index.ts";
import type { Archive, StoredInstance } from "../archive/index.ts";
import type { FirstOfState } from "./types.ts";

const kinds: ReadonlySet<string> = new Set([
  SopClasses.GrayscaleSoftcopyPresentationStateStorage,
  SopClasses.ColorSoftcopyPresentationStateStorage,
  SopClasses.PseudoColorSoftcopyPresentationStateStorage,
  SopClasses.XAXRFGrayscaleSoftcopyPresentationStateStorage,
]);

/** More than the tables, drawings and overlays of any state come to. */
const maxStateBytes = 8 * 1024 * 1024;

export const isState = ({ SOPClassUID }: StoredInstance): boolean => kinds.has(SOPClassUID);

const notRenderable = (detail: string) => new Refusal("not-acceptable", "state.not-renderable", detail);

/** Reads presentation states of the archive. */
export function createStates(archive: Pick<Archive, "readAttributes">) {
  /** @throws Refusal `not-acceptable` (`state.not-renderable`) */
  async function read(state: StoredInstance): Promise<JsonDataSet> {
    if (!isState(state)) throw notRenderable("This is no presentation state that pictures are made by.");
    if (state.size > maxStateBytes)
      throw notRenderable(`A presentation state of over ${maxStateBytes} bytes is not applied.`);
    return toDicomJson(await archive.readAttributes(state));
  }

  return {
    read,
    /** @throws Refusal `not-acceptable` (`state.not-renderable`) */
    async firstOf(state: StoredInstance): Promise<FirstOfState> {
      const first = firstFrameOf(await read(state));
      if (!first) throw notRenderable("The presentation state names no image.");
      return {
        SeriesInstanceUID: first.seriesInstanceUid,
        SOPInstanceUID: first.sopInstanceUid,
        frame: first.frameNumber,
      };
    },
  };
}

/** What of a frame counts for how a state shows it. @param frame from 1 */
export const imageOfState = (
  { SOPInstanceUID }: StoredInstance,
  frame: number,
  { rows, columns }: FrameDescription,
  { rescale, modalityLut }: Presentation,
): ImageOfState => ({
  sopInstanceUid: SOPInstanceUID,
  frameNumber: frame,
  rows,
  columns,
  slope: rescale.slope,
  intercept: rescale.intercept,
  hasModalityTable: modalityLut !== null,
});

const tag = { masks: "00286100", display: "00289505", ofFrames: "00289458", enhancement: "00289411" };

/**
 * What a state asks for is all done, or it is refused: a picture that leaves something out would be taken for what somebody had seen.
 * @throws Refusal `invalid` (`state.not-about`), `not-acceptable` (`state.not-renderable`)
 */
export function requireShown(state: JsonDataSet, image: ImageOfState): void {
  if (!referringTo(referencesIn(state))(image))
    throw new Refusal(
      "invalid",
      "state.not-about",
      `The presentation state is not about frame ${image.frameNumber} of this image.`,
    );
  if (itemsFor(state, tag.masks, image).length > 0)
    throw notRenderable("The presentation state subtracts a mask, which is done on the page alone.");
  const isEnhanced = itemsFor(state, tag.display, image)
    .flatMap((item) => [item, ...itemsOf(item, tag.ofFrames)])
    .some((item) => (numberOf(item, tag.enhancement) ?? 0) > 0);
  if (isEnhanced) throw notRenderable("The presentation state enhances edges, which is not done.");
}
