import { gunzipSync } from "node:zlib";
import {
  type DicomJson,
  items,
  personName,
  readPart10,
  Tags,
  TransferSyntaxes,
  text,
} from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked, ctInstance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { prepareJobs, transact, type Viewer } from "../../../platform/index.ts";
import { createJournal, type Journal } from "../../journal/index.ts";
import { changePatient } from "../../patients/index.ts";
import { createArchive } from "../archive.ts";
import type { StoredInstance } from "../stored-instance.ts";
import type { Archive } from "../types.ts";

const database = testDatabase();
const platform = testPlatform(database);
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

let count = 0;
/** An instance of a patient of its own. */
const made = (attributes = {}, options = {}) =>
  ctInstance({ PatientID: `C-${++count}`, ...attributes }, options);
const ingest = (one: MadeInstance) => archive.ingest(viewer, { chunks: chunked(one.bytes), door: "upload" });
const located = (imageId: string) => archive.locateById(viewer, imageId, "none");
const change = (patientId: string, input: Parameters<typeof changePatient>[3]) =>
  transact(database.db, (tx) =>
    changePatient(tx, viewer, patientId, input, { clock: platform.clock, journal }),
  );

async function bytesOf(stored: StoredInstance, range?: { start: number; end?: number }): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await archive.openObject(stored, range)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test("what nobody corrected is sent as it was received", async () => {
  const one = made();
  const first = await ingest(one);
  // The same patient, written in another way and with less: nothing to correct.
  const other = ctInstance({
    PatientID: `C-${count}`,
    PatientName: "DOE^Jane^",
    PatientBirthDate: "",
    PatientSex: undefined,
  });
  const named = await Promise.all(
    ["Doe^Jane^Q", "Doe^Jane=山田^花子=やまだ^はなこ", "=山田^花子"].map(async (PatientName) => {
      const more = ctInstance({ PatientID: `C-${count}`, PatientName });
      return [(await ingest(more)).imageId, more] as const;
    }),
  );
  for (const [imageId, { bytes }] of [
    [first.imageId, one] as const,
    [(await ingest(other)).imageId, other] as const,
    ...named,
  ]) {
    const stored = await located(imageId);
    expect(stored.rewritten).toBeUndefined();
    expect((await bytesOf(stored)).equals(Buffer.from(bytes))).toBe(true);
  }
});

describe.each([
  ["explicit little endian", TransferSyntaxes.ExplicitVRLittleEndian],
  ["implicit little endian", TransferSyntaxes.ImplicitVRLittleEndian],
  ["explicit big endian", TransferSyntaxes.ExplicitVRBigEndian],
  ["deflated", TransferSyntaxes.DeflatedExplicitVRLittleEndian],
])("a corrected patient, %s", (_, transferSyntaxUID) => {
  const frames = [1, 2].map((value) => Buffer.alloc(16 * 16 * 2, value));
  const make = () =>
    made(
      { NumberOfFrames: "2", PixelData: Buffer.concat(frames), PatientName: "Müller^Anna" },
      { transferSyntaxUID, characterSet: "ISO_IR 100" },
    );

  test("is what every reader gets, with the right places, and the received bytes stay", async () => {
    const one = make();
    const { imageId, patientId } = await ingest(one);
    const before = await located(imageId);
    await change(patientId, { lastName: "Иванова", birthDate: "1971-02-03" });
    const stored = await located(imageId);
    expect(stored.sha256).not.toBe(before.sha256);

    const bytes = await bytesOf(stored);
    expect(bytes.length).toBe(stored.size);
    expect((await archive.readObject(stored)).length).toBe(stored.size);
    const { dataSet, meta, pixelData, transferSyntaxUID: sent } = readPart10(bytes);
    expect(sent).toBe(transferSyntaxUID);
    expect(text(meta!, Tags.MediaStorageSOPInstanceUID)).toBe(one.SOPInstanceUID);
    expect(text(dataSet, Tags.SpecificCharacterSet)).toBe("ISO_IR 192");
    expect(personName(dataSet, Tags.PatientName)).toMatchObject({ alphabetic: "Иванова^Anna" });
    expect(text(dataSet, Tags.PatientBirthDate)).toBe("19710203");
    expect(text(dataSet, Tags.StudyDescription)).toBe("CT Abdomen");
    const [original] = items(dataSet, Tags.OriginalAttributesSequence);
    expect(text(original!, Tags.ReasonForTheAttributeModification)).toBe("COERCE");
    expect(text(original!, Tags.ModifyingSystem)).toBe(platform.config.aeTitle);
    expect(text(original!, Tags.AttributeModificationDateTime)).toMatch(/^\d{14}\.\d{6}\+0000$/);
    const [replaced] = items(original!, Tags.ModifiedAttributesSequence);
    expect(personName(replaced!, Tags.PatientName)).toMatchObject({ alphabetic: "Müller^Anna" });
    expect(text(replaced!, Tags.PatientBirthDate)).toBe("19700102");

    expect(pixelData?.frames.length).toBe(2);
    for (const [index, frame] of frames.entries())
      expect(Buffer.from(await archive.readFrame(stored, index + 1)).equals(frame)).toBe(true);
    if (pixelData && transferSyntaxUID !== TransferSyntaxes.DeflatedExplicitVRLittleEndian) {
      const { offset, length } = stored.pixels!;
      expect({ offset, length }).toEqual({ offset: pixelData.offset, length: pixelData.length });
      const pixels = await bytesOf(stored, { start: offset, end: offset + length });
      expect(pixels.equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
    for (const [start, end] of [
      [0, 200],
      [stored.dataSetOffset - 3, stored.headerLength + 5],
      [stored.size - 10, stored.size],
    ] as const)
      expect((await bytesOf(stored, { start, end })).equals(bytes.subarray(start, end))).toBe(true);
    const header = await archive.readHeader(stored);
    expect(Buffer.from(header).equals(bytes.subarray(0, stored.headerLength))).toBe(true);
    const name = personName(await archive.readAttributes(stored), Tags.PatientName);
    expect(name).toMatchObject({ alphabetic: "Иванова^Anna" });
    const dataSetBytes: Buffer[] = [];
    for await (const chunk of await archive.openDataSet(stored)) dataSetBytes.push(chunk as Buffer);
    expect(Buffer.concat(dataSetBytes).equals(bytes.subarray(stored.dataSetOffset))).toBe(true);

    const [row] = await database.db<{ objectKey: string; sha256: Buffer }[]>`
      select object_key as "objectKey", sha256 from instance where id = ${imageId}`;
    expect((await platform.objects.read(row!.objectKey)).equals(Buffer.from(one.bytes))).toBe(true);
    expect(row!.sha256.toString("hex")).toBe(before.sha256);
  });

  test("is in metadata and searches as well", async () => {
    const one = make();
    const { patientId, imageId } = await ingest(one);
    const metadata = async () => {
      const found = await archive.seriesMetadata(viewer, one);
      const [json] = JSON.parse(gunzipSync(found.gzipped).toString()) as DicomJson[];
      return { revision: found.revision, json: json! };
    };
    const before = await metadata();
    expect(before.json["00100010"]).toEqual({ vr: "PN", Value: [{ Alphabetic: "Müller^Anna" }] });
    await change(patientId, { firstName: "Eva", sex: "O" });
    const after = await metadata();
    expect(after.revision).not.toBe(before.revision);
    const expected = { vr: "PN", Value: [{ Alphabetic: "Müller^Eva" }] };
    expect(after.json["00100010"]).toEqual(expected);
    expect(after.json["00100040"]).toEqual({ vr: "CS", Value: ["O"] });
    expect((await archive.instanceMetadata(await located(imageId)))["00100010"]).toEqual(expected);
    const found: DicomJson[] = [];
    for await (const { attributes } of archive.find(viewer, {
      level: "STUDY",
      matches: [{ tag: Tags.StudyInstanceUID, match: { kind: "uids", values: [one.StudyInstanceUID] } }],
      include: [],
    }))
      found.push(attributes);
    expect(found.map((attributes) => attributes["00100010"])).toEqual([expected]);
  });
});

test("a correction that goes back to what the object says is sent as received again", async () => {
  const one = made();
  const { imageId, patientId } = await ingest(one);
  await change(patientId, { lastName: "Roe" });
  expect((await located(imageId)).rewritten).toBeDefined();
  await change(patientId, { lastName: "Doe" });
  const stored = await located(imageId);
  expect(stored.rewritten).toBeUndefined();
  expect((await bytesOf(stored)).equals(Buffer.from(one.bytes))).toBe(true);
});

test("an object whose identity was not noted is looked at", async () => {
  const one = made();
  const { imageId } = await ingest(one);
  await database.db`update instance set said_id = null where id = ${imageId}`;
  expect((await located(imageId)).rewritten).toBeUndefined();
  await database.db`update patient set name = 'Doe^Joan', given = 'Joan' where id = (select patient_id from study st
    join series se on se.study_id = st.id join instance i on i.series_id = se.id where i.id = ${imageId})`;
  expect((await located(imageId)).rewritten).toBeDefined();
});

test("storage commitment is answered from the rows of the caller's facility", async () => {
  const one = made();
  const { imageId } = await ingest(one);
  const SOPClassUID = String(text(readPart10(one.bytes).dataSet, Tags.SOPClassUID));
  const of = async (uid: string, sopClass = SOPClassUID, who = viewer) =>
    (await archive.commitment(who, [{ SOPClassUID: sopClass, SOPInstanceUID: uid }]))[0]!.outcome;
  expect(await of(one.SOPInstanceUID)).toBe("ok");
  expect(await of("1.2.3.4")).toBe("unknown");
  expect(await of(one.SOPInstanceUID, "1.2.840.10008.5.1.4.1.1.4")).toBe("class-conflict");
  const elsewhere = viewerAt([await makeFacility(database.db, { issuer: "ELSEWHERE" })]);
  expect(await of(one.SOPInstanceUID, SOPClassUID, elsewhere)).toBe("unknown");
  await expect(of("1.2", SOPClassUID, { ...viewer, roles: ["BILLING"] })).rejects.toMatchObject({
    kind: "forbidden",
  });
  const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = one;
  const again = made({ SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, SeriesDescription: "other" });
  expect(await ingest(again)).toMatchObject({ outcome: "quarantined", imageId });
  expect(await of(SOPInstanceUID)).toBe("in-doubt");
});
