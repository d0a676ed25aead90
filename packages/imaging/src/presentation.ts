import { type DataSet, items, number, numbers, SopClasses, Tags, text, texts } from "@isocenter/dicom";
import { colourProfileOf } from "./colour-profile.ts";
import { labelColoursOf } from "./label-map.ts";
import { type LookupTable, lookupTable } from "./lookup-table.ts";
import type { Overlay } from "./overlay.ts";
import { overlaysOf } from "./overlay-attributes.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { type Shutters, shuttersOf } from "./shutter.ts";
import { isUsableWindow, type Window, type WindowFunction } from "./window.ts";

/** How a frame's stored values become what is seen: everything of the object that matters. Structured-cloneable. */
export interface Presentation {
  /** Used where there is no Modality LUT. */
  rescale: { slope: number; intercept: number };
  modalityLut: LookupTable | null;
  /** Alternatives in the object's order; the first is shown unless another is asked for. */
  windows: Window[];
  /** Alternatives to the windows, shown where there is no window. */
  voiLuts: LookupTable[];
  /** MONOCHROME1, or Presentation LUT Shape INVERSE: low values are bright. */
  inverse: boolean;
  palette: Palette | null;
  /** The palette is for the values from its first one up, the others are grey (PS3.3 C.7.6.19). */
  supplemental: boolean;
  /** Colours of the numbers in a label map (PS3.3 C.8.20.2.3), which is grey by its attributes; null: no label map. */
  labels: Palette | null;
  /** ICC profile of the colours; null: they are a screen's (sRGB). */
  colourProfile: Uint8Array | null;
  /** Stored values from ... to, both included, that are no picture (PS3.3 C.7.5.1.1.2). */
  padding: { from: number; to: number } | null;
  /** Height of a pixel divided by its width. */
  pixelAspect: number;
  overlays: Overlay[];
  /** What is left to be seen of the frame; null: all. */
  shutters: Shutters | null;
}

/** The item of a functional group that holds for the frame: its own, or the one that all frames share (PS3.3 C.7.6.16). */
function functionalGroup(ds: DataSet, frame: number, sequence: number): DataSet | null {
  for (const groups of [
    items(ds, Tags.PerFrameFunctionalGroupsSequence)[frame],
    items(ds, Tags.SharedFunctionalGroupsSequence)[0],
  ]) {
    const item = groups && items(groups, sequence)[0];
    if (item) return item;
  }
  return null;
}

const functions: readonly string[] = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];

function windowsOf(source: DataSet): Window[] {
  const named = text(source, Tags.VOILUTFunction) ?? "";
  const voiFunction = (functions.includes(named) ? named : "LINEAR") as WindowFunction;
  const widths = numbers(source, Tags.WindowWidth);
  const explanations = texts(source, Tags.WindowCenterWidthExplanation);
  return numbers(source, Tags.WindowCenter)
    .map((center, i) => ({
      center,
      width: widths[i] ?? Number.NaN,
      function: voiFunction,
      explanation: explanations[i] ?? null,
    }))
    .filter((window) => isUsableWindow(window))
    .slice(0, 64);
}

function rescaleOf(source: DataSet): Presentation["rescale"] {
  const slope = number(source, Tags.RescaleSlope);
  const intercept = number(source, Tags.RescaleIntercept);
  return {
    slope: slope !== undefined && Number.isFinite(slope) && slope !== 0 ? slope : 1,
    intercept: intercept !== undefined && Number.isFinite(intercept) ? intercept : 0,
  };
}

const xRayImages: ReadonlySet<string> = new Set([
  SopClasses.XRayAngiographicImageStorage,
  SopClasses.XRayRadiofluoroscopicImageStorage,
  SopClasses.XRayAngiographicBiPlaneImageStorage,
]);

/**
 * The table by which stored values are shown. That of an angiogram which is logarithmic already, or meant to be seen as it is, leads back to the rays that
 * were counted, and its windows are for the values before it (PS3.3 C.8.7.1.1.2, PS3.4 N.2.1.2).
 */
function modalityTable(ds: DataSet): DataSet | undefined {
  const leadsBack =
    xRayImages.has(text(ds, Tags.SOPClassUID) ?? "") &&
    ["LOG", "DISP"].includes(text(ds, Tags.PixelIntensityRelationship) ?? "");
  return leadsBack ? undefined : items(ds, Tags.ModalityLUTSequence)[0];
}

/** From the distance of pixel centres where one is given, else from Pixel Aspect Ratio (PS3.3 C.7.6.3.1.7). */
function pixelAspectOf(ds: DataSet, measures: DataSet | null): number {
  const candidates = [
    measures ? numbers(measures, Tags.PixelSpacing) : [],
    numbers(ds, Tags.PixelSpacing),
    numbers(ds, Tags.ImagerPixelSpacing),
    numbers(ds, Tags.NominalScannedPixelSpacing),
    numbers(ds, Tags.PixelAspectRatio),
  ];
  for (const [vertical, horizontal] of candidates) {
    const ratio = (vertical ?? 0) / (horizontal ?? 0);
    if (Number.isFinite(ratio) && ratio > 0) return ratio;
  }
  return 1;
}

function paddingOf(ds: DataSet, signed: boolean, bitsAllocated: number): Presentation["padding"] {
  const value = number(ds, Tags.PixelPaddingValue);
  if (value === undefined) return null;
  const limit = number(ds, Tags.PixelPaddingRangeLimit) ?? value;
  // The VR follows Pixel Representation, but files with US for signed pixels (and the other way about) are common.
  const stored = (raw: number) => {
    const range = 2 ** Math.min(bitsAllocated, 16);
    if (signed && raw >= range / 2) return raw - range;
    if (!signed && raw < 0) return raw + range;
    return raw;
  };
  const [from, to] = [stored(value), stored(limit)].sort((a, b) => a - b);
  return { from: from!, to: to! };
}

/**
 * Reads how a frame is to be shown: modality and VOI transformation, palette, polarity, padding, pixel aspect, overlays, shutters; from the
 * functional groups of the frame where the object has them.
 * @param frame from 0
 */
export function presentationOf(ds: DataSet, frame = 0): Presentation {
  const signed = number(ds, Tags.PixelRepresentation) === 1;
  const transformation = functionalGroup(ds, frame, Tags.PixelValueTransformationSequence) ?? ds;
  const voi = functionalGroup(ds, frame, Tags.FrameVOILUTSequence) ?? ds;
  const rescale = rescaleOf(transformation);
  const modalityItem = modalityTable(ds);
  const lutTags = { descriptor: Tags.LUTDescriptor, data: Tags.LUTData };
  const modalityLut = modalityItem ? lookupTable(modalityItem, lutTags, signed) : null;
  const voiSigned = modalityLut === null && (signed || rescale.intercept < 0);
  return {
    rescale,
    modalityLut,
    windows: windowsOf(voi),
    voiLuts: items(voi, Tags.VOILUTSequence)
      .slice(0, 16)
      .flatMap((item) => lookupTable(item, lutTags, voiSigned) ?? []),
    inverse:
      text(ds, Tags.PhotometricInterpretation) === "MONOCHROME1" ||
      text(ds, Tags.PresentationLUTShape) === "INVERSE",
    palette: paletteOf(ds, signed),
    supplemental:
      text(ds, Tags.PhotometricInterpretation) === "MONOCHROME2" &&
      ["COLOR", "MIXED"].includes(text(ds, Tags.PixelPresentation) ?? ""),
    labels: labelColoursOf(ds),
    colourProfile: colourProfileOf(ds),
    padding: paddingOf(ds, signed, number(ds, Tags.BitsAllocated) ?? 16),
    pixelAspect: pixelAspectOf(ds, functionalGroup(ds, frame, Tags.PixelMeasuresSequence)),
    overlays: overlaysOf(ds, frame),
    shutters: shuttersOf(ds),
  };
}
