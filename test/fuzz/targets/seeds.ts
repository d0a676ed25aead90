import { Tags, TransferSyntaxes } from "@isocenter/dicom";
import { corpusBytes, corpusFiles } from "../../support/corpus.ts";
import { ctInstance, instance } from "../../support/instances.ts";

/** Longer files of the corpus tell a parser nothing new and make each input slow. */
const maxSeedBytes = 6 * 1024;

/** Files that we make, one in each kind of encoding, with sequences, private elements and character sets. */
export function madeFiles(): Uint8Array[] {
  const syntaxes = [
    TransferSyntaxes.ExplicitVRLittleEndian,
    TransferSyntaxes.ImplicitVRLittleEndian,
    TransferSyntaxes.ExplicitVRBigEndian,
    TransferSyntaxes.DeflatedExplicitVRLittleEndian,
  ];
  const attributes = {
    Rows: 4,
    Columns: 4,
    PixelData: new Uint8Array(32),
    RequestAttributesSequence: [{ ScheduledProcedureStepID: "1", RequestedProcedureID: "2" }, {}],
    ReferencedStudySequence: [{ ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.3" }] }],
  };
  return [
    ...syntaxes.map((transferSyntaxUID) => ctInstance(attributes, { transferSyntaxUID }).bytes),
    ctInstance({ PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう" }).bytes,
    instance({
      PatientName: "Doe",
      NumberOfFrames: 3,
      Rows: 2,
      Columns: 2,
      BitsAllocated: 8,
      PixelData: new Uint8Array(12),
    }).bytes,
  ];
}

/** The made files, and the small ones of the corpus where it is here. */
export function dicomFiles(maxBytes = maxSeedBytes): Uint8Array[] {
  return [
    ...madeFiles(),
    ...corpusFiles.map((file) => corpusBytes(file)).filter((bytes) => bytes.length <= maxBytes),
  ];
}

/** The first bytes of elements that a parser treats in its own way. */
export const elementStarts: readonly number[] = [
  Tags.SpecificCharacterSet,
  Tags.TransferSyntaxUID,
  Tags.NumberOfFrames,
  Tags.PixelData,
  Tags.FloatPixelData,
  Tags.ExtendedOffsetTable,
  Tags.RequestAttributesSequence,
];
