import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { readPart10 } from "@isocenter/dicom";
import { type Elements, part10 } from "@isocenter/test/support/dicom-bytes.ts";
import { Refusal } from "../../platform/index.ts";
import type { Archive, StoredInstance } from "../archive/index.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export const studyId = "0198a000-0000-7000-8000-000000000001";

export interface HeldInstance extends StoredInstance {
  bytes: Buffer;
  originalBytes?: Buffer;
}

/** An instance as the archive would hold it. @param more what it says of it beside the bytes */
export function held(number: number, elements: Elements, more: Partial<HeldInstance> = {}): HeldInstance {
  const bytes = part10(elements);
  const { pixelData } = readPart10(bytes);
  return {
    id: `0198a000-0000-7000-8000-0000000001${String(number).padStart(2, "0")}`,
    studyId,
    seriesId: "series",
    patientId: "patient",
    facilityId: "facility",
    StudyInstanceUID: "1.2.3",
    SeriesInstanceUID: "1.2.3.4",
    SOPInstanceUID: `1.2.3.4.${number}`,
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    transferSyntaxUID: "1.2.840.10008.1.2.1",
    modality: "CT",
    seriesNumber: 1,
    instanceNumber: number,
    rows: null,
    columns: null,
    bitsAllocated: null,
    samplesPerPixel: null,
    numberOfFrames: pixelData?.frames.length ?? 0,
    size: bytes.length,
    sha256: sha256(bytes),
    dataSetOffset: 0,
    headerLength: pixelData ? pixelData.offset - 12 : bytes.length,
    trailerOffset: null,
    pixels: pixelData,
    objectKey: "key",
    sourceAeTitle: null,
    original: null,
    createdAt: new Date(0),
    bytes,
    ...more,
  };
}

/** A grey frame of 4 × 4 pixels of 16 bits that grows brighter; `frames` of them. */
export function greyImage(more: Elements = {}, frames = 1): Elements {
  const pixels = Array.from({ length: 16 * frames }, (_, i) => (i % 16) * 100 + Math.floor(i / 16));
  return {
    SamplesPerPixel: ["US", 1],
    PhotometricInterpretation: ["CS", "MONOCHROME2"],
    NumberOfFrames: ["IS", String(frames)],
    Rows: ["US", 4],
    Columns: ["US", 4],
    BitsAllocated: ["US", 16],
    BitsStored: ["US", 16],
    HighBit: ["US", 15],
    PixelRepresentation: ["US", 0],
    PixelData: ["OW", pixels],
    ...more,
  };
}

/** An archive in memory that counts what is read from it. */
export function memoryArchive(instances: readonly HeldInstance[]) {
  const reads = { header: 0, frame: 0 };
  const archive: Pick<
    Archive,
    | "readAttributes"
    | "readFrame"
    | "locate"
    | "locateEach"
    | "locateById"
    | "openObject"
    | "openDataSet"
    | "readObject"
    | "openOriginal"
    | "getStudy"
    | "listSeries"
  > = {
    async readAttributes(instance) {
      reads.header++;
      return readPart10((instance as HeldInstance).bytes.subarray(0, instance.headerLength)).dataSet;
    },
    async readFrame(instance, frameNumber) {
      reads.frame++;
      const { bytes, pixels } = instance as HeldInstance;
      const length = pixels!.length / instance.numberOfFrames;
      if (length < 1) throw new Refusal("not-found", "frame.not-found", "There is no such frame.");
      const start = pixels!.offset + (frameNumber - 1) * length;
      return bytes.subarray(start, start + length);
    },
    async locate(_viewer, selection) {
      return instances.filter(
        (instance) =>
          instance.StudyInstanceUID === selection.StudyInstanceUID &&
          (selection.SeriesInstanceUID ?? instance.SeriesInstanceUID) === instance.SeriesInstanceUID,
      );
    },
    async *locateEach(viewer, selection) {
      for (const instance of await archive.locate(viewer, selection, "rendered")) yield [instance];
    },
    async locateById(_viewer, imageId) {
      const found = instances.find((instance) => instance.id === imageId);
      if (!found) throw new Refusal("not-found", "image.not-found", "There is no such image.");
      return found;
    },
    async openObject(instance, range) {
      return Readable.from([(instance as HeldInstance).bytes.subarray(range?.start ?? 0, range?.end)]);
    },
    readObject: async (instance) => (instance as HeldInstance).bytes,
    async openDataSet(instance) {
      return Readable.from([(instance as HeldInstance).bytes.subarray(instance.dataSetOffset)]);
    },
    async openOriginal(instance) {
      const bytes = (instance as HeldInstance).originalBytes!;
      return Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]);
    },
    async getStudy() {
      return { studyInstanceUid: "1.2.3" } as Awaited<ReturnType<Archive["getStudy"]>>;
    },
    async listSeries() {
      const uids = [...new Set(instances.map((instance) => instance.SeriesInstanceUID))];
      return uids.map((seriesInstanceUid) => ({ seriesInstanceUid })) as Awaited<
        ReturnType<Archive["listSeries"]>
      >;
    },
  };
  return { archive, reads };
}
