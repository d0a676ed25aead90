import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { number, readPart10, Tags, text, toDicomJson } from "@isocenter/dicom";
import type { Archive, DicomJson, InstanceSelection, StoredInstance } from "../../modules/archive/index.ts";
import { Refusal } from "../../platform/index.ts";

export type MemoryArchive = Pick<
  Archive,
  | "locate"
  | "locateEach"
  | "openObject"
  | "readObject"
  | "openDataSet"
  | "readFrame"
  | "readHeader"
  | "seriesMetadata"
  | "instanceMetadata"
  | "find"
  | "count"
> & {
  add(bytes: Uint8Array): StoredInstance;
  /** Objects that are open now, and the most that ever were. */
  readonly open: { now: number; most: number };
  /** The next object's stream fails after so many bytes. */
  failAfter(bytes: number): void;
};

const matches = (instance: StoredInstance, selection: InstanceSelection): boolean =>
  instance.StudyInstanceUID === selection.StudyInstanceUID &&
  (selection.SeriesInstanceUID ?? instance.SeriesInstanceUID) === instance.SeriesInstanceUID &&
  (selection.SOPInstanceUID ?? instance.SOPInstanceUID) === instance.SOPInstanceUID;

function describe(bytes: Uint8Array): StoredInstance {
  const { dataSet, dataSetOffset, transferSyntaxUID, pixelData } = readPart10(bytes);
  const uid = (tag: number) => text(dataSet, tag) ?? "";
  const long = pixelData && (dataSet.explicitVR ? /^O[BWFD]$|^UN$/.test(pixelData.vr) : false);
  return {
    id: uid(Tags.SOPInstanceUID),
    studyId: uid(Tags.StudyInstanceUID),
    seriesId: uid(Tags.SeriesInstanceUID),
    patientId: "p",
    facilityId: "f",
    StudyInstanceUID: uid(Tags.StudyInstanceUID),
    SeriesInstanceUID: uid(Tags.SeriesInstanceUID),
    SOPInstanceUID: uid(Tags.SOPInstanceUID),
    SOPClassUID: uid(Tags.SOPClassUID),
    transferSyntaxUID,
    modality: uid(Tags.Modality),
    seriesNumber: null,
    instanceNumber: number(dataSet, Tags.InstanceNumber) ?? null,
    rows: number(dataSet, Tags.Rows) ?? null,
    columns: number(dataSet, Tags.Columns) ?? null,
    bitsAllocated: number(dataSet, Tags.BitsAllocated) ?? null,
    samplesPerPixel: number(dataSet, Tags.SamplesPerPixel) ?? null,
    numberOfFrames: pixelData ? (number(dataSet, Tags.NumberOfFrames) ?? 1) : 0,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    dataSetOffset,
    headerLength: pixelData ? pixelData.offset - (long ? 12 : 8) : bytes.length,
    trailerOffset: null,
    pixels: pixelData && {
      tag: pixelData.tag,
      vr: pixelData.vr,
      offset: pixelData.offset,
      length: pixelData.length,
      encapsulated: pixelData.encapsulated,
    },
    objectKey: uid(Tags.SOPInstanceUID),
    original: null,
    createdAt: new Date("2026-01-05T10:00:00.500Z"),
  } as StoredInstance;
}

/** An archive in memory with what the DICOMweb services read of it. For tests. */
export function memoryArchive(): MemoryArchive {
  const objects = new Map<string, { instance: StoredInstance; bytes: Uint8Array }>();
  const open = { now: 0, most: 0 };
  let failing: number | null = null;
  const bytesOf = (instance: StoredInstance) => objects.get(instance.objectKey)?.bytes ?? new Uint8Array();
  const stored = (selection: InstanceSelection) =>
    [...objects.values()].map(({ instance }) => instance).filter((instance) => matches(instance, selection));
  const json = (instance: StoredInstance): DicomJson =>
    toDicomJson(readPart10(bytesOf(instance)).dataSet, {
      bulkDataUri: (path, element) =>
        element.tag === Tags.PixelData || element.length > 1024
          ? `instances/${instance.SOPInstanceUID}/bulkdata/${path}`
          : null,
    }) as DicomJson;
  async function* pieces(bytes: Uint8Array, fail: number | null): AsyncGenerator<Uint8Array> {
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    try {
      for (let at = 0; at < bytes.length; at += 65_536) {
        if (fail !== null && at >= fail) throw new Error("the disk failed");
        yield bytes.subarray(at, at + 65_536);
      }
    } finally {
      open.now -= 1;
    }
  }
  return {
    open,
    add(bytes) {
      const instance = describe(bytes);
      objects.set(instance.objectKey, { instance, bytes });
      return instance;
    },
    failAfter(bytes) {
      failing = bytes;
    },
    locate: async (_viewer, selection) => stored(selection),
    async *locateEach(_viewer, selection) {
      const all = stored(selection);
      for (let at = 0; at < all.length; at += 2) yield all.slice(at, at + 2);
    },
    async readObject(instance) {
      const chunks: Buffer[] = [];
      for await (const chunk of await this.openObject(instance)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async openObject(instance, range) {
      const fail = failing;
      failing = null;
      return Readable.from(pieces(bytesOf(instance).subarray(range?.start ?? 0, range?.end), fail), {
        objectMode: false,
      });
    },
    openDataSet: async (instance) => Readable.from([bytesOf(instance).subarray(instance.dataSetOffset)]),
    async readFrame(instance, frameNumber) {
      const bytes = bytesOf(instance);
      const frame = readPart10(bytes).pixelData?.frames[frameNumber - 1];
      if (!frame) throw new Refusal("not-found", "frame.not-found", "There is no such frame.");
      return Buffer.concat(frame.map(({ offset, length }) => bytes.subarray(offset, offset + length)));
    },
    readHeader: async (instance) => bytesOf(instance).subarray(0, instance.headerLength),
    async seriesMetadata(_viewer, selection) {
      const all = stored(selection);
      if (all.length === 0) throw new Refusal("not-found", "series.not-found", "There is no such series.");
      const revision = String(all.length);
      return { revision, gzipped: gzipSync(JSON.stringify(all.map(json))), numberOfInstances: all.length };
    },
    instanceMetadata: async (instance) => json(instance),
    async *find(_viewer, query) {
      const study = query.matches.find(({ tag }) => tag === Tags.StudyInstanceUID)?.match;
      const [uid] = study?.kind === "uids" ? study.values : [];
      const series = new Set(
        stored({ StudyInstanceUID: uid ?? "" }).map((instance) => instance.SeriesInstanceUID),
      );
      for (const one of series) yield { attributes: { "0020000E": { vr: "UI", Value: [one] } }, key: one };
    },
    count: async () => ({ total: 0, totalIsExact: true }),
  };
}
