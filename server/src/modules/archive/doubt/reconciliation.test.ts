import { makeFacility, viewerAt } from "@isocenter/test/support/archive.ts";
import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { expect, test } from "vitest";
import { transact, type Viewer } from "../../../platform/index.ts";
import { getPatient } from "../../patients/index.ts";
import { deleteImages } from "../deletion/delete.ts";
import { getReconciliation, listReconciliation } from "./reconciliation-queries.ts";
import { type Resolution, resolveReconciliation, undoReconciliation } from "./resolve.ts";

const at = decisionsArchive();

const items = async () => (await listReconciliation(at.database.db, at.viewer, {})).data;
const resolve = (id: string, resolution: Resolution, who = at.viewer) =>
  transact(at.database.db, (tx) => resolveReconciliation(tx, who, id, resolution, at.context));
const undo = (id: string) =>
  transact(at.database.db, (tx) => undoReconciliation(tx, at.viewer, id, at.context));
const view = (id: string) => getReconciliation(at.database.db, at.viewer, id);

/** A known patient, and an image that has their identifier and another name. */
async function conflict() {
  const known = at.image({ PatientName: "Doe^Jane" });
  const inKnown = await at.ingest(known);
  const PatientID = inKnown.PatientID;
  const conflicting = {
    PatientID,
    PatientName: "Miller^Paul",
    PatientSex: "M",
    PatientBirthDate: "19500505",
  };
  const image = at.image(conflicting);
  const answer = await at.ingest(image);
  const [item] = await items();
  const { StudyInstanceUID, SeriesInstanceUID } = image;
  const more = () => at.image({ ...conflicting, StudyInstanceUID, SeriesInstanceUID });
  return { known: inKnown, PatientID, conflicting, image, answer, item: item!, more };
}

test("both identities stand side by side, with what may be done", async () => {
  const { known, PatientID, answer, item } = await conflict();
  expect(item).toMatchObject({
    kind: "CONFLICTING_IDENTITY",
    status: "OPEN",
    claimed: { name: "Miller, Paul", identifier: PatientID, birthDate: "1950-05-05", sex: "M" },
    patient: { id: answer.patientId, name: "Miller, Paul", provisional: true },
    knownPatient: { id: known.patientId, name: "Doe, Jane", provisional: false },
    study: { id: answer.studyId, numberOfInstances: 1, deleted: false },
    resolution: null,
    actions: ["accept", "attach", "move", "reject"],
  });
});

test("attach: the study is the known patient's, what comes goes there, and undo gives everything back", async () => {
  const { known, PatientID, image, answer, item, more } = await conflict();
  await resolve(item.id, { action: "ATTACH" });
  expect(await at.everywhere(image)).toEqual({ PatientID, owner: known.patientId });
  const later = more();
  expect(await at.ingest(later)).toMatchObject({ studyId: answer.studyId, patientId: known.patientId });
  expect(await at.everywhere(later)).toEqual({ PatientID, owner: known.patientId });
  expect(await items()).toEqual([]);
  expect(await view(item.id)).toMatchObject({
    status: "RESOLVED",
    resolution: { action: "ATTACH", patientId: known.patientId, by: { id: at.viewer.id } },
    actions: ["undo"],
  });
  await undo(item.id);
  expect(await at.everywhere(image)).toEqual({ PatientID, owner: answer.patientId });
  expect(await at.everywhere(later)).toEqual({ PatientID, owner: answer.patientId });
  expect((await items()).map(({ id }) => id)).toEqual([item.id]);
  const facts = await at.database.db<{ type: string }[]>`
    select type from fact where subject_type = 'reconciliation' and subject_id = ${item.id} order by type`;
  expect(facts.map(({ type }) => type)).toEqual([
    "reconciliation.opened",
    "reconciliation.resolved",
    "reconciliation.undone",
  ]);
});

test("accept: the provisional patient is one of their own, for the same claim in other studies as well", async () => {
  const { PatientID, conflicting, image, answer, item } = await conflict();
  const second = at.image(conflicting);
  await at.ingest(second);
  expect(await items()).toHaveLength(2);
  await resolve(item.id, { action: "ACCEPT", identifier: { value: "NEW-1", issuer: "HERE" } });
  expect(await items()).toEqual([]);
  const mine = { PatientID: "NEW-1", owner: answer.patientId };
  expect(await at.everywhere(image)).toEqual(mine);
  expect(await at.everywhere(second)).toEqual(mine);
  const third = at.image(conflicting);
  expect(await at.ingest(third)).toMatchObject({ patientId: answer.patientId });
  expect(await at.everywhere(third)).toEqual(mine);
  expect(await items()).toEqual([]);
  const accepted = await getPatient(at.database.db, at.viewer, answer.patientId);
  expect(accepted).toMatchObject({ provisional: false, identifiers: [{ value: "NEW-1", issuer: "HERE" }] });

  await undo(item.id);
  expect(await at.everywhere(image)).toEqual({ PatientID, owner: answer.patientId });
  expect(await getPatient(at.database.db, at.viewer, answer.patientId)).toMatchObject({ provisional: true });
  expect(await items()).toHaveLength(2);
});

test("accept gives an identifier where none is given, and refuses one that somebody has", async () => {
  const image = at.image({ PatientID: "" });
  const answer = await at.ingest(image);
  const [item] = await items();
  expect(item).toMatchObject({
    kind: "NO_IDENTIFIER",
    knownPatient: null,
    actions: ["accept", "move", "reject"],
  });
  const other = await at.ingest(at.image());
  const identifier = { value: other.PatientID, issuer: "GENERAL" };
  await expect(resolve(item!.id, { action: "ACCEPT", identifier })).rejects.toMatchObject({
    code: "patient.identifier-taken",
  });
  expect(await at.everywhere(image)).toEqual({ PatientID: "", owner: answer.patientId });
  await expect(resolve(item!.id, { action: "ATTACH" })).rejects.toMatchObject({
    code: "reconciliation.action-not-allowed",
  });
  await resolve(item!.id, { action: "ACCEPT" });
  expect(await at.everywhere(image)).toEqual({
    PatientID: expect.stringMatching(/^P\d{8}$/),
    owner: answer.patientId,
  });
});

test("move: to the patient named, whoever survives them", async () => {
  const { image, item, answer, more } = await conflict();
  const other = await at.ingest(at.image());
  await expect(resolve(item.id, { action: "MOVE" })).rejects.toMatchObject({ kind: "invalid" });
  await expect(resolve(item.id, { action: "MOVE", patientId: answer.studyId })).rejects.toMatchObject({
    kind: "not-found",
  });
  await expect(resolve(item.id, { action: "MOVE", patientId: answer.patientId })).rejects.toMatchObject({
    code: "patient.provisional",
  });
  await resolve(item.id, { action: "MOVE", patientId: other.patientId });
  expect(await at.everywhere(image)).toEqual({ PatientID: other.PatientID, owner: other.patientId });
  expect(await at.ingest(more())).toMatchObject({ patientId: other.patientId, studyId: answer.studyId });
  await undo(item.id);
  expect(await at.everywhere(image)).toMatchObject({ owner: answer.patientId });
});

test("reject: the study is set aside, what comes after is looked at again, and undo brings it back", async () => {
  const { image, item, answer, more } = await conflict();
  await expect(resolve(item.id, { action: "REJECT" })).rejects.toMatchObject({ kind: "invalid" });
  await resolve(item.id, { action: "REJECT", reason: "a phantom" });
  expect(await at.everywhere(image)).toBeNull();
  await expect(at.archive.getStudy(at.viewer, answer.studyId)).rejects.toMatchObject({ kind: "not-found" });
  const later = more();
  await at.ingest(later);
  await at.expectCounts(answer.studyId);
  expect(await at.everywhere(later)).toMatchObject({ owner: answer.patientId });
  const [again] = await items();
  expect(again).toMatchObject({ kind: "CONFLICTING_IDENTITY", study: { numberOfInstances: 1 } });
  await expect(undo(item.id)).rejects.toMatchObject({ code: "reconciliation.open-again" });
  await resolve(again!.id, { action: "ATTACH" });
  await undo(item.id);
  expect(await at.everywhere(image)).not.toBeNull();
  await at.expectCounts(answer.studyId);
});

test("an image that comes again after it was deleted waits for a decision, and is not purged", async () => {
  const image = at.image();
  const answer = await at.ingest(image);
  await transact(at.database.db, (tx) =>
    deleteImages(tx, at.viewer, { kind: "IMAGE", id: answer.imageId }, "wrong side", at.context),
  );
  expect(await at.everywhere(image)).toBeNull();
  expect(await at.ingest(image)).toMatchObject({ outcome: "quarantined", imageId: answer.imageId });
  expect(await at.ingest(image)).toMatchObject({ outcome: "quarantined" });
  expect(await at.everywhere(image)).toBeNull();
  const [item, ...others] = await items();
  expect(others).toEqual([]);
  expect(item).toMatchObject({
    kind: "RESENT_AFTER_DELETION",
    imageIds: [answer.imageId],
    study: { deleted: true },
    actions: ["accept", "reject"],
  });
  await resolve(item!.id, { action: "ACCEPT" });
  expect(await at.everywhere(image)).toMatchObject({ owner: answer.patientId });
  await at.expectCounts(answer.studyId);
  await undo(item!.id);
  expect(await at.everywhere(image)).toBeNull();
  await at.expectCounts(answer.studyId);
  await resolve(item!.id, { action: "REJECT", reason: "still the wrong side" });
  expect(await items()).toEqual([]);
  expect(await at.everywhere(image)).toBeNull();
});

test("two who decide at once: one does; and images that arrive meanwhile go where the study went", async () => {
  const { known, item, answer, more } = await conflict();
  const arriving = Array.from({ length: 10 }, () => at.ingest(more()));
  const results = await Promise.allSettled([
    resolve(item.id, { action: "ATTACH" }),
    resolve(item.id, { action: "REJECT", reason: "a phantom" }),
    resolve(item.id, { action: "ATTACH", expectedVersion: 1 }),
  ]);
  await Promise.all(arriving);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of results)
    if (result.status === "rejected") expect(result.reason).toMatchObject({ kind: "conflict" });
  if (results[1]!.status !== "fulfilled")
    expect(await at.archive.getStudy(at.viewer, answer.studyId)).toMatchObject({
      patientId: known.patientId,
      numberOfInstances: 11,
    });
  await at.expectCounts(answer.studyId);
});

test("attach to a patient of another facility: they are known here by this study alone, and not after undo", async () => {
  const elsewhere = viewerAt([await makeFacility(at.database.db)]);
  const known = await at.ingest(at.image({ PatientName: "Doe^Jane" }), elsewhere);
  const { PatientID } = known;
  const answer = await at.ingest(at.image({ PatientID, PatientName: "Miller^Paul", PatientSex: "M" }));
  const [item] = await items();
  const seen = () => getPatient(at.database.db, at.viewer, known.patientId);
  await expect(seen()).rejects.toMatchObject({ kind: "not-found" });
  await resolve(item!.id, { action: "ATTACH" });
  expect(await seen()).toMatchObject({ id: known.patientId });
  await undo(item!.id);
  await expect(seen()).rejects.toMatchObject({ kind: "not-found" });
  expect(await at.archive.getStudy(at.viewer, answer.studyId)).toMatchObject({ patientId: answer.patientId });
  // Another study of theirs stays here: then the facility knows them.
  await resolve(item!.id, { action: "ATTACH" });
  await at.ingest(at.image({ PatientID, PatientName: "Doe^Jane" }));
  await undo(item!.id);
  expect(await seen()).toMatchObject({ id: known.patientId });
});

test("an item of another facility, a wrong version and a lacking right are refused", async () => {
  const { db } = at.database;
  const { item } = await conflict();
  await expect(resolve(item.id, { action: "ATTACH", expectedVersion: 5 })).rejects.toMatchObject({
    code: "version.conflict",
  });
  const stranger = { ...at.viewer, facilityIds: [], homeFacilityId: "" };
  await expect(resolve(item.id, { action: "ATTACH" }, stranger)).rejects.toMatchObject({ kind: "not-found" });
  const radiologist = { ...at.viewer, roles: ["RADIOLOGIST" as const] };
  await expect(resolve(item.id, { action: "ATTACH" }, radiologist)).rejects.toMatchObject({
    kind: "forbidden",
  });
  await expect(undo(item.id)).rejects.toMatchObject({ code: "reconciliation.open" });
  await expect(listReconciliation(db, radiologist, {})).rejects.toMatchObject({ kind: "forbidden" });
  await expect(getReconciliation(db, radiologist, item.id)).rejects.toMatchObject({ kind: "forbidden" });
  await resolve(item.id, { action: "ATTACH" });
  const takeBack = (who: Viewer) => transact(db, (tx) => undoReconciliation(tx, who, item.id, at.context));
  await expect(takeBack(radiologist)).rejects.toMatchObject({ kind: "forbidden" });
  await expect(takeBack(stranger)).rejects.toMatchObject({ kind: "not-found" });
  expect(await view(item.id)).toMatchObject({ status: "RESOLVED" });
});
