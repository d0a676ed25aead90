import { decisionsArchive } from "@isocenter/test/support/decisions.ts";
import { type MadeOrder, makeOrder, makePatient, makeProvider } from "@isocenter/test/support/orders.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId, type Refusal, transact } from "../../../platform/index.ts";
import { changeStudy } from "../correct/correct.ts";
import { orderReader } from "../order-readers.ts";
import { settleStudy } from "../settle.ts";
import { doubtNotices } from "./notices.ts";
import { getReconciliation, listReconciliation } from "./reconciliation-queries.ts";
import { type Resolution, resolveReconciliation, undoReconciliation } from "./resolve.ts";

const at = decisionsArchive();
let provider: string;
/** The study's own patient, and the other whose order it names. */
let mine: string;
let identifier: string;
let theirs: string;
let count = 0;

beforeAll(async () => {
  at.journal.registerReader(orderReader(at.platform, at.journal));
  at.journal.registerReader(doubtNotices(at.platform.clock));
  provider = await makeProvider(at.database.db);
});
beforeEach(async () => {
  const [facility] = at.viewer.facilityIds;
  const unknown = { birthDate: null, sex: null };
  identifier = `OC-${++count}`;
  mine = await makePatient(at.database.db, facility!, { name: "Doe^Jane", identifier, ...unknown });
  theirs = await makePatient(at.database.db, facility!, { name: "Smith^John", ...unknown });
  await at.journal.drain();
});

const place = (more: Partial<MadeOrder> = {}) =>
  makeOrder(at.database.db, {
    facilityId: at.viewer.facilityIds[0]!,
    patientId: theirs,
    providerId: provider,
    ...more,
  });
async function receive(attributes: Record<string, unknown>) {
  const image = at.image({ PatientID: identifier, PatientName: "Doe^Jane", ...attributes });
  const answer = await at.ingest(image);
  await at.journal.drain();
  return answer;
}
const settle = async (studyId: string) => {
  at.platform.clock.advance(61_000);
  expect(await settleStudy(at.platform, at.journal, studyId)).toBe(true);
};
const items = async () => (await listReconciliation(at.database.db, at.viewer, {})).data;
const view = (id: string) => getReconciliation(at.database.db, at.viewer, id);
const resolve = (id: string, resolution: Resolution, who = at.viewer) =>
  transact(at.database.db, (tx) => resolveReconciliation(tx, who, id, resolution, at.context));
const undo = (id: string) =>
  transact(at.database.db, (tx) => undoReconciliation(tx, at.viewer, id, at.context));
const study = (id: string) => at.archive.getStudy(at.viewer, id);
const statusOf = async (orderId: string) =>
  (await at.database.db<{ status: string }[]>`select status from imaging_order where id = ${orderId}`)[0]!
    .status;
const factsOf = async (id: string) =>
  (
    await at.database.db<{ type: string }[]>`select type from fact where subject_id = ${id} order by type`
  ).map(({ type }) => type);
/** Whether a person said which order the study answers, so that images that come later do not. */
const decided = async (id: string) =>
  (
    await at.database.db<{ decided: boolean }[]>`select order_decided as decided from study where id = ${id}`
  )[0]?.decided;
/** A study whose accession number is that of another patient's order. */
async function conflict() {
  const order = await place();
  const { studyId } = await receive({ AccessionNumber: order.accessionNumber });
  const [item] = await items();
  return { order, studyId, item: item! };
}

describe("is opened", () => {
  test.each([
    [
      "accession number",
      (order: Awaited<ReturnType<typeof place>>) => ({ AccessionNumber: order.accessionNumber }),
    ],
    [
      "study UID",
      (order: Awaited<ReturnType<typeof place>>) => ({ StudyInstanceUID: order.studyInstanceUid }),
    ],
  ])("by an %s of another patient's order, with both beside it, once", async (_, said) => {
    const order = await place();
    const { studyId } = await receive({ AccessionNumber: "", ...said(order) });
    await settle(studyId);
    const open = await items();
    expect(open).toMatchObject([
      {
        kind: "ORDER_CONFLICT",
        status: "OPEN",
        claimed: { name: "Doe, Jane", identifier },
        patient: { id: mine },
        knownPatient: { id: theirs, name: "Smith, John" },
        order: { id: order.orderId, accessionNumber: order.accessionNumber, status: "SCHEDULED" },
        study: { id: studyId },
        actions: ["match", "attach", "accept"],
      },
    ]);
    expect([(await study(studyId)).orderId, await statusOf(order.orderId)]).toEqual([null, "SCHEDULED"]);
  });

  test("by an accession number that no order has, when the study settles, where orders of its modality are usual", async () => {
    const { studyId } = await receive({ AccessionNumber: "NOBODYS" });
    expect(await items()).toEqual([]);
    await at.database.db`update study set status = 'IN_PROGRESS' where id = ${studyId}`;
    await settle(studyId);
    expect(await items()).toEqual([]);
    const order = await place({ modality: "CT" });
    const now = at.platform.clock.now().getTime();
    for (const [days, opened] of [
      [31, 0],
      [29, 1],
    ] as const) {
      await at.database
        .db`update imaging_order set ordered_at = ${new Date(now - days * 86_400_000)} where id = ${order.orderId}`;
      await at.database.db`update study set status = 'IN_PROGRESS' where id = ${studyId}`;
      await settle(studyId);
      expect([days, (await items()).length]).toEqual([days, opened]);
    }
    expect(await items()).toMatchObject([{ order: null, knownPatient: null, actions: ["match", "accept"] }]);
  });

  test("not by the number of a step alone, which other machines give as well, nor without an accession number", async () => {
    const order = await place();
    const said = { RequestAttributesSequence: [{ ScheduledProcedureStepID: order.stepId }] };
    await receive({ AccessionNumber: "", ...said });
    const { studyId } = await receive({ AccessionNumber: "" });
    await settle(studyId);
    expect(await items()).toEqual([]);
  });

  test("not while it is in doubt whose the study is; after that it is linked, or asked", async () => {
    const order = await place({ patientId: mine });
    const { studyId } = await receive({
      PatientName: "Other^Person",
      AccessionNumber: order.accessionNumber,
    });
    const open = await items();
    expect(open.map(({ kind }) => kind)).toEqual(["CONFLICTING_IDENTITY"]);
    await resolve(open[0]!.id, { action: "ATTACH" });
    expect([(await study(studyId)).orderId, await statusOf(order.orderId)]).toEqual([
      order.orderId,
      "IN_PROGRESS",
    ]);
    await undo(open[0]!.id);
    expect((await study(studyId)).orderId).toBeNull();
    await resolve(open[0]!.id, { action: "ACCEPT" });
    expect(await items()).toMatchObject([{ kind: "ORDER_CONFLICT", order: { id: order.orderId } }]);
  });

  test("and technologists and administrators are told, once", async () => {
    const [facility] = at.viewer.facilityIds;
    const people: Record<string, string> = {};
    for (const role of ["TECHNOLOGIST", "ADMINISTRATOR", "RADIOLOGIST"]) {
      const id = await makeProvider(at.database.db, role);
      people[id] = role;
      await at.database.db`insert into user_role values (${id}, ${role})`;
      await at.database.db`insert into user_facility values (${id}, ${facility!}, 0)`;
    }
    const { item, studyId } = await conflict();
    await settle(studyId);
    await at.journal.drain();
    const told = await at.database.db<{ who: string; subject: string; data: object }[]>`
      select recipient_id as who, subject_id as subject, data from notice where kind = 'reconciliation.opened' and facility_id = ${facility!}`;
    expect(told.map(({ who }) => people[who]).sort()).toEqual(["ADMINISTRATOR", "TECHNOLOGIST"]);
    expect(told[0]).toMatchObject({ subject: item.id, data: { kind: "order-conflict", studyId } });
  });
});

describe("is decided", () => {
  test("match: the study answers an order of its patient, which goes on with it; undo opens it again", async () => {
    const { studyId, item } = await conflict();
    const own = await place({ patientId: mine });
    await resolve(item.id, { action: "MATCH", orderId: own.orderId });
    expect([(await study(studyId)).orderId, await statusOf(own.orderId)]).toEqual([
      own.orderId,
      "IN_PROGRESS",
    ]);
    expect(await view(item.id)).toMatchObject({
      status: "RESOLVED",
      version: 2,
      resolution: { action: "MATCH", orderId: own.orderId, patientId: null, by: { id: at.viewer.id } },
      actions: ["undo"],
    });
    await undo(item.id);
    expect((await study(studyId)).orderId).toBeNull();
    expect((await items()).map(({ id }) => id)).toEqual([item.id]);
    expect(await factsOf(item.id)).toEqual([
      "reconciliation.opened",
      "reconciliation.resolved",
      "reconciliation.undone",
    ]);
    const linked = (await factsOf(studyId)).filter((type) => type.endsWith("linked"));
    expect(linked).toEqual(["study.linked", "study.unlinked"]);
  });

  test("accept: it answers none, whatever comes later; undo asks again", async () => {
    const { order, studyId, item } = await conflict();
    await resolve(item.id, { action: "ACCEPT", reason: "typed wrong" });
    await settle(studyId);
    expect([(await study(studyId)).orderId, await items()]).toEqual([null, []]);
    expect(await statusOf(order.orderId)).toBe("SCHEDULED");
    expect((await view(item.id)).resolution).toMatchObject({ action: "ACCEPT", reason: "typed wrong" });
    await undo(item.id);
    expect((await items()).map(({ id }) => id)).toEqual([item.id]);
  });

  test("attach: it is the other patient's, and answers their order; undo gives it back", async () => {
    const { order, studyId, item } = await conflict();
    await resolve(item.id, { action: "ATTACH" });
    expect(await study(studyId)).toMatchObject({ patientId: theirs, orderId: order.orderId });
    expect((await view(item.id)).resolution).toMatchObject({ patientId: theirs, orderId: order.orderId });
    expect(await decided(studyId)).toBe(true);
    await undo(item.id);
    expect(await study(studyId)).toMatchObject({ patientId: mine, orderId: null });
    expect(await decided(studyId)).toBe(false);
    expect((await items()).map(({ id }) => id)).toEqual([item.id]);
    expect(await factsOf(item.id)).toEqual([
      "reconciliation.opened",
      "reconciliation.resolved",
      "reconciliation.undone",
    ]);
  });

  test.each<[string, (own: string, other: string) => Resolution, string]>([
    [
      "an order of another patient",
      (_, other) => ({ action: "MATCH", orderId: other }),
      "study.other-patient",
    ],
    ["no order", () => ({ action: "MATCH" }), "reconciliation.invalid"],
    [
      "an order that is nowhere",
      () => ({ action: "MATCH", orderId: newId(at.platform.clock) }),
      "order.not-found",
    ],
    ["an order with accept", (own) => ({ action: "ACCEPT", orderId: own }), "reconciliation.invalid"],
    ["an identifier", () => ({ action: "ACCEPT", identifier: { value: "1" } }), "reconciliation.invalid"],
    ["what is of patients", () => ({ action: "REJECT", reason: "no" }), "reconciliation.action-not-allowed"],
    [
      "an older version",
      (own) => ({ action: "MATCH", orderId: own, expectedVersion: 7 }),
      "version.conflict",
    ],
  ])("refuses %s, and nothing changes", async (_, resolution, code) => {
    const { order, studyId, item } = await conflict();
    const own = await place({ patientId: mine });
    const refusal = await resolve(item.id, resolution(own.orderId, order.orderId)).catch((e: Refusal) => e);
    expect((refusal as Refusal).code).toBe(code);
    expect(await items()).toEqual([item]);
    expect((await study(studyId)).orderId).toBeNull();
  });

  test("by those who correct images alone, at its facility alone", async () => {
    const { item } = await conflict();
    const roles = ["RADIOLOGIST"] as const;
    await expect(resolve(item.id, { action: "ACCEPT" }, { ...at.viewer, roles })).rejects.toMatchObject({
      kind: "forbidden",
    });
    const facilityIds = [newId(at.platform.clock)];
    await expect(resolve(item.id, { action: "ACCEPT" }, { ...at.viewer, facilityIds })).rejects.toMatchObject(
      {
        kind: "not-found",
      },
    );
  });
});

describe("closes by itself", () => {
  test("when an order of the patient comes that fits", async () => {
    const { studyId } = await receive({ AccessionNumber: "LATER" });
    await place();
    await settle(studyId);
    const [item] = await items();
    const own = await place({ patientId: mine, accessionNumber: "LATER" });
    await at.database.db`update study set status = 'IN_PROGRESS' where id = ${studyId}`;
    await settle(studyId);
    expect((await view(item!.id)).resolution).toMatchObject({ action: "MATCH", orderId: own.orderId });
    expect((await study(studyId)).orderId).toBe(own.orderId);
  });

  test("when a person says which order it is", async () => {
    const { studyId, item } = await conflict();
    const own = await place({ patientId: mine });
    await transact(at.database.db, (tx) =>
      changeStudy(
        tx,
        at.viewer,
        studyId,
        { corrections: {}, orderId: own.orderId },
        { reason: "known" },
        at.context,
      ),
    );
    expect((await view(item.id)).resolution).toMatchObject({
      action: "MATCH",
      orderId: own.orderId,
      reason: "known",
      by: { id: at.viewer.id },
    });
  });
});
