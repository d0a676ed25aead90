import { dataSetOf, SopClasses, TransferSyntaxes, writeDataSet } from "@isocenter/dicom";

export const transferSyntax = TransferSyntaxes.ExplicitVRLittleEndian;

export interface StreamedInstance {
  sopClassUid: string;
  sopInstanceUid: string;
  /** The data set: everything before the pixels, then the pixels, never in one piece. */
  chunks(): AsyncIterable<Uint8Array>;
  bytes: number;
}

const pixelChunk = new Uint8Array(1 << 20).map((_, n) => (n * 2_654_435_761) >>> 24);

/** A CT whose pixels are made as they are sent: frames of 16 bits, of whatever length together. */
export function streamedInstance(options: {
  /** Two instances of one name are the same. */
  name: string;
  studyInstanceUid: string;
  number: number;
  rows: number;
  columns: number;
  frames: number;
}): StreamedInstance {
  const sopClassUid =
    options.frames > 1
      ? SopClasses.MultiFrameGrayscaleWordSecondaryCaptureImageStorage
      : SopClasses.CTImageStorage;
  const sopInstanceUid = `${options.studyInstanceUid}.1.${options.number}`;
  const header = writeDataSet(
    dataSetOf({
      SOPClassUID: sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      StudyDate: "20260105",
      StudyTime: "101112",
      AccessionNumber: "BENCH",
      Modality: "CT",
      PatientName: `Bench^${options.name}`,
      PatientID: `BENCH-${options.name}`,
      PatientBirthDate: "19700101",
      PatientSex: "O",
      StudyInstanceUID: options.studyInstanceUid,
      SeriesInstanceUID: `${options.studyInstanceUid}.1`,
      StudyID: "1",
      SeriesNumber: "1",
      InstanceNumber: String(options.number),
      SamplesPerPixel: 1,
      PhotometricInterpretation: "MONOCHROME2",
      NumberOfFrames: String(options.frames),
      Rows: options.rows,
      Columns: options.columns,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 0,
    }),
    transferSyntax,
  );
  const length = options.rows * options.columns * 2 * options.frames;
  // Pixel Data (7FE0,0010), OW, in Explicit VR Little Endian (PS3.5 7.1.2).
  const element = Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x57, 0, 0, 0, 0, 0, 0]);
  element.writeUInt32LE(length, 8);
  return {
    sopClassUid,
    sopInstanceUid,
    bytes: header.length + element.length + length,
    async *chunks() {
      yield header;
      yield element;
      for (let sent = 0; sent < length; sent += pixelChunk.length)
        yield length - sent < pixelChunk.length ? pixelChunk.subarray(0, length - sent) : pixelChunk;
    },
  };
}
