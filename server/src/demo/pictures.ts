import { dataSetOf, TransferSyntaxes, writePart10 } from "@isocenter/dicom";
import type { DemoPatient, DemoStudy } from "./catalogue.ts";
import { type Attributes, demoSopClasses, demoUid, type SeriesPlan, seriesAttributes } from "./headers.ts";
import type { Radiograph } from "./projection.ts";
import type { Clip } from "./ultrasound.ts";
import type { Volume } from "./volume.ts";

/** What every picture of a series shares. */
export interface SeriesContext {
  patient: DemoPatient;
  study: DemoStudy;
  series: SeriesPlan;
  today: Date;
}

const bytesOf = (pixels: Int16Array | Uint16Array | Uint8Array): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);

/** One instance as a Part 10 file. */
function part10(
  { patient, study, series, today }: SeriesContext,
  instance: number,
  own: Attributes,
): Uint8Array {
  const attributes: Attributes = {
    ...seriesAttributes(patient, study, series, today),
    SOPClassUID: demoSopClasses[series.modality],
    SOPInstanceUID: demoUid(study.accessionNumber, series.number, instance),
    InstanceNumber: instance,
    ...own,
  };
  return writePart10({
    dataSet: dataSetOf(attributes as Parameters<typeof dataSetOf>[0]),
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  });
}

const grey = (rows: number, columns: number, stored: number, signed: boolean): Attributes => ({
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  Rows: rows,
  Columns: columns,
  BitsAllocated: stored > 8 ? 16 : 8,
  BitsStored: stored,
  HighBit: stored - 1,
  PixelRepresentation: signed ? 1 : 0,
});

const decimals = (values: readonly number[]): string[] =>
  values.map((value) => String(Number(value.toFixed(3))));

export interface SliceLook {
  imageType: string[];
  window: { center: number; width: number };
  /** Whether values are Hounsfield units. */
  hounsfield: boolean;
  extra?: Attributes;
}

/** The axial slices of a volume, feet first (PS3.3 C.7.6.2, A.3, A.4). */
export function* slices(context: SeriesContext, volume: Volume, look: SliceLook): Iterable<Uint8Array> {
  const [columns, rows, count] = volume.size;
  for (let k = 0; k < count; k++) {
    const z = volume.origin[2] + k * volume.spacing[2];
    const pixels = volume.data.subarray(k * rows * columns, (k + 1) * rows * columns);
    yield part10(context, k + 1, {
      ImageType: look.imageType,
      AcquisitionNumber: 1,
      PatientPosition: context.series.modality === "CT" ? "FFS" : "HFS",
      SliceThickness: decimals([volume.spacing[2]]),
      SpacingBetweenSlices: decimals([volume.spacing[2]]),
      ImagePositionPatient: decimals([volume.origin[0], volume.origin[1], z]),
      ImageOrientationPatient: ["1", "0", "0", "0", "1", "0"],
      SliceLocation: decimals([z]),
      PixelSpacing: decimals([volume.spacing[1], volume.spacing[0]]),
      ...grey(rows, columns, look.hounsfield ? 16 : 12, look.hounsfield),
      WindowCenter: decimals([look.window.center]),
      WindowWidth: decimals([look.window.width]),
      ...(look.hounsfield ? { RescaleIntercept: "0", RescaleSlope: "1", RescaleType: "HU" } : {}),
      ...look.extra,
      PixelData: bytesOf(
        look.hounsfield ? pixels : Uint16Array.from(pixels, (value) => Math.max(0, Math.min(4095, value))),
      ),
    });
  }
}

/** The localizer of a CT: one projected image. */
export function scout(context: SeriesContext, picture: Radiograph): Uint8Array {
  const pixels = Int16Array.from(picture.pixels, (value) => value - 1400);
  return part10(context, 1, {
    ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
    AcquisitionNumber: 1,
    PatientPosition: "FFS",
    ImagePositionPatient: decimals([
      (-picture.columns * picture.pixelSpacing[1]) / 2,
      0,
      (picture.rows * picture.pixelSpacing[0]) / 2,
    ]),
    ImageOrientationPatient: ["1", "0", "0", "0", "0", "-1"],
    PixelSpacing: decimals(picture.pixelSpacing),
    SliceThickness: "1",
    KVP: "120",
    ...grey(picture.rows, picture.columns, 16, true),
    WindowCenter: "1100",
    WindowWidth: "3000",
    RescaleIntercept: "0",
    RescaleSlope: "1",
    RescaleType: "HU",
    PixelData: bytesOf(pixels),
  });
}

/** PS3.16 CID 4010. */
const viewCodes = {
  PA: { CodeValue: "272479007", CodingSchemeDesignator: "SCT", CodeMeaning: "postero-anterior" },
  LL: { CodeValue: "399173006", CodingSchemeDesignator: "SCT", CodeMeaning: "left lateral" },
} as const;

/** A digital radiograph (PS3.3 A.26). */
export function radiograph(
  context: SeriesContext,
  instance: number,
  picture: Radiograph,
  view: "PA" | "LL",
): Uint8Array {
  return part10(context, instance, {
    ImageType: ["ORIGINAL", "PRIMARY"],
    PresentationIntentType: "FOR PRESENTATION",
    ImageLaterality: "U",
    ViewPosition: view,
    PositionerType: "NONE",
    AcquisitionContextSequence: [],
    ViewCodeSequence: [viewCodes[view]],
    AnatomicRegionSequence: [{ CodeValue: "51185008", CodingSchemeDesignator: "SCT", CodeMeaning: "Chest" }],
    PatientOrientation: view === "PA" ? ["L", "F"] : ["P", "F"],
    ImagerPixelSpacing: decimals(picture.pixelSpacing),
    PixelSpacing: decimals(picture.pixelSpacing),
    DetectorType: "DIRECT",
    KVP: "120",
    ...grey(picture.rows, picture.columns, 12, false),
    PixelIntensityRelationship: "LOG",
    PixelIntensityRelationshipSign: -1,
    BurnedInAnnotation: "NO",
    PresentationLUTShape: "IDENTITY",
    LossyImageCompression: "00",
    RescaleIntercept: "0",
    RescaleSlope: "1",
    RescaleType: "US",
    WindowCenter: "2350",
    WindowWidth: "3300",
    PixelData: bytesOf(picture.pixels),
  });
}

/** An ultrasound clip as one multi-frame instance (PS3.3 A.7). */
export function clip(context: SeriesContext, instance: number, picture: Clip): Uint8Array {
  const frameBytes = picture.rows * picture.columns;
  const pixels = new Uint8Array(frameBytes * picture.frames.length);
  for (const [n, frame] of picture.frames.entries()) pixels.set(frame, n * frameBytes);
  return part10(context, instance, {
    ImageType: ["ORIGINAL", "PRIMARY", "ABDOMINAL"],
    ...grey(picture.rows, picture.columns, 8, false),
    PatientOrientation: "",
    NumberOfFrames: String(picture.frames.length),
    FrameTime: String(picture.frameTime),
    FrameIncrementPointer: 0x00181063,
    CineRate: String(Math.round(1000 / picture.frameTime)),
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    PixelData: pixels,
  });
}
