import {
  type DataSet,
  items,
  number,
  numbers,
  SopClasses,
  segmentColour,
  Tags,
  text,
} from "@isocenter/dicom";
import type { Palette } from "./palette.ts";

/** Segment numbers are of 16 bits (PS3.3 C.8.20.4). */
const maxSegments = 65_536;

/**
 * The colours of a label map's segments, or null where the object is none. Pixels are numbers of segments (PS3.3 C.8.20.2.3), nearly all of
 * them dark as grey levels; what is no segment is black, and so is the background unless it recommends a colour of its own.
 */
export function labelColoursOf(ds: DataSet): Palette | null {
  const isLabelMap =
    text(ds, Tags.SOPClassUID) === SopClasses.LabelMapSegmentationStorage ||
    text(ds, Tags.SegmentationType) === "LABELMAP";
  if (!isLabelMap || text(ds, Tags.PhotometricInterpretation) !== "MONOCHROME2") return null;
  const coloured = items(ds, Tags.SegmentSequence)
    .slice(0, maxSegments)
    .map((item, index) => ({
      segment: number(item, Tags.SegmentNumber) ?? index + 1,
      lab: numbers(item, Tags.RecommendedDisplayCIELabValue),
      index,
    }))
    .filter(({ segment, lab }) => segment >= 0 && segment < maxSegments && (segment > 0 || lab.length === 3));
  const last = coloured.reduce((most, { segment }) => Math.max(most, segment), 0);
  // One more than the last segment: numbers beyond the palette take its last colour.
  const [red, green, blue] = [0, 1, 2].map(() => new Uint8Array(last + 2)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  for (const { segment, lab, index } of coloured)
    [red[segment], green[segment], blue[segment]] = segmentColour(lab, index);
  return { first: 0, red, green, blue };
}
