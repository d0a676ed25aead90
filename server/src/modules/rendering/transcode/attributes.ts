import { type DataSet, type DataSetValues, Tags, TransferSyntaxes, text, texts } from "@isocenter/dicom";
import type { StoredInstance } from "../../archive/index.ts";

/** Defined terms of Lossy Image Compression Method (PS3.3 C.7.6.1.1.5.1) for syntaxes in which pixels always lose something. */
const lossyMethods: Readonly<Record<string, string>> = {
  [TransferSyntaxes.JPEGBaseline8Bit]: "ISO_10918_1",
  [TransferSyntaxes.JPEGExtended12Bit]: "ISO_10918_1",
  [TransferSyntaxes.JPEGSpectralSelectionNonHierarchical68]: "ISO_10918_1",
  [TransferSyntaxes.JPEGFullProgressionNonHierarchical1012]: "ISO_10918_1",
  [TransferSyntaxes.JPEGXLJPEGRecompression]: "ISO_10918_1",
};

/** A ratio as PS3.3 C.7.6.1.1.5.2 has it, such as 12.5. */
const ratio = (native: number, compressed: number): string =>
  (Math.round((native / Math.max(compressed, 1)) * 100) / 100).toFixed(2).slice(0, 16);

/**
 * What has to be said of pixels that went through lossy compression once they are decoded (PS3.3 C.7.6.1.1.5): the fragments that told it are gone. What the
 * object says itself stays; syntaxes that are lossy or not, as the writer chose, leave it to the object.
 * @param nativeBytes of all frames, decoded
 */
export function lossyAttributes(instance: StoredInstance, set: DataSet, nativeBytes: number): DataSetValues {
  const method = lossyMethods[instance.transferSyntaxUID];
  if (method === undefined) return {};
  const said = text(set, Tags.LossyImageCompression) === "01";
  if (said && texts(set, Tags.LossyImageCompressionMethod).length > 0) return {};
  return {
    LossyImageCompression: "01",
    LossyImageCompressionRatio: ratio(nativeBytes, instance.size - instance.headerLength),
    LossyImageCompressionMethod: method,
  };
}
