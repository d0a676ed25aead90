import { itemsOf, type JsonDataSet, numbersOf, textOf } from "./dicom-json.ts";

const referencedImages = "00081140";
const instanceUid = "00081155";
const frameNumbers = "00081160";

/** A frame of an instance. */
export interface FrameOfInstance {
  sopInstanceUid: string;
  /** Counted from 1. */
  frameNumber: number;
}

/** Whether a reference is to an image: to its instance, and to its frame where it names any (PS3.3 10.3). */
export function refersTo(item: JsonDataSet, { sopInstanceUid, frameNumber }: FrameOfInstance): boolean {
  if (textOf(item, instanceUid) !== sopInstanceUid) return false;
  const frames = numbersOf(item, frameNumbers);
  return frames.length === 0 || frames.includes(frameNumber);
}

/** Whether any of many references is to an image. */
export function referringTo(references: readonly JsonDataSet[]): (image: FrameOfInstance) => boolean {
  const byInstance = Map.groupBy(references, (item) => textOf(item, instanceUid) ?? "");
  return (image) => byInstance.get(image.sopInstanceUid)?.some((item) => refersTo(item, image)) ?? false;
}

/** The items of a sequence that hold for an image: those that name no image are about all of them. */
export function itemsFor(dataSet: JsonDataSet, sequence: string, image: FrameOfInstance): JsonDataSet[] {
  return itemsOf(dataSet, sequence).filter((item) => {
    const references = itemsOf(item, referencedImages);
    return references.length === 0 || references.some((one) => refersTo(one, image));
  });
}
