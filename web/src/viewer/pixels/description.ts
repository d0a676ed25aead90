import { type JsonDataSet, numberOf, textOf } from "@isocenter/presentation";
import { tags } from "../model/tags.ts";

/** The Image Pixel module of a frame, as its decoder and its display need it (PS3.3 C.7.6.3). */
export interface PixelDescription {
  rows: number;
  columns: number;
  samplesPerPixel: number;
  photometricInterpretation: string;
  planarConfiguration: number;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  /** Undefined for floating point pixels. */
  pixelRepresentation: number | undefined;
}

export function describePixels(attributes: JsonDataSet): PixelDescription {
  const bitsAllocated =
    numberOf(attributes, tags.BitsAllocated) ?? (attributes[tags.DoubleFloatPixelData] ? 64 : 16);
  const bitsStored = numberOf(attributes, tags.BitsStored) ?? bitsAllocated;
  const isFloat =
    attributes[tags.FloatPixelData] !== undefined || attributes[tags.DoubleFloatPixelData] !== undefined;
  return {
    rows: numberOf(attributes, tags.Rows) ?? 0,
    columns: numberOf(attributes, tags.Columns) ?? 0,
    samplesPerPixel: numberOf(attributes, tags.SamplesPerPixel) ?? 1,
    photometricInterpretation: textOf(attributes, tags.PhotometricInterpretation) ?? "MONOCHROME2",
    planarConfiguration: numberOf(attributes, tags.PlanarConfiguration) ?? 0,
    bitsAllocated,
    bitsStored,
    highBit: numberOf(attributes, tags.HighBit) ?? bitsStored - 1,
    pixelRepresentation: isFloat ? undefined : (numberOf(attributes, tags.PixelRepresentation) ?? 0),
  };
}

export function isColor(description: PixelDescription): boolean {
  return description.photometricInterpretation === "PALETTE COLOR" || description.samplesPerPixel >= 3;
}

const uncompressed = new Set([
  "1.2.840.10008.1.2",
  "1.2.840.10008.1.2.1",
  "1.2.840.10008.1.2.1.98",
  "1.2.840.10008.1.2.1.99",
  "1.2.840.10008.1.2.2",
  "1.2.840.10008.1.2.8.1",
]);

/** Whether frames of a transfer syntax hold the pixel cells as PS3.5 8.1 lays them out. */
export function isUncompressed(transferSyntaxUid: string): boolean {
  return uncompressed.has(transferSyntaxUid);
}

const defaultTransferSyntaxes: Record<string, string> = {
  "image/jpeg": "1.2.840.10008.1.2.4.50",
  "image/x-dicom-rle": "1.2.840.10008.1.2.5",
  "image/dicom-rle": "1.2.840.10008.1.2.5",
  "image/x-jls": "1.2.840.10008.1.2.4.80",
  "image/jls": "1.2.840.10008.1.2.4.80",
  "image/jp2": "1.2.840.10008.1.2.4.90",
  "image/jpx": "1.2.840.10008.1.2.4.92",
  "image/jphc": "1.2.840.10008.1.2.4.201",
  "image/jxl": "1.2.840.10008.1.2.4.110",
};

/** The transfer syntax of a frame: what its part says, else what its media type stands for (PS3.18 8.7.3.3). */
export function transferSyntaxOf(announced: string | undefined, mediaType: string): string {
  return announced ?? defaultTransferSyntaxes[mediaType] ?? "1.2.840.10008.1.2.1";
}
