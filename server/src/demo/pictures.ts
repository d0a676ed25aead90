import { dataSetOf, TransferSyntaxes, writePart10 } from "@isocenter/dicom";
import {
  type Attributes,
  demoSopClasses,
  demoUid,
  type SeriesPlan,
  type StudyIdentity,
  seriesAttributes,
} from "./headers.ts";
import type { Radiograph } from "./projection.ts";
import type { Clip } from "./ultrasound.ts";
import type { Volume } from "./volume.ts";

/** A picture that is drawn; whose it is is said when it is written, as a Part 10 file. The same picture may be written for several. */
export type Picture = (as: StudyIdentity) => Uint8Array;

const bytesOf = (pixels: Int16Array | Uint16Array | Uint8Array): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);

const picture =
  (series: SeriesPlan, instance: number, own: Attributes): Picture =>
  (as) => {
    const attributes: Attributes = {
      ...seriesAttributes(as, series),
      SOPClassUID: demoSopClasses[series.modality],
      SOPInstanceUID: demoUid(as.StudyInstanceUID, series.number, instance),
      InstanceNumber: instance,
      ...own,
    };
    return writePart10({
      dataSet: dataSetOf(attributes as Parameters<typeof dataSetOf>[0]),
      transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
    });
  };

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
export function* slices(series: SeriesPlan, volume: Volume, look: SliceLook): Iterable<Picture> {
  const [columns, rows, count] = volume.size;
  for (let k = 0; k < count; k++) {
    const z = volume.origin[2] + k * volume.spacing[2];
    const pixels = volume.data.subarray(k * rows * columns, (k + 1) * rows * columns);
    yield picture(series, k + 1, {
      ImageType: look.imageType,
      AcquisitionNumber: 1,
      PatientPosition: series.modality === "CT" ? "FFS" : "HFS",
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
export function scout(series: SeriesPlan, beam: Radiograph): Picture {
  const pixels = Int16Array.from(beam.pixels, (value) => value - 1400);
  return picture(series, 1, {
    ImageType: ["ORIGINAL", "PRIMARY", "LOCALIZER"],
    AcquisitionNumber: 1,
    PatientPosition: "FFS",
    ImagePositionPatient: decimals([
      (-beam.columns * beam.pixelSpacing[1]) / 2,
      0,
      (beam.rows * beam.pixelSpacing[0]) / 2,
    ]),
    ImageOrientationPatient: ["1", "0", "0", "0", "0", "-1"],
    PixelSpacing: decimals(beam.pixelSpacing),
    SliceThickness: "1",
    KVP: "120",
    ...grey(beam.rows, beam.columns, 16, true),
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
  series: SeriesPlan,
  instance: number,
  beam: Radiograph,
  view: "PA" | "LL",
): Picture {
  return picture(series, instance, {
    ImageType: ["ORIGINAL", "PRIMARY"],
    PresentationIntentType: "FOR PRESENTATION",
    ImageLaterality: "U",
    ViewPosition: view,
    PositionerType: "NONE",
    AcquisitionContextSequence: [],
    ViewCodeSequence: [viewCodes[view]],
    AnatomicRegionSequence: [{ CodeValue: "51185008", CodingSchemeDesignator: "SCT", CodeMeaning: "Chest" }],
    PatientOrientation: view === "PA" ? ["L", "F"] : ["P", "F"],
    ImagerPixelSpacing: decimals(beam.pixelSpacing),
    PixelSpacing: decimals(beam.pixelSpacing),
    DetectorType: "DIRECT",
    KVP: "120",
    ...grey(beam.rows, beam.columns, 12, false),
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
    PixelData: bytesOf(beam.pixels),
  });
}

/** An ultrasound clip as one multi-frame instance (PS3.3 A.7). */
export function clip(series: SeriesPlan, instance: number, moving: Clip): Picture {
  const frameBytes = moving.rows * moving.columns;
  const pixels = new Uint8Array(frameBytes * moving.frames.length);
  for (const [n, frame] of moving.frames.entries()) pixels.set(frame, n * frameBytes);
  return picture(series, instance, {
    ImageType: ["ORIGINAL", "PRIMARY", "ABDOMINAL"],
    ...grey(moving.rows, moving.columns, 8, false),
    PatientOrientation: "",
    NumberOfFrames: String(moving.frames.length),
    FrameTime: String(moving.frameTime),
    FrameIncrementPointer: 0x00181063,
    CineRate: String(Math.round(1000 / moving.frameTime)),
    BurnedInAnnotation: "NO",
    LossyImageCompression: "00",
    PixelData: pixels,
  });
}
