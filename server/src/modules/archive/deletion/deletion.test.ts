import { SopClasses } from "@isocenter/dicom";
import { makeFacility, storedKeys, viewerAt } from "@isocenter/test/support/archive.ts";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { chunked } from "@isocenter/test/support/instances.ts";
import { expect, test } from "vitest";
import { manualClock, transact, type Viewer } from "../../../platform/index.ts";
import { findWrongCounts } from "../wrong-counts.ts";
import { type DeletionSubject, deleteImages, restoreDeletion } from "./delete.ts";
import { liftHold, placeHold, setRetentionRules } from "./holds.ts";
import { purgeDeletion, removeLater } from "./purge.ts";
import { getDeletion, listDeletions, listHolds } from "./queries.ts";
import { defaultRetention, retainedUntil } from "./retention.ts";

const at = decisionsArchive();

const remove = (subject: DeletionSubject, who = at.viewer) =>
  transact(at.database.db, (tx) => deleteImages(tx, who, subject, "wrong patient", at.context));
const restore = (id: string) =>
  transact(at.database.db, (tx) => restoreDeletion(tx, at.viewer, id, at.context));
const purge = (id: string, who = at.viewer) =>
  transact(at.database.db, (tx) =>
    purgeDeletion(tx, who, id, "retention is over", { ...at.context, jobs: at.platform.jobs }),
  );
const view = (id: string, who = at.viewer) => getDeletion(at.database.db, who, id, at.platform.clock.now());
/** Another administrator of the same facility. */
const another = () => viewerAt(at.viewer.facilityIds);
const keepNothing = () =>
  transact(at.database.db, (tx) =>
    setRetentionRules(tx, at.viewer, [{ modality: "", years: 0, untilAge: null }], at.context),
  );

/** Two series of two images and one. */
async function study() {
  const first = at.image({ SeriesNumber: 1 });
  const { StudyInstanceUID, SeriesInstanceUID, PatientID } = {
    ...first,
    PatientID: (await at.ingest(first)).PatientID,
  };
  const second = at.image({ PatientID, StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 2 });
  const other = at.image({ PatientID, StudyInstanceUID, SeriesNumber: 2, Modality: "SR" });
  const answers = [await at.ingest(second), await at.ingest(other)];
  const { imageId } = (await at.archive.locate(at.viewer, first, "none")).map(({ id }) => ({
    imageId: id,
  }))[0]!;
  return { first, second, other, imageId, studyId: answers[0]!.studyId, seriesId: answers[0]!.seriesId };
}

test("an image is gone through every door and in every count, and comes back", async () => {
  const { first, second, imageId, studyId } = await study();
  const before = await at.archive.getStudy(at.viewer, studyId);
  const id = await remove({ kind: "IMAGE", id: imageId });
  expect(await at.everywhere(first)).toBeNull();
  expect(await at.everywhere(second)).not.toBeNull();
  await at.expectCounts(studyId);
  expect((await at.archive.listImages(at.viewer, { studyId, order: "number", limit: 10 })).total).toBe(2);
  await expect(at.archive.getImage(at.viewer, imageId)).rejects.toMatchObject({ kind: "not-found" });
  await expect(at.archive.locateById(at.viewer, imageId, "none")).rejects.toMatchObject({
    kind: "not-found",
  });
  await expect(remove({ kind: "IMAGE", id: imageId })).rejects.toMatchObject({ code: "image.not-found" });
  const [commitment] = await at.archive.commitment(at.viewer, [
    { SOPClassUID: "1.2.840.10008.5.1.4.1.1.2", SOPInstanceUID: first.SOPInstanceUID },
  ]);
  expect(commitment!.outcome).toBe("in-doubt");
  expect(await view(id)).toMatchObject({
    kind: "IMAGE",
    status: "DELETED",
    numberOfInstances: 1,
    reason: "wrong patient",
    retainedUntil: "2036-01-05",
    actions: ["restore"],
  });
  await restore(id);
  expect(await at.everywhere(first)).not.toBeNull();
  await at.expectCounts(studyId);
  const { version: _, ...after } = await at.archive.getStudy(at.viewer, studyId);
  expect(before).toMatchObject(after);
  await expect(restore(id)).rejects.toMatchObject({ code: "deletion.restored" });
});

test("a series, and then the rest of the study; images that come for what was emptied count again", async () => {
  const { first, other, studyId, seriesId } = await study();
  await remove({ kind: "SERIES", id: seriesId });
  await at.expectCounts(studyId);
  expect(await at.archive.getStudy(at.viewer, studyId)).toMatchObject({
    numberOfSeries: 1,
    numberOfInstances: 1,
    modalities: ["SR"],
  });
  expect((await at.archive.listSeries(at.viewer, studyId)).length).toBe(1);
  const rest = await remove({ kind: "STUDY", id: studyId });
  expect(await at.everywhere(other)).toBeNull();
  await expect(at.archive.getStudy(at.viewer, studyId)).rejects.toMatchObject({ code: "study.not-found" });
  expect((await at.archive.listStudies(at.viewer, {})).total).toBe(0);
  const { StudyInstanceUID, SeriesInstanceUID } = first;
  const { claim } = {
    claim: await at.database.db<{ PatientID: string }[]>`
    select value as "PatientID" from patient_identifier where patient_id = (select patient_id from study where id = ${studyId})`,
  };
  const fresh = at.image({ ...claim[0], StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 3 });
  expect(await at.ingest(fresh)).toMatchObject({ studyId, seriesId, outcome: "stored" });
  await at.expectCounts(studyId);
  await restore(rest);
  await at.expectCounts(studyId);
  expect(await at.archive.getStudy(at.viewer, studyId)).toMatchObject({
    numberOfSeries: 2,
    numberOfInstances: 2,
  });
});

test("documents are counted among the instances and not among the images, as they come, go and come back", async () => {
  const { viewer, archive } = at;
  const first = at.image();
  const { PatientID, studyId } = await at.ingest(first);
  const { StudyInstanceUID } = first;
  const report = { Modality: "SR", SOPClassUID: SopClasses.ComprehensiveSRStorage, SeriesNumber: 9 };
  const paper = { ...report, StudyInstanceUID, PatientID, Rows: undefined, PixelData: undefined };
  await at.ingest(at.image(paper));
  const film = { StudyInstanceUID, PatientID, NumberOfFrames: 2, PixelData: new Uint8Array(16 * 16 * 2 * 2) };
  await at.ingest(at.image({ ...film, SeriesNumber: 2 }));
  const counts = async () => {
    const series = await archive.listSeries(viewer, studyId);
    return [await archive.getStudy(viewer, studyId), ...series].map((one) => [
      one.numberOfInstances,
      one.numberOfImages,
    ]);
  };
  const all = [
    [3, 2],
    [1, 1],
    [1, 1],
    [1, 0],
  ];
  expect(await counts()).toEqual(all);
  const id = (await archive.locate(viewer, first, "none"))[0]!.id;
  const deleted = await remove({ kind: "IMAGE", id });
  expect(await counts()).toEqual([[2, 1], ...all.slice(2)]);
  const wrong = async () => {
    const found = [];
    for await (const one of findWrongCounts(at.database.db, () => {})) found.push(one.level);
    return found;
  };
  await restore(deleted);
  expect(await counts()).toEqual(all);
  expect(await wrong()).toEqual([]);
  const whole = await remove({ kind: "STUDY", id: studyId });
  expect(await view(whole)).toMatchObject({ numberOfInstances: 3, numberOfImages: 2 });
  await restore(whole);
  await at.database.db`update study set number_of_images = 3 where id = ${studyId}`;
  expect(await wrong()).toEqual(["study"]);
});

test("images that arrive while others are deleted are counted exactly", async () => {
  const { first, studyId, seriesId } = await study();
  const [{ PatientID }] = await at.database.db<[{ PatientID: string }]>`
    select value as "PatientID" from patient_identifier where patient_id = (select patient_id from study where id = ${studyId})`;
  const { StudyInstanceUID, SeriesInstanceUID } = first;
  const arriving = Array.from({ length: 20 }, (_, index) =>
    at.ingest(at.image({ PatientID, StudyInstanceUID, SeriesInstanceUID, InstanceNumber: 10 + index })),
  );
  await remove({ kind: "SERIES", id: seriesId });
  await Promise.all(arriving);
  await at.expectCounts(studyId);
});

test("purging is for another administrator, after retention, and takes objects after the commit", async () => {
  const { first, studyId } = await study();
  await at.archive.seriesMetadata(at.viewer, first);
  const keysBefore = await storedKeys(at.platform, "instances");
  const id = await remove({ kind: "STUDY", id: studyId });
  const other = another();
  await expect(purge(id)).rejects.toMatchObject({ code: "purge.same-person" });
  await expect(purge(id, other)).rejects.toMatchObject({ code: "purge.retained" });
  await expect(purge(id, { ...other, roles: ["TECHNOLOGIST"] })).rejects.toMatchObject({ kind: "forbidden" });
  await keepNothing();
  const hold = await transact(at.database.db, (tx) =>
    placeHold(tx, at.viewer, { studyId, reason: "a lawsuit" }, at.context),
  );
  expect(await view(id, other)).toMatchObject({ onHold: true, actions: ["restore"] });
  await expect(purge(id, other)).rejects.toMatchObject({ code: "hold.placed" });
  await transact(at.database.db, (tx) => liftHold(tx, at.viewer, hold, "settled", at.context));
  await at.ingest(first);
  await expect(purge(id, other)).rejects.toMatchObject({ code: "purge.in-doubt" });
  await at.database.db`update reconciliation_item set resolved_at = now(), action = 'REJECT'`;
  expect(await view(id, other)).toMatchObject({ actions: ["restore", "purge"] });
  await purge(id, other);
  expect(await storedKeys(at.platform, "instances")).toEqual(keysBefore);
  await at.platform.jobs.drain();
  const left = await storedKeys(at.platform, "instances");
  expect(left).toHaveLength(keysBefore.length - 3);
  const purged = await at.database
    .db`select sop_instance_uid, sha256 from purged_instance where deletion_id = ${id}`;
  expect(purged).toHaveLength(3);
  expect(await at.everywhere(first)).toBeNull();
  expect(await view(id)).toMatchObject({ status: "PURGED", actions: [] });
  await expect(restore(id)).rejects.toMatchObject({ code: "deletion.purged" });
  // What was purged and comes again is new.
  expect(await at.ingest(first)).toMatchObject({ outcome: "stored", studyId });
  expect(await at.everywhere(first)).not.toBeNull();
  await at.expectCounts(studyId);
});

test("a legal hold on a patient blocks deletion, also of what was merged into them", async () => {
  const { studyId } = await study();
  const { patientId } = await at.archive.getStudy(at.viewer, studyId);
  const hold = await transact(at.database.db, (tx) =>
    placeHold(tx, at.viewer, { patientId, reason: "a lawsuit" }, at.context),
  );
  await expect(remove({ kind: "STUDY", id: studyId })).rejects.toMatchObject({ code: "hold.placed" });
  expect(await listHolds(at.database.db, at.viewer)).toMatchObject([
    { id: hold, patientId, actions: ["lift"] },
  ]);
  await transact(at.database.db, (tx) => liftHold(tx, at.viewer, hold, "settled", at.context));
  await expect(
    transact(at.database.db, (tx) => liftHold(tx, at.viewer, hold, "again", at.context)),
  ).rejects.toMatchObject({ code: "hold.lifted" });
  await remove({ kind: "STUDY", id: studyId });
  expect((await listDeletions(at.database.db, at.viewer, {}, at.platform.clock.now())).data).toHaveLength(1);
});

test("who may not manage retention, and who is at another facility, places no hold, lifts none and sets no rule", async () => {
  const { db } = at.database;
  const { studyId } = await study();
  const { patientId } = await at.archive.getStudy(at.viewer, studyId);
  const place = (who: Viewer, of: object) =>
    transact(db, (tx) => placeHold(tx, who, { ...of, reason: "a lawsuit" }, at.context));
  const lift = (who: Viewer, id: string) =>
    transact(db, (tx) => liftHold(tx, who, id, "settled", at.context));
  const rule = { modality: "", years: 0, untilAge: null };
  const technologist: Viewer = { ...at.viewer, roles: ["TECHNOLOGIST"] };
  const stranger = viewerAt([await makeFacility(db)]);
  const hold = await place(at.viewer, { studyId });
  for (const ask of [
    () => place(technologist, { studyId }),
    () => lift(technologist, hold),
    () => transact(db, (tx) => setRetentionRules(tx, technologist, [rule], at.context)),
  ])
    await expect(ask()).rejects.toMatchObject({ kind: "forbidden" });
  for (const ask of [
    () => place(stranger, { studyId }),
    () => place(stranger, { patientId }),
    () => lift(stranger, hold),
  ])
    await expect(ask()).rejects.toMatchObject({ kind: "not-found" });
  for (const of of [{}, { studyId, patientId }])
    await expect(place(at.viewer, of)).rejects.toMatchObject({ code: "hold.invalid" });
  await transact(db, (tx) => setRetentionRules(tx, at.viewer, [{ ...rule, years: 99 }], at.context));
  await transact(db, (tx) => setRetentionRules(tx, stranger, [rule], at.context));
  expect(await listHolds(db, stranger)).toEqual([]);
  expect(await listHolds(db, at.viewer)).toMatchObject([{ id: hold, studyId, actions: ["lift"] }]);
  await lift(at.viewer, hold);
  // The rule of another facility lets nothing of this one go, and leaves its rules as they are.
  const id = await remove({ kind: "STUDY", id: studyId });
  expect(await view(id)).toMatchObject({ retainedUntil: "2125-01-05" });
  await expect(purge(id, another())).rejects.toMatchObject({ code: "purge.retained" });
});

test("a removal that is asked for by mistake takes nothing that a row still names", async () => {
  const { db } = at.database;
  const { objects, jobs } = at.platform;
  const { first, imageId, studyId } = await study();
  const { SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID } = first;
  const [{ PatientID }] = await db<[{ PatientID: string }]>`
    select value as "PatientID" from patient_identifier where patient_id = (select patient_id from study where id = ${studyId})`;
  const sameUid = { PatientID, SOPInstanceUID, StudyInstanceUID, SeriesInstanceUID, WindowCenter: "99" };
  expect(await at.ingest(at.image(sameUid))).toMatchObject({ outcome: "quarantined" });
  await at.archive.seriesMetadata(at.viewer, first);
  const [original, version, nobodys] = ["original", "version", "nobodys"].map(
    (name) => `instances/${name}-${imageId}`,
  );
  for (const key of [original!, version!, nobodys!]) await objects.put(key, chunked(Buffer.from(key), 100));
  await db`insert into instance_original (instance_id, format, object_key, size, sha256)
    values (${imageId}, 'PNG', ${original!}, 8, '')`;
  await db`insert into instance_version (id, instance_id, version, kind, reason, changed_by, changed_by_name, changed_at, before, object_key)
    values (${imageId}, ${imageId}, 1, 'REPLACED', '', '', '', now(), '{}', ${version!})`;
  const named = await db<{ place: string; key: string }[]>`
    select 'instance' as place, object_key as key from instance where id = ${imageId}
    union all select 'quarantine', object_key from quarantine where instance_id = ${imageId}
    union all select 'instance_version', object_key from instance_version where instance_id = ${imageId}
    union all select 'instance_original', object_key from instance_original where instance_id = ${imageId}
    union all select 'series', metadata_key from series where study_id = ${studyId} and metadata_key is not null`;
  expect(named.map(({ place }) => place).sort()).toEqual([
    "instance",
    "instance_original",
    "instance_version",
    "quarantine",
    "series",
  ]);
  await transact(db, (tx) => removeLater(tx, jobs, [...named.map(({ key }) => key), nobodys!]));
  await jobs.drain();
  for (const { place, key } of named) expect((await objects.read(key)).length, place).toBeGreaterThan(0);
  await expect(objects.read(nobodys!)).rejects.toThrow();
});

test("deleting needs the right, the facility and the version", async () => {
  const { studyId } = await study();
  await expect(
    remove({ kind: "STUDY", id: studyId }, { ...at.viewer, roles: ["RADIOLOGIST"] }),
  ).rejects.toMatchObject({ kind: "forbidden" });
  await expect(
    remove({ kind: "STUDY", id: studyId }, { ...at.viewer, facilityIds: [] }),
  ).rejects.toMatchObject({ kind: "not-found" });
  await expect(remove({ kind: "STUDY", id: studyId, expectedVersion: 99 })).rejects.toMatchObject({
    code: "version.conflict",
  });
});

test("retention ends with the day of the facility, not with that of Greenwich", async () => {
  const { studyId } = await study();
  const id = await remove({ kind: "STUDY", id: studyId });
  const other = another();
  const purgeAt = (moment: string) =>
    transact(at.database.db, (tx) =>
      purgeDeletion(tx, other, id, "retention is over", {
        journal: at.journal,
        clock: manualClock(new Date(moment)),
        jobs: at.platform.jobs,
      }),
    );
  const actionsAt = async (moment: string) => {
    const now = new Date(moment);
    const { retainedUntil: until, actions } = await getDeletion(at.database.db, other, id, now);
    const [listed] = (await listDeletions(at.database.db, other, {}, now)).data;
    expect(listed!.actions).toEqual(actions);
    return [until, actions.includes("purge")];
  };
  // In winter the day begins an hour earlier in Paris than in Greenwich, and five later in New York.
  const [before, after] = ["2036-01-04T22:59:59Z", "2036-01-04T23:00:00Z"];
  expect(await actionsAt(before)).toEqual(["2036-01-05", false]);
  expect(await actionsAt(after)).toEqual(["2036-01-05", true]);
  await expect(purgeAt(before)).rejects.toMatchObject({ code: "purge.retained" });
  await at.database
    .db`update facility set time_zone = 'America/New_York' where id = ${at.viewer.homeFacilityId}`;
  expect(await actionsAt("2036-01-05T04:59:59Z")).toEqual(["2036-01-05", false]);
  await expect(purgeAt("2036-01-05T04:59:59Z")).rejects.toMatchObject({ code: "purge.retained" });
  await purgeAt("2036-01-05T05:00:00Z");
});

test.each([
  [{ studyDate: "2020-02-29", birthDate: "1970-01-01", modalities: ["CT"] }, "2030-03-01"],
  [{ studyDate: "2020-03-01", birthDate: "2015-06-07", modalities: ["CT"] }, "2043-06-07"],
  [{ studyDate: null, birthDate: null, modalities: [] }, "2036-01-02"],
  [{ studyDate: "2020-03-01", birthDate: null, modalities: ["MG", "SR"] }, "2050-03-01"],
])("%j is kept until %s", (study, until) => {
  const rules = [defaultRetention, { modality: "MG", years: 30, untilAge: null }];
  expect(retainedUntil({ receivedOn: "2026-01-02", ...study }, rules)).toBe(until);
});
