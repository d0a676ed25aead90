import { type DataSet, number, Tags, text } from "@isocenter/dicom";
import { ImagingError } from "./errors.ts";
import type { FrameDescription } from "./frame.ts";

const samplesByInterpretation: Readonly<Record<string, number>> = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  "PALETTE COLOR": 1,
  ARGB: 4,
  CMYK: 4,
};

function required(ds: DataSet, tag: number, name: string): number {
  const value = number(ds, tag);
  if (value === undefined)
    throw new ImagingError("no-pixels", `${name} is missing: the object has no picture.`);
  if (!Number.isInteger(value) || value <= 0)
    throw new ImagingError("invalid", `${name} is ${value}: it must be a positive whole number.`);
  return value;
}

/** Bits Stored and High Bit, which must lie inside the cell (PS3.5 8.1.1). */
function bitsInCell(ds: DataSet, bitsAllocated: number): { bitsStored: number; highBit: number } {
  const bitsStored = number(ds, Tags.BitsStored) ?? bitsAllocated;
  const highBit = number(ds, Tags.HighBit) ?? bitsStored - 1;
  const fits =
    Number.isInteger(bitsStored) &&
    Number.isInteger(highBit) &&
    bitsStored > 0 &&
    bitsStored <= bitsAllocated;
  if (!fits || highBit >= bitsAllocated || highBit < bitsStored - 1)
    throw new ImagingError(
      "invalid",
      `${bitsStored} bits stored up to bit ${highBit} do not fit into ${bitsAllocated} bits allocated.`,
    );
  return { bitsStored, highBit };
}

/**
 * How the frames of an object are to be read (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25).
 * @param pixelData the element that holds the pixels, where the data set itself was read without it
 * @throws ImagingError `no-pixels` where the attributes of a picture are missing, `invalid` where they contradict each other
 */
export function frameDescription(
  ds: DataSet,
  transferSyntaxUID: string,
  pixelData: { tag: number; vr: string } | null = null,
): FrameDescription {
  const rows = required(ds, Tags.Rows, "Rows");
  const columns = required(ds, Tags.Columns, "Columns");
  const bitsAllocated = required(ds, Tags.BitsAllocated, "BitsAllocated");
  const interpretation = text(ds, Tags.PhotometricInterpretation);
  const samplesPerPixel =
    number(ds, Tags.SamplesPerPixel) ?? (interpretation ? (samplesByInterpretation[interpretation] ?? 3) : 1);
  if (![1, 2, 3, 4].includes(samplesPerPixel))
    throw new ImagingError("invalid", `${samplesPerPixel} samples per pixel are not possible.`);
  const holds = (tag: number) => pixelData?.tag === tag || ds.elements.has(tag);
  const floatingPoint =
    !holds(Tags.PixelData) && (holds(Tags.FloatPixelData) || holds(Tags.DoubleFloatPixelData));
  const vr = pixelData?.vr ?? ds.elements.get(Tags.PixelData)?.vr;
  return {
    rows,
    columns,
    samplesPerPixel,
    photometricInterpretation: interpretation ?? (samplesPerPixel === 1 ? "MONOCHROME2" : "RGB"),
    planarConfiguration: number(ds, Tags.PlanarConfiguration) === 1 ? 1 : 0,
    bitsAllocated,
    ...(floatingPoint
      ? { bitsStored: bitsAllocated, highBit: bitsAllocated - 1 }
      : bitsInCell(ds, bitsAllocated)),
    pixelRepresentation: number(ds, Tags.PixelRepresentation) === 1 ? 1 : 0,
    transferSyntaxUID,
    floatingPoint,
    wordData: vr === "OW",
  };
}
