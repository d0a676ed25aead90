import { dataSetOf, newUid, SopClasses, TransferSyntaxes, writePart10 } from "@isocenter/dicom";

/** Attributes by keyword; `undefined` takes a default away, `null` or "" leaves it empty. */
export type Attributes = Record<string, unknown>;

export interface MadeInstance {
  /** A Part 10 file. */
  bytes: Uint8Array;
  StudyInstanceUID: string;
  SeriesInstanceUID: string;
  SOPInstanceUID: string;
  transferSyntaxUID: string;
}

/** An instance of a storage SOP class from attributes. */
export function instance(
  attributes: Attributes,
  { transferSyntaxUID = TransferSyntaxes.ExplicitVRLittleEndian as string, characterSet = "ISO_IR 192" } = {},
): MadeInstance {
  const all: Attributes = {
    SOPClassUID: SopClasses.CTImageStorage,
    SOPInstanceUID: newUid(),
    StudyInstanceUID: newUid(),
    SeriesInstanceUID: newUid(),
    ...attributes,
  };
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const dataSet = dataSetOf(said as Parameters<typeof dataSetOf>[0], { characterSet });
  return {
    bytes: writePart10({ dataSet, transferSyntaxUID }),
    StudyInstanceUID: String(all.StudyInstanceUID ?? ""),
    SeriesInstanceUID: String(all.SeriesInstanceUID ?? ""),
    SOPInstanceUID: String(all.SOPInstanceUID ?? ""),
    transferSyntaxUID,
  };
}

/**
 * A CT image with invented content: 16 × 16 pixels of a ramp when nothing else is said, of one patient, each call a study and series of its own unless UIDs
 * are given.
 */
export function ctInstance(
  attributes: Attributes = {},
  options: Parameters<typeof instance>[1] = {},
): MadeInstance {
  const rows = Number(attributes.Rows ?? 16);
  const columns = Number(attributes.Columns ?? 16);
  const pixels = new Uint8Array(rows * columns * 2);
  for (let i = 0; i < pixels.length; i++) pixels[i] = i % 2 === 0 ? (i >> 1) % 256 : 0;
  return instance(
    {
      PatientName: "Doe^Jane",
      PatientID: "P-1",
      PatientBirthDate: "19700102",
      PatientSex: "F",
      StudyDate: "20260105",
      StudyTime: "081500",
      StudyID: "1",
      AccessionNumber: "A1",
      StudyDescription: "CT Abdomen",
      ReferringPhysicianName: "House^Gregory",
      Modality: "CT",
      SeriesNumber: 1,
      SeriesDescription: "Axial 5 mm",
      BodyPartExamined: "ABDOMEN",
      InstanceNumber: 1,
      ImageType: ["ORIGINAL", "PRIMARY", "AXIAL"],
      AcquisitionDate: "20260105",
      ContentDate: "20260105",
      PixelSpacing: ["0.7", "0.7"],
      SliceThickness: "5",
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      Rows: rows,
      Columns: columns,
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 0,
      WindowCenter: "40",
      WindowWidth: "400",
      PixelData: pixels,
      ...attributes,
    },
    options,
  );
}

/** Several images of one series, numbered from 1. */
export function ctSeries(count: number, attributes: Attributes = {}): MadeInstance[] {
  const StudyInstanceUID = attributes.StudyInstanceUID ?? newUid();
  const SeriesInstanceUID = attributes.SeriesInstanceUID ?? newUid();
  return Array.from({ length: count }, (_, index) =>
    ctInstance({ ...attributes, StudyInstanceUID, SeriesInstanceUID, InstanceNumber: index + 1 }),
  );
}

/** A film of X-rays, 64 × 64 pixels of 8 bits, ten frames a second, of a detector that tells logarithms. */
export const xaFilm = (frames: readonly Uint8Array[], attributes: Attributes): MadeInstance =>
  instance({
    SOPClassUID: SopClasses.XRayAngiographicImageStorage,
    SeriesNumber: 1,
    InstanceNumber: 1,
    Modality: "XA",
    Rows: 64,
    Columns: 64,
    NumberOfFrames: frames.length,
    FrameTime: "100",
    SamplesPerPixel: 1,
    PhotometricInterpretation: "MONOCHROME2",
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    PixelIntensityRelationship: "LOG",
    WindowCenter: "128",
    WindowWidth: "256",
    PixelData: new Uint8Array(frames.flatMap((frame) => [...frame])),
    ...attributes,
  });

/** The bytes as they come over a network: in chunks. */
export async function* chunked(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}
