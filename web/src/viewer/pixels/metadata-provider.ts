import { Enums } from "@cornerstonejs/core";
import { itemsOf, type JsonDataSet, numberOf, numbersOf, textOf } from "@isocenter/presentation";
import { orientationOf, positionOf, sliceLocationOf, spacingOf } from "../model/geometry.ts";
import type { StackImage } from "../model/image.ts";
import { suvFactorOf } from "../model/suv.ts";
import { tags } from "../model/tags.ts";
import { describePixels, isColor } from "./description.ts";
import { registeredImage } from "./image-source.ts";

const calibrations = new WeakMap<StackImage, object>();

/** Answers Cornerstone's questions about our images from their DICOM JSON; undefined for those of others. */
export function provideMetadata(type: string, imageId: unknown): unknown {
  if (typeof imageId !== "string") return undefined;
  const image = registeredImage(imageId);
  if (!image) return undefined;
  const make = modules[type];
  return make?.(image);
}

const modules: Record<string, (image: StackImage) => unknown> = {
  [Enums.MetadataModules.IMAGE_PLANE]: imagePlane,
  [Enums.MetadataModules.IMAGE_PIXEL]: ({ attributes }) => {
    const description = describePixels(attributes);
    // The loader leaves grey values in which more is brighter, or colours; inversion is the viewport's.
    return { ...description, photometricInterpretation: isColor(description) ? "RGB" : "MONOCHROME2" };
  },
  [Enums.MetadataModules.GENERAL_SERIES]: (image) => ({
    modality: image.modality,
    seriesInstanceUID: image.seriesInstanceUid,
    studyInstanceUID: image.studyInstanceUid,
    seriesNumber: numberOf(image.attributes, tags.SeriesNumber),
  }),
  [Enums.MetadataModules.SOP_COMMON]: (image) => ({
    sopClassUID: image.sopClassUid,
    sopInstanceUID: image.sopInstanceUid,
  }),
  [Enums.MetadataModules.MODALITY_LUT]: ({ attributes }) => ({
    rescaleSlope: numberOf(attributes, tags.RescaleSlope) ?? 1,
    rescaleIntercept: numberOf(attributes, tags.RescaleIntercept) ?? 0,
    rescaleType: textOf(attributes, tags.RescaleType),
  }),
  [Enums.MetadataModules.SCALING]: ({ attributes }) => {
    const suvbw = suvFactorOf(attributes);
    return suvbw === undefined ? undefined : { suvbw };
  },
  [Enums.MetadataModules.PET_SERIES]: ({ attributes }) => ({
    units: textOf(attributes, tags.Units),
    decayCorrection: textOf(attributes, tags.DecayCorrection),
  }),
  calibratedPixelSpacing: calibration,
  [Enums.MetadataModules.CALIBRATION]: calibration,
};

function imagePlane(image: StackImage) {
  const { attributes } = image;
  const orientation = orientationOf(attributes);
  const position = positionOf(attributes);
  const spacing = spacingOf(attributes);
  const rowCosines = orientation?.row ?? [1, 0, 0];
  const columnCosines = orientation?.column ?? [0, 1, 0];
  return {
    // Pictures without a place in a patient share none with each other either.
    frameOfReferenceUID: textOf(attributes, tags.FrameOfReferenceUID) ?? image.seriesInstanceUid,
    rows: numberOf(attributes, tags.Rows),
    columns: numberOf(attributes, tags.Columns),
    imageOrientationPatient: [...rowCosines, ...columnCosines],
    rowCosines,
    columnCosines,
    imagePositionPatient: position ?? [0, 0, 0],
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    pixelSpacing: [spacing.row, spacing.column],
    sliceThickness: numberOf(attributes, tags.SliceThickness),
    sliceLocation: sliceLocationOf(attributes),
    // Cornerstone measures in millimetres only where this is false.
    usingDefaultValues: spacing.source === "none",
  };
}

/** The same object each time for an image: Cornerstone takes a new one for a new calibration. */
function calibration(image: StackImage): object | undefined {
  const known = calibrations.get(image);
  if (known) return known;
  const regions = itemsOf(image.attributes, tags.SequenceOfUltrasoundRegions).map(ultrasoundRegion);
  const made =
    regions.length > 0
      ? { sequenceOfUltrasoundRegions: regions }
      : spacingOf(image.attributes).source === "detector"
        ? { type: Enums.CalibrationTypes.PROJECTION }
        : undefined;
  if (made) calibrations.set(image, made);
  return made;
}

/** PS3.3 C.8.5.5. */
function ultrasoundRegion(item: JsonDataSet) {
  const value = (tag: string) => numbersOf(item, tag)[0];
  return {
    regionSpatialFormat: value("00186012"),
    regionDataType: value("00186014"),
    regionFlags: value("00186016"),
    regionLocationMinX0: value("00186018"),
    regionLocationMinY0: value("0018601A"),
    regionLocationMaxX1: value("0018601C"),
    regionLocationMaxY1: value("0018601E"),
    referencePixelX0: value("00186020"),
    referencePixelY0: value("00186022"),
    physicalUnitsXDirection: value("00186024"),
    physicalUnitsYDirection: value("00186026"),
    physicalDeltaX: value("0018602C"),
    physicalDeltaY: value("0018602E"),
    transducerFrequency: value("00186030"),
  };
}
