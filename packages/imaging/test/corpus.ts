import fs from "node:fs";
import path from "node:path";
import { type DataSet, type ParsedObject, readPart10 } from "@isocenter/dicom";
import { type FrameDescription, frameBitOffset, frameDescription, ImagingError } from "../src/index.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const candidates = [process.env.ISOCENTER_CORPUS, `${root}/../shared/corpus`, `${root}/../../shared/corpus`];

/** The folder of real DICOM files, or null where it is not there. */
export const corpus: string | null =
  candidates.find((folder) => folder && fs.existsSync(path.join(folder, "manifest.json"))) ?? null;

export interface ManifestEntry {
  path: string;
  class: string;
  group?: string;
  expect: "accept" | "either" | "reject";
  Rows: number | null;
  decodedPixelSha256?: string;
  decodedPixel?: { bytes: number; photometric: string; sha256Interleaved?: string };
}

export function manifest(): ManifestEntry[] {
  return corpus === null ? [] : JSON.parse(fs.readFileSync(path.join(corpus, "manifest.json"), "utf8")).files;
}

export interface CorpusObject {
  dataSet: DataSet;
  parsed: ParsedObject;
  description: FrameDescription;
  numberOfFrames: number;
  /** From 0. */
  frame(index: number): { description: FrameDescription; bytes: Uint8Array };
}

/** Reads a file of the corpus whole. */
export function open(file: string): CorpusObject {
  const bytes = new Uint8Array(fs.readFileSync(path.join(corpus ?? "", file)));
  const parsed = readPart10(bytes);
  const { dataSet, pixelData } = parsed;
  const description = frameDescription(dataSet, parsed.transferSyntaxUID, pixelData);
  if (!pixelData || pixelData.frames.length === 0) throw new ImagingError("no-pixels", "no pixel data");
  const value = dataSet.elements.get(pixelData.tag)?.value;
  return {
    dataSet,
    parsed,
    description,
    numberOfFrames: pixelData.frames.length,
    frame(index) {
      const pieces = pixelData.frames[index] ?? [];
      // Offsets of a deflated data set count in the inflated one, which the value alone is a view of.
      // Bytes that are swapped by words need their neighbour.
      const spare = parsed.dataSet.littleEndian ? 0 : 1;
      const views = pieces.map(({ offset, length }) =>
        parsed.deflated && value
          ? value.subarray(offset - pixelData.offset, offset - pixelData.offset + length)
          : bytes.subarray(offset, offset + length + spare),
      );
      const joined = views.length === 1 ? views[0]! : new Uint8Array(Buffer.concat(views));
      return {
        bytes: joined,
        description: pixelData.encapsulated
          ? description
          : { ...description, bitOffset: frameBitOffset(description, index) },
      };
    },
  };
}
