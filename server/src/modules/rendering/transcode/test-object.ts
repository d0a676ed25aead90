import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  number,
  type ParsedObject,
  readPart10,
  Tags,
  type TransferSyntax,
  text,
  transferSyntax,
} from "@isocenter/dicom";
import { decodeFrame, frameBitOffset, frameDescription, interleave } from "@isocenter/imaging";
import type { StoredInstance } from "../../archive/index.ts";
import type { ObjectReader } from "./source.ts";

/** A Part 10 file as the archive would hold it, and the archive that does. For tests. */
export function keptObject(bytes: Uint8Array): { instance: StoredInstance; archive: ObjectReader } {
  const parsed = readPart10(bytes);
  const { dataSet, pixelData, deflated } = parsed;
  const start = ({ offset, vr }: { offset: number; vr: string }) =>
    offset - (dataSet.explicitVR && /^(O[BDFLVW]|S[QV]|U[CNRTV])$/.test(vr) ? 12 : 8);
  const after = pixelData && [...dataSet.elements.values()].find(({ tag }) => tag > pixelData.tag);
  const around = pixelData && !deflated;
  const instance = {
    StudyInstanceUID: text(dataSet, Tags.StudyInstanceUID) ?? "",
    SeriesInstanceUID: text(dataSet, Tags.SeriesInstanceUID) ?? "",
    SOPInstanceUID: text(dataSet, Tags.SOPInstanceUID) ?? "",
    SOPClassUID: text(dataSet, Tags.SOPClassUID) ?? "",
    transferSyntaxUID: parsed.transferSyntaxUID,
    rows: number(dataSet, Tags.Rows) ?? null,
    columns: number(dataSet, Tags.Columns) ?? null,
    bitsAllocated: number(dataSet, Tags.BitsAllocated) ?? null,
    samplesPerPixel: number(dataSet, Tags.SamplesPerPixel) ?? null,
    numberOfFrames: pixelData?.frames.length ?? 0,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    dataSetOffset: parsed.dataSetOffset,
    headerLength: around ? start(pixelData) : bytes.length,
    trailerOffset: around && after ? start(after) : null,
    pixels: pixelData,
  } as unknown as StoredInstance;
  const open = async (from = 0, to = bytes.length) =>
    Readable.from(
      [bytes.subarray(from, to)].filter(({ length }) => length > 0),
      { objectMode: false },
    );
  return {
    instance,
    archive: {
      openObject: (_instance, range) => open(range?.start, range?.end),
      openDataSet: () => open(parsed.dataSetOffset),
      async readFrame(_instance, frameNumber) {
        const pieces = pixelData!.frames[frameNumber - 1]!;
        return Buffer.concat(pieces.map(({ offset, length }) => bytes.subarray(offset, offset + length)));
      },
    },
  };
}

/** The decoded frames of an object, each beginning at a byte of its own; colour by pixel however it stands. */
export async function decodedFrames(bytes: Uint8Array, parsed: ParsedObject): Promise<Uint8Array[]> {
  const { dataSet, pixelData, transferSyntaxUID } = parsed;
  const description = frameDescription(dataSet, transferSyntaxUID, pixelData);
  const value = dataSet.elements.get(pixelData!.tag)!.value;
  const { encapsulated, offset: origin } = pixelData!;
  return Promise.all(
    pixelData!.frames.map(async (pieces, index) => {
      const views = pieces.map(({ offset, length }) =>
        parsed.deflated
          ? value.subarray(offset - origin, offset - origin + length)
          : bytes.subarray(
              offset,
              offset + length + ((transferSyntax(transferSyntaxUID) as TransferSyntax).littleEndian ? 0 : 1),
            ),
      );
      const bitOffset = encapsulated ? 0 : frameBitOffset(description, index);
      const frame = await decodeFrame({ ...description, bitOffset }, Buffer.concat(views));
      const { samplesPerPixel, bitsAllocated } = description;
      return samplesPerPixel > 1 && frame.planarConfiguration === 1
        ? interleave(frame.bytes, samplesPerPixel, bitsAllocated / 8)
        : frame.bytes;
    }),
  );
}
