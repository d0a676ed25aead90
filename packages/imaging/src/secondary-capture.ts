import {
  type DataSet,
  type DataSetValues,
  dataSetOf,
  newUid,
  SopClasses,
  TransferSyntaxes,
} from "@isocenter/dicom";
import type { Metadata, OutputInfo, Sharp } from "sharp";
import { isYbr } from "./codecs/jpeg.ts";
import { type JpegHeader, jpegHeader } from "./codestream-jpeg.ts";
import { ImagingError } from "./errors.ts";
import { loadSharp } from "./sharp.ts";

/** A picture as a data set of Secondary Capture Image Storage. The archive keeps the uploaded bytes beside it. */
export interface SecondaryCapture {
  dataSet: DataSet;
  /** What the data set is to be written in. */
  transferSyntaxUID: string;
  /** What the uploaded bytes are. */
  format: "PNG" | "JPEG";
  rows: number;
  columns: number;
}

/** A page scanned at 600 dpi has 35 million pixels, a large camera's picture 100 million. */
const maxPixels = 100_000_000;
const maxSide = 65_535;

/** What stands for the pixels in the data set. */
interface PixelModule {
  transferSyntaxUID: string;
  rows: number;
  columns: number;
  values: DataSetValues;
}

/** By the first bytes: nothing else reaches a decoder. @throws ImagingError `unsupported` */
function formatOf(bytes: Uint8Array): "PNG" | "JPEG" {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "JPEG";
  if ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte)) return "PNG";
  throw new ImagingError("unsupported", "The file is neither a PNG nor a JPEG picture.");
}

const open = async (bytes: Uint8Array): Promise<Sharp> =>
  (await loadSharp())(bytes, { limitInputPixels: maxPixels, failOn: "truncated" });

/** @throws ImagingError `corrupt`, `too-large` */
async function inspect(bytes: Uint8Array): Promise<Metadata> {
  let metadata: Metadata;
  try {
    metadata = await (await open(bytes)).metadata();
  } catch (error) {
    if (error instanceof Error && /pixel limit/i.test(error.message))
      throw new ImagingError("too-large", `A picture has at most ${maxPixels} pixels.`, error);
    throw new ImagingError("corrupt", "The picture cannot be read.", error);
  }
  const { width, height } = metadata;
  if (width > maxSide || height > maxSide || width * height > maxPixels)
    throw new ImagingError("too-large", `A picture has at most ${maxPixels} pixels and sides of ${maxSide}.`);
  return metadata;
}

const bits = (allocated: number): DataSetValues => ({
  BitsAllocated: allocated,
  BitsStored: allocated,
  HighBit: allocated - 1,
  PixelRepresentation: 0,
});

/** PS3.3 C.7.6.1.1.5: what was lost stays lost, also where the pixels are native now. */
function lossyValues(nativeBytes: number, encodedBytes: number): DataSetValues {
  return {
    LossyImageCompression: "01",
    LossyImageCompressionRatio: Math.round((nativeBytes / encodedBytes) * 1000) / 1000,
    LossyImageCompressionMethod: "ISO_10918_1",
  };
}

/** Baseline JPEG of 8 bits that is not to be turned stays as it is, as one fragment (PS3.5 A.4.1). */
async function encapsulated(bytes: Uint8Array, header: JpegHeader): Promise<PixelModule> {
  try {
    await (await open(bytes)).stats();
  } catch (error) {
    throw new ImagingError("corrupt", "The JPEG picture ends early or cannot be decoded.", error);
  }
  const { rows, columns, components } = header;
  const colour = components.length === 3;
  const ybr = isYbr(header, "YBR_FULL_422");
  return {
    transferSyntaxUID: TransferSyntaxes.JPEGBaseline8Bit,
    rows,
    columns,
    values: {
      SamplesPerPixel: components.length,
      PhotometricInterpretation: colour ? (ybr ? "YBR_FULL_422" : "RGB") : "MONOCHROME2",
      ...(colour ? { PlanarConfiguration: 0 } : {}),
      ...bits(8),
      ...lossyValues(rows * columns * components.length, bytes.length),
      PixelData: { frames: [bytes] },
    },
  };
}

/** Everything else becomes native pixels: upright, sRGB or grey, on white where it is transparent. */
async function native(bytes: Uint8Array, metadata: Metadata): Promise<PixelModule> {
  const grey = metadata.space === "b-w" || metadata.space === "grey16";
  const deep = grey && metadata.depth === "ushort";
  let picture = (await open(bytes)).autoOrient();
  if (metadata.hasAlpha) picture = picture.flatten({ background: "#ffffff" });
  picture = picture.toColourspace(grey ? (deep ? "grey16" : "b-w") : "srgb");
  let decoded: { data: Buffer; info: OutputInfo };
  try {
    decoded = await picture.raw({ depth: deep ? "ushort" : "uchar" }).toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new ImagingError("corrupt", "The picture cannot be decoded.", error);
  }
  const { data, info } = decoded;
  return {
    transferSyntaxUID: TransferSyntaxes.ExplicitVRLittleEndian,
    rows: info.height,
    columns: info.width,
    values: {
      SamplesPerPixel: info.channels,
      PhotometricInterpretation: info.channels === 3 ? "RGB" : "MONOCHROME2",
      ...(info.channels === 3 ? { PlanarConfiguration: 0 } : {}),
      ...bits(deep ? 16 : 8),
      ...(metadata.format === "jpeg" ? lossyValues(data.length, bytes.length) : {}),
      PixelData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    },
  };
}

function staysEncoded(format: "PNG" | "JPEG", bytes: Uint8Array, metadata: Metadata): JpegHeader | null {
  if (format !== "JPEG" || (metadata.orientation ?? 1) !== 1) return null;
  const header = jpegHeader(bytes);
  const baseline = header.startOfFrame === 0xc0 && header.precision === 8;
  return baseline && [1, 3].includes(header.components.length) && header.rows > 0 ? header : null;
}

/** Attributes of type 2 that the caller may not know: they are there and empty (PS3.3 A.8.1). */
const emptyUnlessGiven: DataSetValues = {
  PatientName: null,
  PatientID: null,
  PatientBirthDate: null,
  PatientSex: null,
  StudyDate: null,
  StudyTime: null,
  StudyID: null,
  AccessionNumber: null,
  ReferringPhysicianName: null,
  SeriesNumber: null,
  InstanceNumber: null,
  PatientOrientation: null,
  Laterality: null,
};

/**
 * A PNG or JPEG picture as Secondary Capture Image Storage (PS3.3 A.8.1). A baseline JPEG of 8 bits is kept as it is in Pixel Data; everything else
 * becomes native pixels. The uploaded bytes are not in the data set: whoever archives it keeps them beside it.
 * @param attributes of patient, study and series, by keyword: `StudyInstanceUID` and `Modality` at least. Series and instance UID
 *   are made where they are not given
 * @throws ImagingError `unsupported`, `corrupt`, `too-large`
 */
export async function pictureToSecondaryCapture(
  bytes: Uint8Array,
  attributes: DataSetValues & { StudyInstanceUID: string; Modality: string },
): Promise<SecondaryCapture> {
  const format = formatOf(bytes);
  const metadata = await inspect(bytes);
  const header = staysEncoded(format, bytes, metadata);
  const pixels = header ? await encapsulated(bytes, header) : await native(bytes, metadata);
  const dataSet = dataSetOf({
    ...emptyUnlessGiven,
    ImageType: ["DERIVED", "SECONDARY"],
    ConversionType: "WSD",
    SeriesInstanceUID: newUid(),
    SOPInstanceUID: newUid(),
    ...attributes,
    SOPClassUID: SopClasses.SecondaryCaptureImageStorage,
    Rows: pixels.rows,
    Columns: pixels.columns,
    ...pixels.values,
  });
  const { transferSyntaxUID, rows, columns } = pixels;
  return { dataSet, transferSyntaxUID, format, rows, columns };
}
