import { readPart10, Tags, text } from "@isocenter/dicom";
import { makeFacility, storedKeys, viewerAt } from "@isocenter/test/support/archive.ts";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { chunked } from "@isocenter/test/support/instances.ts";
import { beforeAll, expect, test } from "vitest";
import type { Viewer } from "../../../platform/index.ts";
import { createQuarantine, type Quarantine, type QuarantineDecision } from "./quarantine.ts";
import { getQuarantine, listQuarantine, quarantinedObject } from "./quarantine-queries.ts";

const at = decisionsArchive();
let quarantine: Quarantine;
beforeAll(() => {
  quarantine = createQuarantine(at);
});

const entries = async () => (await listQuarantine(at.database.db, at.viewer, {})).data;
const resolve = (id: string, decision: QuarantineDecision) => quarantine.resolve(at.viewer, id, decision);
const committed = async (SOPInstanceUID: string) =>
  (await at.archive.commitment(at.viewer, [{ SOPClassUID: "1.2.840.10008.5.1.4.1.1.2", SOPInstanceUID }]))[0]!
    .outcome;

/** An archived image, and another object of its UID in quarantine. */
async function clash(attributes = {}) {
  const archived = at.image();
  const answer = await at.ingest(archived);
  const { PatientID } = answer;
  const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = archived;
  const came = at.image({
    PatientID,
    SOPInstanceUID,
    StudyInstanceUID,
    SeriesInstanceUID,
    InstanceNumber: 7,
    WindowCenter: "99",
    ...attributes,
  });
  const { quarantineId } = await at.ingest(came);
  return { archived, answer, came, id: quarantineId! };
}
const bytesOf = async (imageId: string) =>
  Buffer.from(await at.archive.readObject(await at.archive.locateById(at.viewer, imageId, "none")));

test("an entry shows what is archived, what came, and what may be done; its bytes are there", async () => {
  const { answer, came, id } = await clash();
  expect(await entries()).toMatchObject([
    {
      id,
      status: "OPEN",
      reason: "same-uid-other-data",
      image: { id: answer.imageId, studyId: answer.studyId, patientId: answer.patientId },
      sopInstanceUid: came.SOPInstanceUID,
      claimed: { name: "Doe, Jane" },
      actions: ["keep", "replace", "add", "discard"],
    },
  ]);
  const { objectKey } = await quarantinedObject(at.database.db, at.viewer, id);
  expect((await at.platform.objects.read(objectKey)).equals(Buffer.from(came.bytes))).toBe(true);
  expect(await committed(came.SOPInstanceUID)).toBe("in-doubt");
});

test("keep: the archived one stays, the same is not asked again, and it can be taken back", async () => {
  const { archived, answer, came, id } = await clash();
  await resolve(id, { action: "KEEP" });
  expect(await entries()).toEqual([]);
  expect((await bytesOf(answer.imageId)).equals(Buffer.from(archived.bytes))).toBe(true);
  expect(await committed(came.SOPInstanceUID)).toBe("ok");
  expect(await at.ingest(came)).toMatchObject({ outcome: "quarantined", quarantineId: id });
  expect(await entries()).toEqual([]);
  await expect(resolve(id, { action: "KEEP" })).rejects.toMatchObject({ code: "quarantine.resolved" });
  await quarantine.undo(at.viewer, id);
  expect(await entries()).toHaveLength(1);
  await expect(quarantine.undo(at.viewer, id)).rejects.toMatchObject({ code: "quarantine.open" });
});

test("replace: what came is the image through every door, what was archived the version before it", async () => {
  const { archived, answer, came, id } = await clash();
  await expect(resolve(id, { action: "REPLACE" })).rejects.toMatchObject({ kind: "invalid" });
  await resolve(id, { action: "REPLACE", reason: "sent again by the technologist" });
  expect((await bytesOf(answer.imageId)).equals(Buffer.from(came.bytes))).toBe(true);
  expect(await at.archive.getImage(at.viewer, answer.imageId)).toMatchObject({
    instanceNumber: 7,
    windowCenter: 99,
  });
  await at.expectCounts(answer.studyId);
  expect(await at.everywhere(came)).not.toBeNull();
  const stored = await at.archive.locateById(at.viewer, answer.imageId, "none");
  const pixels = readPart10(came.bytes).dataSet.elements.get(Tags.PixelData)!.value;
  expect(Buffer.from(await at.archive.readFrame(stored, 1)).equals(Buffer.from(pixels))).toBe(true);
  expect(await at.ingest(came)).toMatchObject({ outcome: "already-stored" });
  await quarantine.undo(at.viewer, id);
  expect((await bytesOf(answer.imageId)).equals(Buffer.from(archived.bytes))).toBe(true);
  expect(await at.archive.getImage(at.viewer, answer.imageId)).toMatchObject({ instanceNumber: 1 });
  await at.expectCounts(answer.studyId);
  expect(await entries()).toHaveLength(1);
});

test("replace is refused for what names another series; add makes it an image of its own", async () => {
  const { archived, answer, id } = await clash({ SeriesInstanceUID: "1.2.3.4.5.6" });
  await expect(resolve(id, { action: "REPLACE", reason: "newer" })).rejects.toMatchObject({
    code: "quarantine.other-series",
  });
  expect((await bytesOf(answer.imageId)).equals(Buffer.from(archived.bytes))).toBe(true);
  await resolve(id, { action: "ADD" });
  await at.expectCounts(answer.studyId);
  const images = await at.archive.listImages(at.viewer, {
    studyId: answer.studyId,
    order: "number",
    limit: 9,
  });
  const added = images.data.find((image) => image.id !== answer.imageId)!;
  expect(added.sopInstanceUid).toMatch(/^2\.25\.\d+$/);
  const { dataSet, meta } = readPart10(await bytesOf(added.id));
  expect(text(dataSet, Tags.SOPInstanceUID)).toBe(added.sopInstanceUid);
  expect(text(meta!, Tags.MediaStorageSOPInstanceUID)).toBe(added.sopInstanceUid);
  expect(text(dataSet, Tags.SeriesInstanceUID)).toBe("1.2.3.4.5.6");
  expect(dataSet.elements.get(Tags.PixelData)!.value.length).toBe(512);
  await quarantine.undo(at.viewer, id);
  await expect(at.archive.getImage(at.viewer, added.id)).rejects.toMatchObject({ kind: "not-found" });
  await at.expectCounts(answer.studyId);
});

test("discard: the object goes after the commit, for good", async () => {
  const { id } = await clash();
  const { objectKey } = await quarantinedObject(at.database.db, at.viewer, id);
  await resolve(id, { action: "DISCARD", reason: "a test" });
  expect(await storedKeys(at.platform, "instances")).toContain(objectKey);
  await at.platform.jobs.drain();
  expect(await storedKeys(at.platform, "instances")).not.toContain(objectKey);
  await expect(quarantine.undo(at.viewer, id)).rejects.toMatchObject({ code: "quarantine.discarded" });
  await expect(quarantinedObject(at.database.db, at.viewer, id)).rejects.toMatchObject({
    code: "quarantine.discarded",
  });
});

test("what cannot be read is refused, and kept with the reason, once", async () => {
  const whole = at.image().bytes;
  const cut = whole.subarray(0, whole.length - 100);
  const junk = Buffer.from("this is no DICOM object, whatever it says it is".repeat(8));
  for (const bytes of [cut, junk, junk])
    await expect(
      at.archive.ingest(at.viewer, { chunks: chunked(bytes, 100), door: "stow-rs" }),
    ).rejects.toMatchObject({ kind: "unprocessable" });
  const noUid = at.image({ StudyInstanceUID: undefined });
  await expect(at.ingest(noUid)).rejects.toMatchObject({ code: "dicom.missing-uid" });
  const found = await entries();
  expect(found.map(({ detail }) => detail?.split(":")[0]).sort()).toEqual([
    "dicom.missing-uid",
    "dicom.not-dicom",
    "dicom.truncated",
  ]);
  const truncated = found.find(({ detail }) => detail?.startsWith("dicom.truncated"))!;
  expect(truncated).toMatchObject({
    reason: "unreadable",
    image: null,
    claimed: null,
    size: cut.length,
    actions: ["keep", "discard"],
  });
  const { objectKey } = await quarantinedObject(at.database.db, at.viewer, truncated.id);
  expect((await at.platform.objects.read(objectKey)).equals(Buffer.from(cut))).toBe(true);
  await expect(resolve(truncated.id, { action: "REPLACE", reason: "x" })).rejects.toMatchObject({
    code: "quarantine.action-not-allowed",
  });
  await resolve(truncated.id, { action: "DISCARD", reason: "seen" });
  expect(await getQuarantine(at.database.db, at.viewer, truncated.id)).toMatchObject({
    status: "RESOLVED",
    resolution: { action: "DISCARD", reason: "seen" },
  });
});

test("two who decide at once: one does", async () => {
  const { answer, id } = await clash();
  const results = await Promise.allSettled([
    resolve(id, { action: "REPLACE", reason: "newer" }),
    resolve(id, { action: "KEEP" }),
    resolve(id, { action: "ADD" }),
  ]);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await at.expectCounts(answer.studyId);
});

test("what is decided and taken back stands in the audit trail: who, what, and of whose image", async () => {
  const { answer, id } = await clash();
  await resolve(id, { action: "KEEP" });
  await quarantine.undo(at.viewer, id);
  await resolve(id, { action: "REPLACE", reason: "newer" });
  const facts = await at.database.db`
    select type, actor_id as actor, facility_id as facility, patient_id as patient, data->>'action' as action, data->>'imageId' as image
    from fact where subject_type = 'quarantine' and subject_id = ${id} order by id`;
  const common = { actor: at.viewer.id, facility: at.viewer.homeFacilityId, patient: answer.patientId };
  expect(facts).toEqual([
    { ...common, type: "quarantine.added", action: null, image: answer.imageId },
    { ...common, type: "quarantine.resolved", action: "KEEP", image: answer.imageId },
    { ...common, type: "quarantine.undone", action: "KEEP", image: answer.imageId },
    { ...common, type: "quarantine.resolved", action: "REPLACE", image: answer.imageId },
  ]);
});

test("who may not correct images, and who is at another facility, sees no entry and decides nothing", async () => {
  const { id } = await clash();
  const { db } = at.database;
  const refusedAs = async (who: Viewer) => {
    const asked = [
      listQuarantine(db, who, {}).then(({ data }) => data.length > 0 || Promise.reject({ kind: "none" })),
      getQuarantine(db, who, id),
      quarantinedObject(db, who, id),
      quarantine.resolve(who, id, { action: "DISCARD", reason: "mine" }),
      quarantine.undo(who, id),
    ];
    const results = await Promise.allSettled(asked);
    return results.map((one) => (one.status === "rejected" ? (one.reason as { kind: string }).kind : "done"));
  };
  expect(await refusedAs({ ...at.viewer, roles: ["RADIOLOGIST"] })).toEqual(Array(5).fill("forbidden"));
  const stranger = viewerAt([await makeFacility(db)]);
  expect(await refusedAs(stranger)).toEqual(["none", ...Array(4).fill("not-found")]);
  expect((await entries()).map((entry) => entry.id)).toEqual([id]);
});
