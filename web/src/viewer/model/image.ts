import { itemsOf, type JsonDataSet, numberOf, textOf } from "@isocenter/presentation";
import type { Masking } from "./masking.ts";
import { tags } from "./tags.ts";

/** One picture of a stack: an instance, or one frame of a multi-frame instance. */
export interface StackImage {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  sopClassUid: string;
  modality: string;
  instanceNumber: number | undefined;
  /** Counted from 1. */
  frameNumber: number;
  numberOfFrames: number;
  /** The instance's data set as the archive gives it. */
  dataSet: JsonDataSet;
  /** The same, with the functional groups of this frame laid over it (PS3.3 C.7.6.16). */
  attributes: JsonDataSet;
  /** Of a plane that was cut through a volume: how it is made. It is no instance of the archive. */
  reformat?: Reformat;
  /** Of a frame from which others were subtracted: how its pixels are made. It is measured and marked as the frame that it is. */
  subtracted?: Subtracted;
}

export interface Subtracted {
  /** Of letters alone; what tells it apart from the frame as it was sent. */
  name: string;
  masking: Masking;
  pixels: Reformat["pixels"];
}

export interface Reformat {
  /** What tells it apart from all others. */
  key: string;
  slab: { mode: "average" | "maximum" | "minimum"; thickness: number };
  /** By how many degrees it is turned from the volume's own plane; undefined where it is not. */
  turned?: number;
  pixels(): Promise<
    Int16Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>
  >;
}

/** The images of an instance, in the order of its frames; none when the instance holds no picture. */
export function imagesOfInstance(dataSet: JsonDataSet): StackImage[] {
  if (!numberOf(dataSet, tags.Rows) || !numberOf(dataSet, tags.Columns)) return [];
  const numberOfFrames = Math.max(1, Math.trunc(numberOf(dataSet, tags.NumberOfFrames) ?? 1));
  const shared = flattenGroups(itemsOf(dataSet, tags.SharedFunctionalGroupsSequence)[0]);
  const perFrame = itemsOf(dataSet, tags.PerFrameFunctionalGroupsSequence);
  const enhanced = Object.keys(shared).length > 0 || perFrame.length > 0;
  const common = {
    studyInstanceUid: textOf(dataSet, tags.StudyInstanceUID) ?? "",
    seriesInstanceUid: textOf(dataSet, tags.SeriesInstanceUID) ?? "",
    sopInstanceUid: textOf(dataSet, tags.SOPInstanceUID) ?? "",
    sopClassUid: textOf(dataSet, tags.SOPClassUID) ?? "",
    modality: textOf(dataSet, tags.Modality) ?? "OT",
    instanceNumber: numberOf(dataSet, tags.InstanceNumber),
    numberOfFrames,
    dataSet,
  };
  const base = enhanced ? withoutGroups(dataSet) : dataSet;
  return Array.from({ length: numberOfFrames }, (_, index) => ({
    ...common,
    frameNumber: index + 1,
    attributes: enhanced ? { ...base, ...shared, ...flattenGroups(perFrame[index]) } : base,
  }));
}

/** The macros of a functional group hold one item each; their attributes have distinct names and lie flat here. */
function flattenGroups(group: JsonDataSet | undefined): JsonDataSet {
  const flat: JsonDataSet = {};
  if (!group) return flat;
  for (const [tag, macro] of Object.entries(group)) {
    if (macro?.vr !== "SQ") continue;
    const items = itemsOf(group, tag);
    if (items.length === 1) Object.assign(flat, items[0]);
  }
  return flat;
}

function withoutGroups(dataSet: JsonDataSet): JsonDataSet {
  const {
    [tags.SharedFunctionalGroupsSequence]: _shared,
    [tags.PerFrameFunctionalGroupsSequence]: _perFrame,
    ...rest
  } = dataSet;
  return rest;
}
