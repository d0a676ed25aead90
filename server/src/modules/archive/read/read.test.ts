import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import {
  type DicomJson,
  fromDicomJson,
  newUid,
  SopClasses,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";
import { makeFacility, storedKeys, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import {
  chunked,
  ctInstance,
  ctSeries,
  instance,
  type MadeInstance,
} from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { type ByteRange, prepareJobs, systemClock, type Viewer } from "../../../platform/index.ts";
import { createJournal, type Journal } from "../../journal/index.ts";
import { createArchive } from "../archive.ts";
import { emptyLostAndFound, sweepOrphans } from "../sweep.ts";
import type { Archive, IngestAnswer } from "../types.ts";

const database = testDatabase();
const platform = testPlatform(database, { settleSeconds: 60 });
let journal: Journal;
let archive: Archive;
let viewer: Viewer;

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  journal = createJournal(platform);
  archive = createArchive(platform, journal);
});
beforeEach(async () => {
  viewer = viewerAt([await makeFacility(database.db)]);
});

const ingest = (made: MadeInstance): Promise<IngestAnswer> =>
  archive.ingest(viewer, { chunks: chunked(made.bytes), door: "upload" });
const located = async (made: MadeInstance) =>
  archive.locateById(viewer, (await ingest(made)).imageId, "none");
const metadataOf = async (made: MadeInstance) => {
  const found = await archive.seriesMetadata(viewer, made);
  return { ...found, json: JSON.parse(gunzipSync(found.gzipped).toString()) as DicomJson[] };
};

describe("a frame", () => {
  const frames = [1, 2, 3].map((value) => Buffer.alloc(16 * 16 * 2, value));
  const pixels = Buffer.concat(frames);

  test.each([
    ["explicit little endian", TransferSyntaxes.ExplicitVRLittleEndian],
    ["implicit little endian", TransferSyntaxes.ImplicitVRLittleEndian],
    ["deflated", TransferSyntaxes.DeflatedExplicitVRLittleEndian],
  ])("of native pixels is one range, %s", async (_, transferSyntaxUID) => {
    const stored = await located(
      ctInstance({ NumberOfFrames: "3", PixelData: pixels }, { transferSyntaxUID }),
    );
    expect(stored).toMatchObject({ numberOfFrames: 3, rows: 16, columns: 16, transferSyntaxUID });
    for (const [index, frame] of frames.entries())
      expect(Buffer.from(await archive.readFrame(stored, index + 1)).equals(frame)).toBe(true);
    for (const number of [0, 4, 1.5, Number.NaN])
      await expect(archive.readFrame(stored, number)).rejects.toMatchObject({ code: "frame.not-found" });
  });

  test("of encapsulated pixels is as it was encoded", async () => {
    const encoded = [Buffer.from("ffd8ffe0aabb", "hex"), Buffer.from("ffd8ffe0ccddeeff", "hex")];
    const made = ctInstance(
      { NumberOfFrames: "2", PixelData: { frames: encoded } },
      { transferSyntaxUID: TransferSyntaxes.JPEG2000Lossless },
    );
    const stored = await located(made);
    expect(stored.pixels).toMatchObject({ encapsulated: true });
    expect(Buffer.from(await archive.readFrame(stored, 1))).toEqual(encoded[0]);
    expect(Buffer.from(await archive.readFrame(stored, 2))).toEqual(encoded[1]);
  });

  test("of single bits begins at a byte of its own", async () => {
    // Three frames of 3 × 3 bits without padding: 111111111 000000000 101010101, the first pixel in the lowest bit.
    const bits = [...Array(9).fill(1), ...Array(9).fill(0), ...[1, 0, 1, 0, 1, 0, 1, 0, 1]];
    const packed = Buffer.alloc(4);
    bits.forEach((bit, index) => {
      packed[index >> 3]! |= bit << (index & 7);
    });
    const stored = await located(
      ctInstance({
        Rows: 3,
        Columns: 3,
        BitsAllocated: 1,
        BitsStored: 1,
        HighBit: 0,
        NumberOfFrames: "3",
        PixelData: packed,
        SOPClassUID: SopClasses.SegmentationStorage,
      }),
    );
    const read = await Promise.all([1, 2, 3].map((number) => archive.readFrame(stored, number)));
    expect(read.map((frame) => [...frame])).toEqual([
      [0xff, 1],
      [0, 0],
      [0x55, 1],
    ]);
  });

  test("of what has no pixels is not there", async () => {
    const stored = await located(instance({ SOPClassUID: SopClasses.BasicTextSRStorage, Modality: "SR" }));
    expect(stored).toMatchObject({ numberOfFrames: 0, pixels: null, headerLength: stored.size });
    await expect(archive.readFrame(stored, 1)).rejects.toMatchObject({ code: "frame.not-found" });
  });
});

test("an object of which the store lost the end is an error, and never a shorter object", async () => {
  const stored = await located(ctInstance());
  const half = Math.floor(stored.size / 2);
  const { get, read } = platform.objects;
  const cut = (range?: ByteRange) => ({ start: range?.start ?? 0, end: Math.min(range?.end ?? half, half) });
  const spies = [
    vi.spyOn(platform.objects, "get").mockImplementation((key, range) => get(key, cut(range))),
    vi.spyOn(platform.objects, "read").mockImplementation((key, range) => read(key, cut(range))),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const shorter = /is shorter than its rows say/;
  const received = async (range?: ByteRange) => buffer(await archive.openObject(stored, range));
  await expect(received()).rejects.toThrow(shorter);
  await expect(received({ start: half - 10, end: half + 10 })).rejects.toThrow(shorter);
  await expect(archive.readObject(stored)).rejects.toThrow(shorter);
  expect(await received({ start: 0, end: half })).toHaveLength(half);
});

test("an object that is another image's, as long as this one, is an error through every door that reads its header", async () => {
  const uids = { StudyInstanceUID: "1.2.826.0.1.41", SeriesInstanceUID: "1.2.826.0.1.41.1" };
  const made = (SOPInstanceUID: string) => located(ctInstance({ ...uids, SOPInstanceUID }));
  const [one, other] = [await made("1.2.826.0.1.41.1.1"), await made("1.2.826.0.1.41.1.2")];
  expect(other.size).toBe(one.size);
  const { get, read } = platform.objects;
  const spies = [
    vi.spyOn(platform.objects, "get").mockImplementation((_, range) => get(other.objectKey, range)),
    vi.spyOn(platform.objects, "read").mockImplementation((_, range) => read(other.objectKey, range)),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  const anothers = /is another's/;
  const received = async (range?: ByteRange) => buffer(await archive.openObject(one, range));
  await expect(received()).rejects.toThrow(anothers);
  await expect(received({ start: 0, end: 400 })).rejects.toThrow(anothers);
  await expect(archive.readObject(one)).rejects.toThrow(anothers);
  await expect(archive.readAttributes(one)).rejects.toThrow(anothers);
  expect(await received({ start: 0, end: 0 })).toHaveLength(0);
  expect((await buffer(await archive.openObject(other))).equals(await archive.readObject(other))).toBe(true);
});

test("the header ends where the pixels begin, and attributes are read from it", async () => {
  const made = ctInstance({ PatientName: "Ünal^Jürgen" });
  const stored = await located(made);
  const header = await archive.readHeader(stored);
  expect(Buffer.from(header).equals(Buffer.from(made.bytes.subarray(0, stored.headerLength)))).toBe(true);
  expect(made.bytes.length - header.length).toBe(12 + 512);
  expect(text(await archive.readAttributes(stored), Tags.PatientName)).toBe("Ünal^Jürgen");
});

describe("metadata of a series", () => {
  test("has every attribute in order of the instances, pixels by reference, and is kept", async () => {
    const made = ctSeries(12, { LUTData: undefined });
    for (const one of [...made].reverse()) await ingest(one);
    const first = await metadataOf(made[0]!);
    expect(first.numberOfInstances).toBe(12);
    expect(first.json.map((json) => json["00200013"]!.Value)).toEqual(made.map((_, index) => [index + 1]));
    expect(first.json[3]).toMatchObject({
      "00080018": { vr: "UI", Value: [made[3]!.SOPInstanceUID] },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "Doe^Jane" }] },
      "00280030": { vr: "DS", Value: [0.7, 0.7] },
      "7FE00010": { vr: "OW", BulkDataURI: `instances/${made[3]!.SOPInstanceUID}/bulkdata/7FE00010` },
    });
    expect(text(fromDicomJson(first.json[0]!), Tags.StudyDescription)).toBe("CT Abdomen");
    const keys = await storedKeys(platform, "metadata");
    const again = await metadataOf(made[0]!);
    expect(again.revision).toBe(first.revision);
    expect(Buffer.from(again.gzipped).equals(Buffer.from(first.gzipped))).toBe(true);
    expect(await storedKeys(platform, "metadata")).toEqual(keys);
  });

  test("is never that of an older revision, and the older object goes", async () => {
    const [one, two] = ctSeries(2);
    await ingest(one!);
    const before = await metadataOf(one!);
    const objects = (await storedKeys(platform, "metadata")).length;
    await ingest(two!);
    const after = await metadataOf(one!);
    expect(before.json.length).toBe(1);
    expect(after.json.length).toBe(2);
    expect(after.revision).not.toBe(before.revision);
    expect((await storedKeys(platform, "metadata")).length).toBe(objects);
  });

  test("is made once however many ask, and while images come in it is always whole", async () => {
    const made = ctSeries(30);
    await ingest(made[0]!);
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => metadataOf(made[0]!))),
      Promise.all(made.slice(1).map(ingest)),
    ]);
    for (const answer of answers) expect(answer.json.length).toBe(answer.numberOfInstances);
    expect((await metadataOf(made[0]!)).json.length).toBe(30);
  });

  test("gives long binary values and what follows the pixels as well", async () => {
    const made = ctInstance({
      EncapsulatedDocument: Buffer.alloc(3000, 7),
      ICCProfile: Buffer.alloc(10, 1),
      DataSetTrailingPadding: Buffer.alloc(6),
    });
    await ingest(made);
    const { json } = await metadataOf(made);
    expect(json[0]!["00420011"]).toEqual({
      vr: "OB",
      BulkDataURI: `instances/${made.SOPInstanceUID}/bulkdata/00420011`,
    });
    expect(json[0]!["00282000"]!.InlineBinary).toBe(Buffer.alloc(10, 1).toString("base64"));
    expect(json[0]!.FFFCFFFC).toBeDefined();
    const stored = await archive.locate(viewer, made, "none");
    expect(await archive.instanceMetadata(stored[0]!)).toEqual(json[0]);
  });

  test("of another facility, or a series that is not there, is not found", async () => {
    const made = ctInstance();
    await ingest(made);
    const stranger = viewerAt([await makeFacility(database.db)]);
    await expect(archive.seriesMetadata(stranger, made)).rejects.toMatchObject({ code: "series.not-found" });
    await expect(
      archive.seriesMetadata(viewer, { ...made, SeriesInstanceUID: newUid() }),
    ).rejects.toMatchObject({ code: "series.not-found" });
  });
});

describe("a study settles", () => {
  const statusOf = async (id: string) => (await archive.getStudy(viewer, id)).status;

  test("when nothing came for the time, has its metadata made, and goes back when something comes", async () => {
    const made = ctSeries(3);
    const { studyId } = await ingest(made[0]!);
    platform.clock.advance(59_000);
    await ingest(made[1]!);
    platform.clock.advance(59_000);
    await database.db`update graphile_worker._private_jobs set run_at = now()`;
    await platform.jobs.drain();
    expect(await statusOf(studyId)).toBe("IN_PROGRESS");
    const [again] = await database.db`
      select run_at < now() + interval '5 seconds' as soon from graphile_worker._private_jobs
      where key = ${`archive.settle-study:${studyId}`}`;
    expect(again, "looked at again one second from now").toEqual({ soon: true });
    platform.clock.advance(2000);
    await database.db`update graphile_worker._private_jobs set run_at = now()`;
    await platform.jobs.drain();
    expect(await statusOf(studyId)).toBe("COMPLETED");
    const [series] = await database.db`
      select metadata_revision = revision as current from series where study_id = ${studyId}`;
    expect(series).toEqual({ current: true });
    const facts = await database.db`
      select type, data from fact where subject_id = ${studyId} and type = 'study.settled'`;
    expect(facts).toEqual([{ type: "study.settled", data: { instances: 2 } }]);
    await ingest(made[2]!);
    expect(await statusOf(studyId)).toBe("IN_PROGRESS");
    platform.clock.advance(61_000);
    await database.db`update graphile_worker._private_jobs set run_at = now()`;
    await platform.jobs.drain();
    expect(await statusOf(studyId)).toBe("COMPLETED");
  });
});

test("objects older than a day that no row names go to the lost-and-found, all others stay", async () => {
  const made = ctInstance();
  await ingest(made);
  await metadataOf(made);
  const kept = [...(await storedKeys(platform, "instances")), ...(await storedKeys(platform, "metadata"))];
  const bytes = (text: string) => Readable.from([Buffer.from(text)]);
  for (const prefix of ["instances", "metadata", "originals"])
    await platform.objects.put(`${prefix}/orphan-${kept.length}`, bytes("left by a crash"));
  await platform.objects.put("instances/made-ahead", bytes(""));
  platform.clock.advance(systemClock.now().getTime() - platform.clock.now().getTime());
  expect(await sweepOrphans(platform)).toBe(0);
  expect(await storedKeys(platform, "instances")).toContain("instances/made-ahead");
  platform.clock.advance(25 * 60 * 60 * 1000);
  expect(await sweepOrphans(platform)).toBe(3);
  expect([...(await storedKeys(platform, "instances")), ...(await storedKeys(platform, "metadata"))]).toEqual(
    kept,
  );
  platform.clock.advance(28 * 24 * 60 * 60 * 1000);
  expect(await emptyLostAndFound(platform)).toBe(0);
  platform.clock.advance(2 * 24 * 60 * 60 * 1000);
  expect(await emptyLostAndFound(platform)).toBe(3);
});

test("what a person corrected, later images do not overwrite; what was empty they fill", async () => {
  const [one, two] = [1, 2].map((number) => ({
    InstanceNumber: number,
    StudyInstanceUID: "1.2.3.4",
    SeriesInstanceUID: "1.2.3.5",
  }));
  const { studyId } = await ingest(ctInstance({ ...one, StudyDescription: "CT Abdomen", StudyID: "" }));
  await database.db`
    update study set description = null, description_folded = null, attributes = attributes - '00081030', corrected = '{00081030}'
    where id = ${studyId}`;
  await ingest(ctInstance({ ...two, StudyDescription: "Typo", StudyID: "S7", AccessionNumber: "A2" }));
  expect(await archive.getStudy(viewer, studyId)).toMatchObject({
    studyDescription: null,
    studyId: "S7",
    accessionNumber: "A1",
    numberOfInstances: 2,
  });
});

test("images of one study UID that name another patient are kept apart, marked, and found under what they say", async () => {
  const uid = newUid();
  const mine = await ingest(ctInstance({ StudyInstanceUID: uid, PatientID: "Q-1" }));
  const other = await ingest(
    ctInstance({ StudyInstanceUID: uid, PatientID: "Q-1", PatientName: "Roe^Richard" }),
  );
  expect(other.studyId).not.toBe(mine.studyId);
  expect((await archive.getStudy(viewer, other.studyId)).patient).toMatchObject({
    name: "Roe, Richard",
    identifier: "Q-1",
    provisional: true,
  });
  const [item] = await database.db`
    select kind, known_patient_id, claim from reconciliation_item where study_id = ${other.studyId}`;
  expect(item).toMatchObject({
    kind: "conflicting-identity",
    known_patient_id: mine.patientId,
    claim: { value: "Q-1", name: "Roe^Richard" },
  });
  expect((await archive.locate(viewer, { StudyInstanceUID: uid }, "none")).length).toBe(2);
  const ofOne = { StudyInstanceUID: uid, patientId: mine.patientId };
  expect((await archive.locate(viewer, ofOne, "none")).map(({ id }) => id)).toEqual([mine.imageId]);
});

test("who reads is written down, once for a request, and frames once for a while", async () => {
  const made = ctSeries(3);
  const answers = await Promise.all(made.map(ingest));
  await journal.drain();
  await archive.locate(viewer, made[0]!, "retrieve");
  for (let i = 0; i < 5; i++) await archive.locateById(viewer, answers[i % 3]!.imageId, "frames");
  await archive.locateById(viewer, answers[0]!.imageId, "none");
  for await (const _ of archive.find(viewer, { level: "STUDY", matches: [], include: [] }));
  await journal.drain();
  const rows = await database.db`
    select action, patient_id from access where actor_id = ${viewer.id} order by action`;
  expect(rows).toEqual([
    { action: "study.retrieved", patient_id: answers[0]!.patientId },
    { action: "study.searched", patient_id: null },
    { action: "study.viewed", patient_id: answers[0]!.patientId },
  ]);
});

test("nothing of another facility is reached by any door", async () => {
  const made = ctInstance();
  const { imageId, studyId } = await ingest(made);
  const stranger = viewerAt([await makeFacility(database.db)]);
  const notFound = { kind: "not-found" };
  await expect(archive.getStudy(stranger, studyId)).rejects.toMatchObject(notFound);
  await expect(archive.listSeries(stranger, studyId)).rejects.toMatchObject(notFound);
  await expect(archive.getImage(stranger, imageId)).rejects.toMatchObject(notFound);
  await expect(archive.locateById(stranger, imageId, "none")).rejects.toMatchObject(notFound);
  expect(await archive.locate(stranger, made, "none")).toEqual([]);
  expect(await archive.locateBySopInstanceUid(stranger, made.SOPInstanceUID, "none")).toEqual([]);
  expect(await archive.studiesByAccession(stranger, "A1")).toEqual([]);
  expect((await archive.listStudies(stranger, {})).total).toBe(0);
  expect((await archive.listImages(stranger, { order: "newest", limit: 5 })).total).toBe(0);
  const clerk = viewerAt([viewer.homeFacilityId], { roles: ["FRONT_DESK"] });
  await expect(archive.listStudies(clerk, {})).rejects.toMatchObject({ kind: "forbidden" });
});
