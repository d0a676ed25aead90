import fs from "node:fs/promises";
import {
  type DataSet,
  DicomError,
  number,
  type ParsedObject,
  readPart10,
  Tags,
  TransferSyntaxes,
  transferSyntax,
  withElements,
  writePart10,
} from "@isocenter/dicom";
import { decodeFrame, frameDescription, ImagingError } from "@isocenter/imaging";

/** A compressed object is decoded in memory up to this size, before and after. */
const maxBytes = 1024 * 1024 * 1024;

const refuse = (why: string): never => {
  throw new DicomError("invalid-value", why);
};

/**
 * The object with its pixels decoded, so that they can be changed: Explicit VR Little Endian. Null where they are native already.
 * @throws DicomError "invalid-value" where they cannot be decoded
 */
export async function withNativePixels(path: string): Promise<Uint8Array | null> {
  if ((await fs.stat(path)).size > maxBytes) return null;
  const bytes = await fs.readFile(path);
  const parsed = readPart10(bytes);
  if (!parsed.pixelData?.encapsulated) return null;
  try {
    return await decoded(bytes, parsed, parsed.pixelData);
  } catch (error) {
    if (error instanceof ImagingError) return refuse(`the pixels cannot be decoded: ${error.message}`);
    throw error;
  }
}

async function decoded(
  bytes: Uint8Array,
  { dataSet, transferSyntaxUID }: ParsedObject,
  { frames }: NonNullable<ParsedObject["pixelData"]>,
): Promise<Uint8Array> {
  const description = frameDescription(dataSet, transferSyntaxUID);
  const pieces: Uint8Array[] = [];
  let total = 0;
  let interpretation = description.photometricInterpretation;
  let planar: number = description.planarConfiguration;
  for (const frame of frames) {
    const encoded = Buffer.concat(frame.map(({ offset, length }) => bytes.subarray(offset, offset + length)));
    const one = await decodeFrame(description, encoded);
    total += one.bytes.length;
    if (total > maxBytes) return refuse("the pixels are too large to be decoded");
    pieces.push(one.bytes);
    interpretation = one.photometricInterpretation;
    planar = one.planarConfiguration;
  }
  if (pieces.length === 0) return refuse("the frames cannot be told apart");
  return writePart10({
    dataSet: nativeSet(dataSet, {
      pixels: Buffer.concat(pieces),
      interpretation,
      planar,
      lossy: transferSyntax(transferSyntaxUID)?.lossy ?? false,
    }),
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
  });
}

function nativeSet(
  dataSet: DataSet,
  {
    pixels,
    interpretation,
    planar,
    lossy,
  }: { pixels: Uint8Array; interpretation: string; planar: number; lossy: boolean },
): DataSet {
  const samples = number(dataSet, Tags.SamplesPerPixel) ?? 1;
  const wide = (number(dataSet, Tags.BitsAllocated) ?? 8) > 8;
  return withElements(dataSet, {
    PhotometricInterpretation: interpretation,
    ...(samples > 1 ? { PlanarConfiguration: planar } : {}),
    // What was lost stays lost (PS3.3 C.7.6.1.1.5)
    ...(lossy ? { LossyImageCompression: "01" } : {}),
    ExtendedOffsetTable: undefined,
    ExtendedOffsetTableLengths: undefined,
    PixelData: { vr: wide ? "OW" : "OB", value: pixels },
  });
}
