import { gunzipSync } from "node:zlib";
import { type DicomJson, readPart10, Tags, text } from "@isocenter/dicom";
import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { chunked, ctInstance, type MadeInstance } from "@isocenter/test/support/instances.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, inject, test } from "vitest";
import { prepareJobs, transact, type Viewer } from "../../platform/index.ts";
import { createJournal, type Journal } from "../journal/index.ts";
import { getPatient, listPatients, mergePatients, undoMerge } from "../patients/index.ts";
import { createArchive } from "./archive.ts";
import type { Archive } from "./types.ts";

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
const patient = (name: string) => ({ PatientID: `M-${++count}`, PatientName: name });
const ingest = (made: MadeInstance, who = viewer) =>
  archive.ingest(who, { chunks: chunked(made.bytes), door: "upload" });
const context = () => ({ clock: platform.clock, journal, followers: [archive.followMerge] });
const merge = (patientId: string, intoPatientId: string, more = {}, who = viewer) =>
  transact(database.db, (tx) =>
    mergePatients(tx, who, patientId, { intoPatientId, reason: "the same person", ...more }, context()),
  );
const undo = (mergeId: string) => transact(database.db, (tx) => undoMerge(tx, viewer, mergeId, context()));

/** Who the image is of, as each way of reading says: PatientID and name; and whose the rows say it is. */
async function everywhere(made: MadeInstance, imageId: string) {
  const stored = await archive.locateById(viewer, imageId, "none");
  const { dataSet } = readPart10(await archive.readObject(stored));
  const found: DicomJson[] = [];
  for await (const { attributes } of archive.find(viewer, {
    level: "STUDY",
    matches: [{ tag: Tags.StudyInstanceUID, match: { kind: "uids", values: [made.StudyInstanceUID] } }],
    include: [],
  }))
    found.push(attributes);
  const { gzipped } = await archive.seriesMetadata(viewer, made);
  const [metadata] = JSON.parse(gunzipSync(gzipped).toString()) as DicomJson[];
  const ids = [
    text(dataSet, Tags.PatientID),
    found[0]?.["00100020"]?.Value?.[0],
    metadata?.["00100020"]?.Value?.[0],
    (await archive.instanceMetadata(stored))["00100020"]?.Value?.[0],
    (await archive.getStudy(viewer, stored.studyId)).patient.identifier,
  ];
  expect(found).toHaveLength(1);
  expect(new Set(ids).size, ids.join()).toBe(1);
  const owners = [
    stored.patientId,
    (await archive.getImage(viewer, imageId)).patientId,
    (await archive.getStudy(viewer, stored.studyId)).patientId,
  ];
  expect(new Set(owners).size).toBe(1);
  return { PatientID: ids[0], owner: owners[0] };
}

test("merged patients are one through every door, and two again when it is undone", async () => {
  const [a, b] = [patient("Doe^Jane"), patient("Smith^Jane")];
  const [imageA, imageB] = [ctInstance(a), ctInstance(b)];
  const [inA, inB] = [await ingest(imageA), await ingest(imageB)];
  const mergeId = await merge(inA.patientId, inB.patientId);
  expect(await everywhere(imageA, inA.imageId)).toEqual({ PatientID: b.PatientID, owner: inB.patientId });
  expect(await everywhere(imageB, inB.imageId)).toEqual({ PatientID: b.PatientID, owner: inB.patientId });

  const byOld = await listPatients(database.db, viewer, { identifier: a.PatientID });
  expect(byOld.data.map(({ id }) => id)).toEqual([inB.patientId]);
  expect(byOld.data[0]!.identifiers.map(({ value }) => value)).toEqual([b.PatientID, a.PatientID]);
  expect((await listPatients(database.db, viewer, {})).data.map(({ id }) => id)).not.toContain(inA.patientId);
  expect(await getPatient(database.db, viewer, inA.patientId)).toMatchObject({
    mergedInto: inB.patientId,
    actions: [],
  });
  const byOldId: DicomJson[] = [];
  for await (const { attributes } of archive.find(viewer, {
    level: "STUDY",
    matches: [{ tag: Tags.PatientID, match: { kind: "text", pattern: a.PatientID } }],
    include: [],
  }))
    byOldId.push(attributes);
  expect(byOldId).toHaveLength(2);
  expect((await archive.listStudies(viewer, { patientId: inB.patientId })).total).toBe(2);
  expect((await archive.listStudies(viewer, { patientId: inA.patientId })).total).toBe(0);

  // What comes by either identifier is the survivor's.
  const [laterA, laterB] = [ctInstance(a), ctInstance(b)];
  const [inLaterA, inLaterB] = [await ingest(laterA), await ingest(laterB)];
  expect([inLaterA.patientId, inLaterB.patientId]).toEqual([inB.patientId, inB.patientId]);

  await undo(mergeId);
  for (const [made, { imageId }] of [
    [imageA, inA],
    [laterA, inLaterA],
  ] as const)
    expect(await everywhere(made, imageId)).toEqual({ PatientID: a.PatientID, owner: inA.patientId });
  for (const [made, { imageId }] of [
    [imageB, inB],
    [laterB, inLaterB],
  ] as const)
    expect(await everywhere(made, imageId)).toEqual({ PatientID: b.PatientID, owner: inB.patientId });
  expect((await archive.locateById(viewer, inA.imageId, "none")).rewritten).toBeUndefined();
  const again = await getPatient(database.db, viewer, inA.patientId);
  expect(again).toMatchObject({ mergedInto: null, identifiers: [{ value: a.PatientID }] });
  expect(again.facilityIds).toEqual(viewer.facilityIds);
  await expect(undo(mergeId)).rejects.toMatchObject({ kind: "conflict", code: "merge.undone" });
});

test("images of a study that is being received go with it", async () => {
  const [a, b] = [patient("Doe^Jane"), patient("Doe^Jane")];
  const { StudyInstanceUID, SeriesInstanceUID } = ctInstance();
  const next = (of: typeof a) => ctInstance({ ...of, StudyInstanceUID, SeriesInstanceUID });
  const first = await ingest(next(a));
  const { patientId: intoId } = await ingest(ctInstance(b));
  const mergeId = await merge(first.patientId, intoId);
  expect(await ingest(next(a))).toMatchObject({ studyId: first.studyId, patientId: intoId });
  await undo(mergeId);
  expect(await ingest(next(a))).toMatchObject({ studyId: first.studyId, patientId: first.patientId });
  expect(await archive.getStudy(viewer, first.studyId)).toMatchObject({ numberOfInstances: 3 });
});

test("a merge while images arrive leaves none behind", async () => {
  const [a, b] = [patient("Doe^Jane"), patient("Doe^Jane")];
  const [{ patientId: fromId }, { patientId: intoId }] = [
    await ingest(ctInstance(a)),
    await ingest(ctInstance(b)),
  ];
  const arriving = Array.from({ length: 12 }, () => ingest(ctInstance(a)));
  await merge(fromId, intoId);
  await Promise.all(arriving);
  expect((await archive.listStudies(viewer, { patientId: fromId })).total).toBe(0);
  expect((await archive.listStudies(viewer, { patientId: intoId })).total).toBe(14);
});

test("survivors may be merged on; each merge is undone by itself, in any order", async () => {
  const [a, b, c] = [patient("Doe^Jane"), patient("Doe^Jane"), patient("Doe^Jane")];
  const images = [a, b, c].map((of) => ctInstance(of));
  const answers = await Promise.all(images.map((image) => ingest(image)));
  const [idA, idB, idC] = answers.map(({ patientId }) => patientId) as [string, string, string];
  const ab = await merge(idA, idB);
  const bc = await merge(idB, idC);
  const owners = async () =>
    Promise.all(answers.map(async ({ studyId }) => (await archive.getStudy(viewer, studyId)).patientId));
  expect(await owners()).toEqual([idC, idC, idC]);
  expect((await ingest(ctInstance(a))).patientId).toBe(idC);
  await undo(ab);
  expect(await owners()).toEqual([idA, idC, idC]);
  await undo(bc);
  expect(await owners()).toEqual([idA, idB, idC]);
});

test("what cannot be merged is refused, and nothing changes", async () => {
  const [{ patientId: a }, { patientId: b }] = [
    await ingest(ctInstance(patient("Doe^Jane"))),
    await ingest(ctInstance(patient("Doe^Jane"))),
  ];
  const { patientId: provisional } = await ingest(ctInstance({ PatientID: "" }));
  const elsewhere = viewerAt([await makeFacility(database.db, { issuer: "OTHER" })]);
  const { patientId: stranger } = await ingest(ctInstance(patient("Doe^Jane")), elsewhere);
  await expect(merge(a, a)).rejects.toMatchObject({ kind: "invalid", code: "patient.same" });
  await expect(merge(a, provisional)).rejects.toMatchObject({ code: "patient.provisional" });
  await expect(merge(a, stranger)).rejects.toMatchObject({ kind: "not-found" });
  await expect(merge(stranger, a)).rejects.toMatchObject({ kind: "not-found" });
  await expect(merge(a, b, { expectedVersion: 7 })).rejects.toMatchObject({ code: "version.conflict" });
  await expect(merge(a, b, {}, { ...viewer, roles: ["RADIOLOGIST"] })).rejects.toMatchObject({
    kind: "forbidden",
  });
  const known = viewerAt([...viewer.facilityIds, ...elsewhere.facilityIds]);
  await database.db`insert into patient_facility (patient_id, facility_id, created_at) values (${b}, ${elsewhere.homeFacilityId}, now())`;
  await expect(merge(b, a)).rejects.toMatchObject({ code: "patient.known-elsewhere" });
  await merge(b, a, {}, known);
  await expect(merge(b, a, {}, known)).rejects.toMatchObject({ code: "patient.merged" });
  await expect(merge(a, b, {}, known)).rejects.toMatchObject({ code: "patient.merged" });
});

test("two who merge the same patients at once: one does", async () => {
  const [{ patientId: a }, { patientId: b }] = [
    await ingest(ctInstance(patient("Doe^Jane"))),
    await ingest(ctInstance(patient("Doe^Jane"))),
  ];
  const results = await Promise.allSettled([merge(a, b), merge(b, a), merge(a, b)]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
});
