import { type Role, roles, type StudyStatus, studyStatuses, studyTransitions } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Attributes, chunked, ctInstance } from "@isocenter/test/support/instances.ts";
import { testOrders } from "@isocenter/test/support/order-desk.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { newId, prepareJobs } from "../../../platform/index.ts";
import {
  type Archive,
  archiveRoutes,
  createArchive,
  doubtRoutes,
  orderedStudyReader,
  orderReader,
} from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database);
let archive: Archive;
const desk = testOrders(platform, (journal) => {
  archive = createArchive(platform, journal);
  journal.registerReader(orderReader(platform, journal));
  journal.registerReader(orderedStudyReader(platform, journal));
  return [archiveRoutes({ platform, archive }), doubtRoutes({ platform, journal, archive })];
});

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  await desk.server.journal.drain();
});

const as = async (role: Role) => (await desk.as(role)).call;
const register = async (body: object = {}, role: Role = "ADMINISTRATOR") =>
  (await as(role))("POST", "/studies", { patientId: await desk.patient(), modality: "ct", ...body });
const study = async (body: object = {}) => (await register(body)).body;
const get = async (id: string) => (await (await as("ADMINISTRATOR"))("GET", `/studies/${id}`)).body;
const move = async (id: string, status: string, more: object = {}) =>
  (await as("ADMINISTRATOR"))("PATCH", `/studies/${id}/status`, { status, ...more });

/** An image of the study and its patient, who is named by their identifier. */
async function send(made: { studyInstanceUid: string; patientId: string }, attributes: Attributes = {}) {
  const [who] = await database.db<{ value: string; name: string }[]>`
    select i.value, p.name from patient p join patient_identifier i on i.patient_id = p.id where p.id = ${made.patientId}`;
  const image = ctInstance({
    PatientID: who!.value,
    PatientName: who!.name,
    PatientBirthDate: "",
    PatientSex: "",
    StudyInstanceUID: made.studyInstanceUid,
    AccessionNumber: "",
    ...attributes,
  });
  const viewer = { ...systemOf(desk.places.here) };
  const answer = await archive.ingest(viewer, { chunks: chunked(image.bytes), door: "c-store" });
  await desk.server.journal.drain();
  return { ...image, ...answer };
}
const systemOf = (facility: string) => ({
  kind: "system" as const,
  id: "test",
  name: "Test",
  roles: ["ADMINISTRATOR"] as const,
  facilityIds: [facility],
  homeFacilityId: facility,
  requestId: "test",
  address: "127.0.0.1",
});
const found = async (studyInstanceUid: string) => {
  const uids = [studyInstanceUid];
  const results = archive.find(systemOf(desk.places.here), {
    level: "STUDY",
    matches: [{ tag: 0x0020000d, match: { kind: "uids", values: uids } }],
    include: [],
  });
  let count = 0;
  for await (const _ of results) count += 1;
  return count;
};
const factsOf = async (id: string) => {
  await desk.server.journal.drain();
  const rows = await database.db<{ type: string; data: Record<string, unknown> }[]>`
    select type, data from fact where subject_id = ${id} and type not like 'study.received' order by recorded_at, id`;
  return rows;
};

describe("registering", () => {
  test("gives UID and accession number, and a study that is SCHEDULED in the lists of people and in no search protocol", async () => {
    const patientId = await desk.patient();
    const made = await register({
      patientId,
      modality: "MRI",
      studyDescription: "Knee",
      bodyPart: "KNEE",
      studyDate: "2026-03-04",
      referringPhysician: "House, Gregory",
    });
    expect(made.status).toBe(201);
    expect(made.headers.location).toBe(`/api/v1/studies/${made.body.id}`);
    expect(made.body).toMatchObject({
      patientId,
      status: "SCHEDULED",
      modalities: ["MR"],
      studyDescription: "Knee",
      bodyPart: "KNEE",
      studyDate: "2026-03-04",
      referringPhysician: "House, Gregory",
      orderId: null,
      numberOfInstances: 0,
      version: 1,
    });
    expect(made.body.studyInstanceUid).toMatch(/^2\.25\.\d+$/);
    expect(made.body.accessionNumber).toMatch(/^A\d{8}$/);
    expect(made.body.actions).toEqual(expect.arrayContaining(["view", "arrive", "start", "cancel"]));
    const list = await (await as("RADIOLOGIST"))("GET", `/studies?patientId=${patientId}&status=scheduled`);
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
    expect(await found(made.body.studyInstanceUid)).toBe(0);
    expect((await factsOf(made.body.id)).map(({ type }) => type)).toEqual(["study.registered"]);
  });

  test("takes UID, accession number and body part of its order; a second study of the order has a UID of its own", async () => {
    const order = await desk.place();
    const of = { patientId: order.patientId, orderId: order.id };
    const first = await study(of);
    expect(first).toMatchObject({
      orderId: order.id,
      studyInstanceUid: order.studyInstanceUid,
      accessionNumber: order.accessionNumber,
      bodyPart: "CHEST",
    });
    const second = await study(of);
    expect(second).toMatchObject({ orderId: order.id, accessionNumber: order.accessionNumber });
    expect(second.studyInstanceUid).not.toBe(order.studyInstanceUid);
  });

  test("links the order whose accession number is given, and refuses the number of another patient's", async () => {
    const order = await desk.place();
    const made = await study({ patientId: order.patientId, accessionNumber: order.accessionNumber });
    expect(made.orderId).toBe(order.id);
    const other = await register({ accessionNumber: order.accessionNumber });
    expect([other.status, other.body.code]).toEqual([409, "study.number-of-another"]);
    const [items] = await database.db`select count(*)::int as n from reconciliation_item`;
    expect(items).toMatchObject({ n: 0 });
  });

  test.each<[string, () => Promise<object>, number, string]>([
    [
      "a UID of the facility",
      async () => ({ studyInstanceUid: (await study()).studyInstanceUid }),
      409,
      "study.duplicate",
    ],
    [
      "an order of another patient",
      async () => ({ orderId: (await desk.place()).id }),
      409,
      "study.other-patient",
    ],
    ["an order that is nowhere", async () => ({ orderId: newId(platform.clock) }), 404, "order.not-found"],
    [
      "a patient who is nowhere",
      async () => ({ patientId: newId(platform.clock) }),
      404,
      "patient.not-found",
    ],
    [
      "a patient of another facility",
      async () => ({ patientId: await desk.patient(desk.places.there) }),
      404,
      "patient.not-found",
    ],
    ["no modality", async () => ({ modality: "!" }), 400, "study.invalid-modality"],
    ["no UID", async () => ({ studyInstanceUid: "1.02" }), 400, "validation"],
    [
      "a description that DICOM cannot say",
      async () => ({ studyDescription: "a\\b" }),
      400,
      "correction.invalid-value",
    ],
  ])("refuses %s", async (_, body, status, code) => {
    const answer = await register(await body());
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("is at the facility of the viewer's where the patient is known, at home where that is one", async () => {
    const { here, there } = desk.places;
    const both = await desk.server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here, there] });
    const headers = await desk.server.signIn(both.username);
    const facilityOf = async (patientId: string) => {
      const payload = { patientId, modality: "ct", orderId: null, studyDate: null };
      const url = "/api/v1/studies";
      return (await desk.server.app.inject({ method: "POST", url, headers, payload })).json().facilityId;
    };
    expect(await facilityOf(await desk.patient(there))).toBe(there);
    const patientId = await desk.patient(there);
    await database.db`insert into patient_facility (patient_id, facility_id, created_at) values (${patientId}, ${here}, now())`;
    expect(await facilityOf(patientId)).toBe(here);
  });

  test("refuses a cancelled order", async () => {
    const order = await desk.placeIn("CANCELLED");
    const answer = await register({ patientId: order.patientId, orderId: order.id });
    expect([answer.status, answer.body.code]).toEqual([409, "order.ended"]);
  });

  test("of two at once with one UID one is refused", async () => {
    const studyInstanceUid = "1.2.3.4.5.6";
    const answers = await Promise.all([register({ studyInstanceUid }), register({ studyInstanceUid })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test("each role", async () => {
    const allowed = new Set<Role>(["ADMINISTRATOR", "TECHNOLOGIST", "FRONT_DESK", "INTEGRATION"]);
    const { id } = await study();
    for (const role of roles) {
      const call = await as(role);
      const uid = { sopInstanceUid: "1.2.3.1", seriesInstanceUid: "1.2.3.2", modality: "CT" };
      const answers = [
        await register({}, role),
        await call("POST", `/studies/${id}/images`, uid),
        await call("GET", `/studies/${id}/registered-images`),
        await call("PATCH", `/studies/${id}/status`, { status: "SCHEDULED" }),
      ];
      // The state it is in does not follow itself: who may move it learns that.
      expect([role, ...answers.map(({ status }) => status)]).toEqual(
        allowed.has(role) ? [role, 201, 201, 200, 409] : [role, 403, 403, 403, 403],
      );
    }
  });
});

describe("images of a registered study", () => {
  test("fill it: what they say stands, what they do not say stays as registered", async () => {
    const made = await study({ studyDescription: "Registered", bodyPart: "HEAD", studyDate: "2020-01-01" });
    const sent = await send(made, { StudyDescription: "", StudyDate: "20260301", BodyPartExamined: "CHEST" });
    expect(sent.studyId).toBe(made.id);
    expect(await get(made.id)).toMatchObject({
      studyDescription: "Registered",
      accessionNumber: made.accessionNumber,
      studyDate: "2026-03-01",
      bodyPart: "CHEST",
      modalities: ["CT"],
      status: "IN_PROGRESS",
      numberOfInstances: 1,
    });
    expect(await found(made.studyInstanceUid)).toBe(1);
    await send(made, { StudyDescription: "Later" });
    expect((await get(made.id)).studyDescription).toBe("Registered");
  });

  test("the modality is what came, and what a person corrected since stays", async () => {
    const made = await study({ modality: "MR", studyDescription: "Registered" });
    const call = await as("ADMINISTRATOR");
    await call("PATCH", `/studies/${made.id}`, { studyDescription: "Corrected" });
    await send(made, { StudyDescription: "Sent" });
    expect(await get(made.id)).toMatchObject({ modalities: ["CT"], studyDescription: "Corrected" });
  });

  test("begin its order", async () => {
    const order = await desk.place();
    const made = await study({ patientId: order.patientId, orderId: order.id });
    await send(made);
    const { body } = await (await as("ADMINISTRATOR"))("GET", `/imaging-orders/${order.id}`);
    expect(body.status).toBe("IN_PROGRESS");
  });

  test("of a patient who was merged since fill it by the identifier of either", async () => {
    const [into, away] = [await desk.patient(), await desk.patient()];
    const made = await study({ patientId: into });
    await database.db`update patient set merged_into = ${into} where id = ${away}`;
    await database.db`update patient_identifier set survivor_id = ${into} where patient_id = ${away}`;
    const sent = await send({ ...made, patientId: away });
    expect([sent.studyId, sent.patientId]).toEqual([made.id, into]);
  });

  test("find it by accession number and patient where the modality made a UID of its own", async () => {
    const made = await study({ studyDescription: "Registered" });
    const { accessionNumber: AccessionNumber, patientId } = made;
    const sent = await send(
      { studyInstanceUid: newUid(), patientId },
      { AccessionNumber, StudyDescription: "" },
    );
    expect(sent.studyId).toBe(made.id);
    const now = await get(made.id);
    expect(now).toMatchObject({
      studyInstanceUid: sent.StudyInstanceUID,
      accessionNumber: AccessionNumber,
      studyDescription: "Registered",
      numberOfInstances: 1,
      status: "IN_PROGRESS",
    });
    expect([await found(made.studyInstanceUid), await found(now.studyInstanceUid)]).toEqual([0, 1]);
    const matched = (await factsOf(made.id)).find(({ type }) => type === "study.images-matched");
    expect(matched?.data).toEqual({
      by: "accessionNumber",
      studyInstanceUid: now.studyInstanceUid,
      registeredAs: made.studyInstanceUid,
    });
    const more = await send({ studyInstanceUid: now.studyInstanceUid, patientId }, { AccessionNumber });
    expect(more.studyId).toBe(made.id);
    // What waits no more is taken by nothing else.
    const other = await send({ studyInstanceUid: newUid(), patientId }, { AccessionNumber });
    expect(other.studyId).not.toBe(made.id);
  });

  test("of an order whose number they bear fill its registered study, and not a second one", async () => {
    const order = await desk.place();
    const made = await study({ patientId: order.patientId, orderId: order.id });
    const { accessionNumber: AccessionNumber } = order;
    const sent = await send({ studyInstanceUid: newUid(), patientId: order.patientId }, { AccessionNumber });
    expect([sent.studyId, (await get(made.id)).orderId]).toEqual([made.id, order.id]);
  });

  test.each<[string, () => Promise<object>]>([
    ["of another patient", async () => ({ patientId: await desk.patient() })],
    ["of another number", async () => ({ AccessionNumber: "OTHER-1" })],
    ["of another modality", async () => ({ Modality: "MR" })],
    ["without an identifier", async () => ({ PatientID: "" })],
  ])("%s stay apart from what waits under the number", async (_name, differ) => {
    const made = await study();
    const { patientId = made.patientId, ...attributes } = (await differ()) as Attributes & {
      patientId?: string;
    };
    const sent = await send(
      { studyInstanceUid: newUid(), patientId },
      { AccessionNumber: made.accessionNumber, ...attributes },
    );
    expect(sent.studyId).not.toBe(made.id);
    expect(await get(made.id)).toMatchObject({
      status: "SCHEDULED",
      numberOfInstances: 0,
      studyInstanceUid: made.studyInstanceUid,
    });
  });

  test.each([
    ["a UID that was said", {}, { studyInstanceUid: newUid() }],
    ["a study that was cancelled", { status: "CANCELLED" }, {}],
    ["a study that is kept elsewhere", { status: "FINAL" }, {}],
  ])("of another UID are not %s", async (_name, columns, body) => {
    const made = await study(body);
    if ("status" in columns)
      await database.db`update study set status = ${columns.status} where id = ${made.id}`;
    const { accessionNumber: AccessionNumber, patientId } = made;
    const sent = await send({ studyInstanceUid: newUid(), patientId }, { AccessionNumber });
    expect(sent.studyId).not.toBe(made.id);
  });

  test("for which several wait under one number stay apart and are shown to a person", async () => {
    const first = await study();
    const { accessionNumber, patientId } = first;
    const second = await study({ patientId, accessionNumber });
    const sent = await send({ studyInstanceUid: newUid(), patientId }, { AccessionNumber: accessionNumber });
    expect([first.id, second.id]).not.toContain(sent.studyId);
    const call = await as("TECHNOLOGIST");
    const [item] = (await call("GET", `/reconciliation?studyId=${sent.studyId}`)).body.data;
    expect(item).toMatchObject({ kind: "SEVERAL_REGISTERED", status: "OPEN", actions: ["match", "accept"] });
    expect(item.registered.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id]);
    const refused = await call("POST", `/reconciliation/${item.id}/resolve`, {
      action: "reject",
      reason: "x",
    });
    expect(refused.body.code).toBe("reconciliation.action-not-allowed");
    const resolved = await call("POST", `/reconciliation/${item.id}/resolve`, { action: "accept" });
    expect([resolved.status, resolved.body.status]).toEqual([200, "RESOLVED"]);
    const undone = await call("POST", `/reconciliation/${item.id}/undo`);
    expect([undone.status, undone.body.status]).toEqual([200, "OPEN"]);
    // One of them is settled: what comes under another UID is the other's.
    await move(first.id, "CANCELLED");
    const later = await send({ studyInstanceUid: newUid(), patientId }, { AccessionNumber: accessionNumber });
    expect(later.studyId).toBe(second.id);
  });

  test("for which several wait are matched to the one that a person says, with its order, and taken back", async () => {
    const patientId = await desk.patient();
    const call = await as("TECHNOLOGIST");
    const ordered = await desk.place({ patientId });
    const accessionNumber = "ELSEWHERE7";
    const first = await study({
      patientId,
      orderId: ordered.id,
      accessionNumber,
      studyDescription: "Thorax",
      bodyPart: "CHEST",
    });
    const second = await study({ patientId, accessionNumber });
    const sent = await send(
      { studyInstanceUid: newUid(), patientId },
      { AccessionNumber: accessionNumber, StudyDescription: "" },
    );
    const before = await get(sent.studyId);
    expect(before.orderId).toBeNull();
    const [item] = (await call("GET", `/reconciliation?studyId=${sent.studyId}`)).body.data;
    const url = `/reconciliation/${item.id}/resolve`;
    const refused = async (body: object) => (await call("POST", url, body)).body.code;
    expect(await refused({ action: "match" })).toBe("reconciliation.invalid");
    expect(await refused({ action: "match", orderId: ordered.id })).toBe("reconciliation.invalid");
    expect(await refused({ action: "accept", studyId: first.id })).toBe("reconciliation.invalid");
    for (const other of [sent.studyId, newId(platform.clock), (await study({ patientId })).id])
      expect(await refused({ action: "match", studyId: other })).toBe("reconciliation.not-waiting");
    const matched = await call("POST", url, { action: "match", studyId: first.id });
    expect([matched.status, matched.body]).toMatchObject([
      200,
      { status: "RESOLVED", resolution: { action: "MATCH", studyId: first.id }, actions: ["undo"] },
    ]);
    expect(await get(sent.studyId)).toMatchObject({ orderId: ordered.id, studyDescription: "Thorax" });
    expect([(await get(first.id)).status, (await get(second.id)).status]).toEqual(["CANCELLED", "SCHEDULED"]);
    expect((await call("POST", `/reconciliation/${item.id}/undo`)).body.status).toBe("OPEN");
    const after = await get(sent.studyId);
    expect([after.orderId, after.studyDescription]).toEqual([before.orderId, before.studyDescription]);
    expect((await get(first.id)).status).toBe("SCHEDULED");
    const facts = await database.db<{ type: string }[]>`
      select type from fact where subject_id in (${item.id}, ${first.id}) and type in ('reconciliation.resolved', 'reconciliation.undone', 'study.status-changed')
      order by id`;
    expect(facts.map(({ type }) => type)).toEqual([
      "study.status-changed",
      "reconciliation.resolved",
      "study.status-changed",
      "reconciliation.undone",
    ]);
    // What was registered was changed meanwhile: it is not taken back over that.
    await call("POST", url, { action: "match", studyId: second.id });
    await database.db`update study set deleted_at = now() where id = ${second.id}`;
    expect((await call("POST", `/reconciliation/${item.id}/undo`)).body.code).toBe(
      "reconciliation.changed-since",
    );
  });

  test("that come at once under two UIDs fill it once", async () => {
    const made = await study();
    const { accessionNumber: AccessionNumber, patientId } = made;
    const sent = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        send(
          { studyInstanceUid: `${made.studyInstanceUid}.${(index % 2) + 1}`, patientId },
          { AccessionNumber },
        ),
      ),
    );
    const ids = new Set(sent.map(({ studyId }) => studyId));
    expect([ids.size, ids.has(made.id)]).toEqual([2, true]);
    const { numberOfInstances } = await get(made.id);
    expect(numberOfInstances).toBe(3);
  });

  test("of another patient stay apart, and the registered study waits", async () => {
    const made = await study();
    const sent = await send({ ...made, patientId: await desk.patient() });
    expect(sent.studyId).not.toBe(made.id);
    expect(await get(made.id)).toMatchObject({ status: "SCHEDULED", numberOfInstances: 0 });
  });
});

describe("states", () => {
  const cells = studyStatuses.flatMap((from) => studyStatuses.map((to) => [from, to] as const));
  test.each(cells)("%s to %s", async (from: StudyStatus, to: StudyStatus) => {
    const made = await study();
    await database.db`update study set status = ${from} where id = ${made.id}`;
    const answer = await move(made.id, to.toLowerCase(), { reason: "said so" });
    if (studyTransitions[from].includes(to)) {
      expect([answer.status, answer.body.status]).toEqual([200, to]);
      const facts = await factsOf(made.id);
      const changed = facts.filter(({ type }) => type === "study.status-changed");
      expect(changed.map(({ data }) => data)).toMatchObject([{ from, to, by: "person", reason: "said so" }]);
    } else {
      expect([answer.status, answer.body.code]).toEqual([409, "study.illegal-transition"]);
      expect(answer.body.detail).toContain(`The study is ${from}`);
      for (const next of studyTransitions[from]) expect(answer.body.detail).toContain(next);
      expect((await get(made.id)).status).toBe(from);
    }
  });

  test("what has images is not cancelled, and its actions do not offer it", async () => {
    const made = await study();
    await send(made);
    const answer = await move(made.id, "CANCELLED");
    expect([answer.status, answer.body.code]).toEqual([409, "study.has-images"]);
    expect((await get(made.id)).actions).not.toContain("cancel");
    await desk.server.journal.drain();
    const [refused] = await database.db<{ data: object }[]>`
      select data from access where subject_id = ${made.id} and outcome = 'refused'`;
    expect(refused?.data).toMatchObject({ code: "study.has-images", from: "IN_PROGRESS", to: "CANCELLED" });
  });

  test("a change for an older version is refused, by the body and by If-Match", async () => {
    const made = await study();
    expect((await move(made.id, "ARRIVED", { expectedVersion: 9 })).body.code).toBe("version.conflict");
    const call = await as("TECHNOLOGIST");
    const headers = { "if-match": '"1"' };
    const moved = await call("PATCH", `/studies/${made.id}/status`, { status: "ARRIVED" }, headers);
    expect([moved.status, moved.headers.etag]).toEqual([200, '"2"']);
  });

  test("COMPLETED by hand settles the study and performs its order", async () => {
    const order = await desk.place();
    const made = await study({ patientId: order.patientId, orderId: order.id });
    await move(made.id, "IN_PROGRESS");
    const call = await as("ADMINISTRATOR");
    expect((await call("GET", `/imaging-orders/${order.id}`)).body.status).toBe("IN_PROGRESS");
    await send(made);
    await move(made.id, "COMPLETED");
    expect((await call("GET", `/imaging-orders/${order.id}`)).body.status).toBe("PERFORMED");
    expect((await factsOf(made.id)).map(({ type }) => type)).toContain("study.settled");
  });

  test("registered studies go with their order: it arrives, it is cancelled", async () => {
    const order = await desk.place({ scheduledAt: "2026-02-02T09:00:00Z" });
    const made = await study({ patientId: order.patientId, orderId: order.id });
    const call = await as("ADMINISTRATOR");
    await call("PATCH", `/imaging-orders/${order.id}`, { status: "ARRIVED" });
    await desk.server.journal.drain();
    expect((await get(made.id)).status).toBe("ARRIVED");
    await call("DELETE", `/imaging-orders/${order.id}?reason=gone`);
    await desk.server.journal.drain();
    expect((await get(made.id)).status).toBe("CANCELLED");
  });

  test("a study of another facility is not there", async () => {
    const stranger = await desk.someone(["ADMINISTRATOR"], [desk.places.there]);
    const { id } = await study();
    expect((await stranger.call("PATCH", `/studies/${id}/status`, { status: "ARRIVED" })).status).toBe(404);
    expect((await stranger.call("GET", `/studies/${id}/registered-images`)).status).toBe(404);
  });
});

describe("images that are to come", () => {
  const named = { sopInstanceUid: "1.2.826.1", seriesInstanceUid: "1.2.826.2", modality: "ct" };
  const name = async (id: string, more: object = {}) =>
    (await as("INTEGRATION"))("POST", `/studies/${id}/images`, { ...named, ...more });

  test("are REGISTERED, the same again is the first answer, and STORED when they came", async () => {
    const made = await study();
    const first = await name(made.id, { instanceNumber: 3, url: "https://pacs.example/1" });
    expect(first.body).toMatchObject({
      modality: "CT",
      status: "REGISTERED",
      imageId: null,
      instanceNumber: 3,
    });
    const again = await name(made.id, { url: "https://pacs.example/other" });
    expect(again.body).toEqual(first.body);
    expect((await name(made.id, { seriesInstanceUid: "1.2.826.9" })).body.code).toBe(
      "registered-image.other-series",
    );
    const sent = await send(made, { SOPInstanceUID: "1.2.826.1", SeriesInstanceUID: "1.2.826.2" });
    const list = await (await as("TECHNOLOGIST"))("GET", `/studies/${made.id}/registered-images`);
    expect(list.body.data).toEqual([{ ...first.body, status: "STORED", imageId: sent.imageId }]);
    expect((await name((await study()).id)).body.code).toBe("registered-image.other-study");
  });

  test.each([
    ["http://pacs.example/1", "registered-image.invalid-url"],
    ["//pacs.example/1", "registered-image.invalid-url"],
    ["javascript:alert(1)", "registered-image.invalid-url"],
  ])("%s is no place of an image", async (url, code) => {
    const answer = await name((await study()).id, { url });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  test("none of a cancelled study", async () => {
    const { id } = await study();
    await move(id, "CANCELLED");
    expect((await name(id)).body.code).toBe("study.cancelled");
  });
});

describe("the order of a study, said by a person", () => {
  const change = async (id: string, body: object) =>
    (await as("TECHNOLOGIST"))("PATCH", `/studies/${id}`, body);

  test("is linked and goes on with the study; unlinked again, and images do not link it anew", async () => {
    const order = await desk.place();
    const made = await study({ patientId: order.patientId });
    await send(made, { AccessionNumber: "" });
    const linked = await change(made.id, { orderId: order.id });
    expect([linked.status, linked.body.orderId]).toEqual([200, order.id]);
    const call = await as("ADMINISTRATOR");
    expect((await call("GET", `/imaging-orders/${order.id}`)).body.status).toBe("IN_PROGRESS");
    expect((await change(made.id, { orderId: null })).body.orderId).toBeNull();
    await send(made, { AccessionNumber: order.accessionNumber });
    expect((await get(made.id)).orderId).toBeNull();
    const types = (await factsOf(made.id)).map(({ type }) => type);
    expect(types.filter((type) => type.includes("linked"))).toEqual(["study.linked", "study.unlinked"]);
  });

  test("is one of the study's patient", async () => {
    const answer = await change((await study()).id, { orderId: (await desk.place()).id });
    expect([answer.status, answer.body.code]).toEqual([409, "study.other-patient"]);
  });

  test("goes when the study is given to another patient, and theirs comes by the accession number", async () => {
    const [theirs, order] = [await desk.place(), await desk.place()];
    const made = await study({ patientId: order.patientId, orderId: order.id });
    const moved = await change(made.id, {
      patientId: theirs.patientId,
      accessionNumber: theirs.accessionNumber,
    });
    expect(moved.body).toMatchObject({ patientId: theirs.patientId, orderId: theirs.id });
  });

  test("an order that comes after the images is linked when it is placed", async () => {
    const patientId = await desk.patient();
    const sent = await send({ studyInstanceUid: "1.2.840.77.1", patientId }, { AccessionNumber: "LATE1" });
    const order = await desk.place({ patientId });
    expect((await get(sent.studyId)).orderId).toBeNull();
    await database.db`update imaging_order set accession_number = 'LATE1' where id = ${order.id}`;
    await desk.server.journal.drain();
    expect((await get(sent.studyId)).orderId).toBe(order.id);
  });
});
