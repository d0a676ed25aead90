import { fieldValue, type Message, segmentOf, segmentsOf } from "@isocenter/hl7";
import { viewerAt } from "@isocenter/test/support/archive.ts";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { type Hl7Receiver, hl7Receiver } from "@isocenter/test/support/hl7-receiver.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { doubtRoutes } from "../../../modules/archive/index.ts";
import type { Fact, Journal } from "../../../modules/journal/index.ts";
import { mergeRoutes } from "../../../modules/patients/index.ts";
import { clearMessages } from "../../../modules/peers/hl7/jobs.ts";
import { hl7Routes } from "../../../modules/peers/index.ts";
import { newId, transact } from "../../../platform/index.ts";
import { createHl7Sending, type Hl7Sending } from "./sending.ts";

const database = testDatabase();
const platform = testPlatform(database);
let journal: Journal;
let sending: Hl7Sending;
const room = testReadingRoom(database, platform, (parts) => {
  journal = parts.journal;
  const criticalFindings = async () => [];
  sending = createHl7Sending({
    platform,
    journal,
    criticalFindings,
    patience: { answerMs: 150, idleMs: 60_000 },
  });
  const { archive } = parts;
  return [
    hl7Routes(platform, journal, async () => {}),
    doubtRoutes({ platform, journal, archive }),
    mergeRoutes({ platform, journal, followers: [archive.followMerge], nameEntries: async () => [] }),
  ];
});
let ehr: Hl7Receiver;
let radiologist: Person;
let resident: Person;
let administrator: Person;

beforeAll(async () => {
  ehr = await hl7Receiver();
  radiologist = await room.person(["RADIOLOGIST"]);
  resident = await room.person(["RESIDENT"]);
  administrator = await room.person(["ADMINISTRATOR"]);
  // What happened before is nobody's news.
  await journal.drain();
});
afterAll(async () => {
  await sending.stop();
  await ehr.shut();
});
beforeEach(async () => {
  await database.db`delete from hl7_messages`;
  await database.db`delete from hl7_systems`;
  ehr.got.length = 0;
  ehr.reply = () => ({ code: "AA" });
});

let systems = 0;
async function system(more: Record<string, unknown> = {}): Promise<string> {
  const id = newId(platform.clock);
  const at = platform.clock.now();
  await database.db`insert into hl7_systems ${database.db({
    id,
    name: `EHR ${++systems}`,
    facility_id: room.facilityId,
    application: `EHR${systems}`,
    host: "127.0.0.1",
    port: ehr.port,
    sends: ["RESULTS"],
    created_at: at,
    updated_at: at,
    ...more,
  })}`;
  return id;
}
/** Everything that has happened is told, as far as it is due. */
async function tell(): Promise<void> {
  await journal.drain();
  await sending.drain();
}
/** Time in which the sessions of the tests' people stay. */
function later(seconds: number): void {
  platform.clock.advance(seconds * 1000);
}
/** What happens in one millisecond has no order. */
const amend: typeof room.amend = (...given) => {
  later(1);
  return room.amend(...given);
};
async function signed(more: object = {}) {
  later(1);
  const study = await room.study();
  const orderId = await room.order(study, (await room.person(["PHYSICIAN"])).id);
  const report = await room.begin(radiologist, study.id, more);
  const { status, body } = await room.sign(radiologist, report);
  expect(status).toBe(200);
  return { study, orderId, report: body };
}
const messages = async () =>
  await database.db<
    { id: string; status: string; reason: string | null; attempts: number; system_id: string }[]
  >`
    select id, status, reason, attempts, system_id from hl7_messages order by position`;
const statuses = async () => (await messages()).map(({ status }) => status);
const result = (message: Message) => fieldValue(segmentOf(message, "OBR"), 25);
const results = () => ehr.got.map(result);
const patientOf = (message: Message) => fieldValue(segmentOf(message, "PID"), 3);
async function record(...facts: Fact[]): Promise<void> {
  later(1);
  await transact(database.db, (tx) => journal.recordMany(tx, viewerAt([room.facilityId]), facts));
}

test("a signed report goes out once, its amendment after it, and what was wrong to those who had it", async () => {
  await system();
  const { study, report } = await signed();
  await tell();
  expect(results()).toEqual(["F"]);
  const [first] = ehr.got;
  expect(patientOf(first!)).toBe(study.attributes.PatientID);
  expect(segmentsOf(first!, "OBX").map((obx) => fieldValue(obx, 5))).toEqual([
    study.attributes.StudyInstanceUID,
    "No fracture.",
    "Normal.",
  ]);
  const amended = await amend(radiologist, report, { impression: "Fracture." });
  await tell();
  // Who never had it is told of what stands, and not that something was wrong.
  await system();
  later(1);
  const wrong = await room.call(radiologist, "POST", `/reports/${report.id}/entered-in-error`, {
    reason: "Wrong patient",
    password: "a long test passphrase",
    expectedVersion: amended.body.version,
  });
  expect(wrong.status).toBe(200);
  await tell();
  expect(results()).toEqual(["F", "C", "X"]);
  expect(new Set(ehr.controlIds()).size).toBe(3);
  // Again, as after a crash between reading and moving on.
  await database.db`update reader_cursor set position = position - 3 where name = 'hl7.outbox'`;
  await tell();
  expect(ehr.got).toHaveLength(3);
  expect(await statuses()).toEqual(Array(3).fill("ACKNOWLEDGED"));
});

test("a preliminary report goes to who asked for it, and its end as well; another facility hears nothing", async () => {
  const elsewhere = await room.server.addFacility("Elsewhere");
  const curious = await system({ sends: ["RESULTS", "PRELIMINARY"] });
  await system();
  await system({ facility_id: elsewhere, sends: ["RESULTS", "PRELIMINARY", "ORDER_STATUS"] });
  const report = await room.begin(resident, (await room.study()).id);
  const path = `/reports/${report.id}`;
  const submitted = await room.call(resident, "POST", `${path}/submit`, { expectedVersion: report.version });
  expect(submitted.status).toBe(200);
  later(1);
  const cancelled = await room.call(radiologist, "DELETE", path, {
    reason: "Other study",
    expectedVersion: submitted.body.version,
  });
  expect(cancelled.status).toBe(200);
  await tell();
  expect(results()).toEqual(["P", "X"]);
  expect((await messages()).map(({ system_id }) => system_id)).toEqual([curious, curious]);
  await signed();
  await tell();
  expect(results()).toEqual(["P", "X", "F", "F"]);
});

test("the letter goes along, and the patient is who it is now", async () => {
  await system({ pdf: true, patient_id_issuer: "EHR" });
  const { study } = await signed();
  await journal.drain();
  await database.db`update patient set name = 'Roe^Jane', family = 'Roe', given = 'Jane' where id = ${study.patientId}`;
  await database.db`insert into patient_identifier (id, patient_id, value, issuer, position)
    values (${newId(platform.clock)}, ${study.patientId}, '4711', 'EHR', 1)`;
  await sending.drain();
  const [message] = ehr.got;
  expect([patientOf(message!), fieldValue(segmentOf(message!, "PID"), 5)]).toEqual(["4711", "Roe"]);
  const letter = segmentsOf(message!, "OBX").at(-1);
  expect(
    Buffer.from(fieldValue(letter, 5, 5), "base64")
      .subarray(0, 5)
      .toString(),
  ).toBe("%PDF-");
});

test("what is refused holds up nothing, is told to administrators, and goes out again in another message", async () => {
  await system();
  await signed();
  await signed();
  let asked = 0;
  ehr.reply = () => (++asked === 1 ? { code: "AE", text: "Unknown order" } : { code: "AA" });
  await tell();
  expect(await statuses()).toEqual(["REFUSED", "ACKNOWLEDGED"]);
  const [refused] = await messages();
  expect(refused).toMatchObject({ reason: "Unknown order", attempts: 1 });
  const notices = await database.db`
    select recipient_id from notice where kind = 'hl7-message.failed' and subject_id = ${refused!.id}`;
  expect(notices.map(({ recipient_id }) => recipient_id)).toContain(administrator.id);
  const again = await room.call(administrator, "POST", `/hl7/messages/${refused!.id}/retry`);
  expect([again.status, again.body.status, again.body.attempts]).toEqual([200, "QUEUED", 0]);
  await sending.drain();
  expect(await statuses()).toEqual(["ACKNOWLEDGED", "ACKNOWLEDGED"]);
  expect(new Set(ehr.controlIds()).size).toBe(3);
  expect((await room.call(administrator, "POST", `/hl7/messages/${refused!.id}/retry`)).status).toBe(409);
});

test("what was never answered is sent again as it was, and the patient's next one waits for it", async () => {
  await system();
  const { report } = await signed();
  await amend(radiologist, report, { impression: "Fracture." });
  ehr.reply = () => "silence";
  await tell();
  expect(await messages()).toMatchObject([
    { status: "QUEUED", attempts: 1, reason: "It did not answer in time." },
    { status: "QUEUED", attempts: 0 },
  ]);
  ehr.reply = () => ({ code: "AA" });
  await sending.drain();
  expect(ehr.got).toHaveLength(1);
  later(10);
  await sending.drain();
  const [first, second, third] = ehr.controlIds();
  expect([second === first, third === first]).toEqual([true, false]);
  expect(results()).toEqual(["F", "F", "C"]);
});

test("what is not wanted now is tried again; other patients' reports go on meanwhile", async () => {
  await system();
  const one = await signed();
  await amend(radiologist, one.report, { impression: "Fracture." });
  const other = await signed();
  const busy = (message: Message) => patientOf(message) === one.study.attributes.PatientID;
  ehr.reply = (message) => (busy(message) ? { code: "AR", text: "Busy" } : { code: "AA" });
  await tell();
  expect(ehr.got.map(patientOf)).toEqual([one.study.attributes.PatientID, other.study.attributes.PatientID]);
  expect(await statuses()).toEqual(["QUEUED", "QUEUED", "ACKNOWLEDGED"]);
  for (let attempt = 0; attempt < 11; attempt++) {
    later(3600);
    await sending.drain();
  }
  // Given up: what came behind has its turn, and is tried as often.
  expect((await messages())[0]).toMatchObject({ status: "REFUSED", attempts: 12, reason: "Busy" });
});

test("a system that is away costs no attempt; when it is back everything comes in order", async () => {
  const id = await system();
  await ehr.shut();
  const { report } = await signed();
  await amend(radiologist, report, { impression: "Fracture." });
  await tell();
  later(10);
  await sending.drain();
  expect(await messages()).toMatchObject([
    { status: "QUEUED", attempts: 0, reason: "Nothing listens at this host and port." },
    { status: "QUEUED", attempts: 0 },
  ]);
  const shown = (await room.call(administrator, "GET", `/hl7/systems/${id}`)).body;
  expect(shown).toMatchObject({ queued: 2, failed: 0, problem: "Nothing listens at this host and port." });
  expect(shown.failingSince).not.toBeNull();
  expect(await sending.check.check()).toEqual({ status: "ok" });
  later(1000);
  await sending.drain();
  expect(await sending.check.check()).toMatchObject({
    status: "degraded",
    detail: expect.stringContaining("2 messages wait for EHR"),
  });
  const alarms =
    await database.db`select 1 from notice where kind = 'hl7-system.away' and subject_id = ${id}`;
  expect(alarms.length).toBeGreaterThan(0);
  await ehr.open();
  later(300);
  await sending.drain();
  expect(results()).toEqual(["F", "C"]);
  expect(await sending.check.check()).toEqual({ status: "ok" });
});

test("somebody may dismiss what waits; what it told of may be gone", async () => {
  await system();
  ehr.reply = () => ({ code: "AR" });
  const { study } = await signed();
  await signed();
  await tell();
  const [first] = await messages();
  const gone = await room.call(administrator, "POST", `/hl7/messages/${first!.id}/dismiss`, {
    reason: "Test",
  });
  expect([gone.status, gone.body.status]).toEqual([200, "DISMISSED"]);
  expect(study.id).toBeTruthy();
  const second = (await messages())[1]!.id;
  await database.db`
    update hl7_messages set text = ''::bytea, about = ${database.db.json({ kind: "result", reportId: newId(platform.clock), number: 1 })}
    where id = ${second}`;
  later(3600);
  await sending.drain();
  expect(await statuses()).toEqual(["DISMISSED", "FAILED"]);
});

test("each step of an order is told, but not to the system that took it", async () => {
  const own = await system({ sends: ["ORDER_STATUS"], name: "Hospital", application: "HIS" });
  const other = await system({ sends: ["ORDER_STATUS"] });
  const { study, orderId } = await signed();
  await journal.drain();
  const subject = { type: "order", id: orderId };
  const about = { subject, facilityId: room.facilityId, patientId: study.patientId };
  await record(
    { ...about, type: "order.scheduled", data: { from: "PENDING", to: "SCHEDULED" } },
    { ...about, type: "order.changed", data: { fields: ["notes"], status: "SCHEDULED" } },
  );
  await journal.drain();
  await transact(database.db, (tx) =>
    journal.record(
      tx,
      { ...viewerAt([room.facilityId]), kind: "peer", id: "HIS", name: "Hospital" },
      {
        ...about,
        type: "order.cancelled",
        data: { from: "SCHEDULED", to: "CANCELLED", by: "hl7" },
      },
    ),
  );
  await tell();
  const said = (id: string) =>
    ehr.got
      .filter((message) => fieldValue(segmentOf(message, "MSH"), 5) === id)
      .map((message) => {
        const orc = segmentOf(message, "ORC");
        return `${fieldValue(orc, 1)} ${fieldValue(orc, 5)} ${fieldValue(orc, 25)}`;
      });
  const names = await database.db<
    { id: string; application: string }[]
  >`select id, application from hl7_systems`;
  const nameOf = (id: string) => names.find((one) => one.id === id)!.application;
  expect(said(nameOf(own))).toEqual(["SC SC SCHEDULED", "XX SC SCHEDULED"]);
  expect(said(nameOf(other))).toEqual(["SC SC SCHEDULED", "XX SC SCHEDULED", "OC CA CANCELLED"]);
});

test("what waits for a patient who was merged comes behind what waits for the survivor", async () => {
  await system();
  const one = await signed();
  const two = await signed();
  await journal.drain();
  await record({
    type: "patient.merged",
    subject: { type: "patient", id: two.study.patientId },
    facilityId: room.facilityId,
    data: { from: two.study.patientId, into: one.study.patientId },
  });
  ehr.reply = () => ({ code: "AR", text: "Busy" });
  await tell();
  expect(ehr.got.map(patientOf)).toEqual([one.study.attributes.PatientID]);
});

test("two processes send to a system one message at a time", async () => {
  await system();
  for (let number = 0; number < 3; number++) await signed();
  await journal.drain();
  const criticalFindings = async () => [];
  const twin = createHl7Sending({ platform, journal: { ...journal, registerReader() {} }, criticalFindings });
  await Promise.all([sending.drain(), twin.drain()]);
  await twin.stop();
  expect(ehr.got).toHaveLength(3);
  expect(new Set(ehr.controlIds()).size).toBe(3);
});

/** The study is another's. @returns whose it was, and whose it is, by their identifiers */
async function give(study: Awaited<ReturnType<typeof room.study>>) {
  later(1);
  const other = await room.study();
  const given = await room.call(administrator, "PATCH", `/studies/${study.id}`, {
    patientId: other.patientId,
    reason: "Two patients were confused at the scanner",
  });
  expect(given.status).toBe(200);
  return { was: study.attributes.PatientID, is: other.attributes.PatientID };
}

test("a report of a study that is another patient's is taken off the one, and then told for the other, to who had it", async () => {
  await system({ pdf: true });
  await system({ sends: ["ORDER_STATUS"] });
  const { study, report } = await signed();
  await tell();
  const [first] = ehr.got;
  const late = await system();
  // What is written of the order since is told by other tests.
  await database.db`update hl7_systems set sends = '{RESULTS}'`;
  const { was, is } = await give(study);
  await journal.drain();
  // Both wait; the one for the other patient, of whom nothing else waits, only goes behind the one that takes it back.
  let asked = 0;
  ehr.reply = () => (++asked === 1 ? { code: "AR", text: "Busy" } : { code: "AA" });
  await sending.drain();
  expect(ehr.got).toHaveLength(2);
  later(10);
  await sending.drain();
  const [, , withdrawn, told] = ehr.got;
  expect(ehr.got.map((message) => `${result(message)} ${patientOf(message)}`)).toEqual([
    `F ${was}`,
    `X ${was}`,
    `X ${was}`,
    `C ${is}`,
  ]);
  const numbers = (message: Message) => [2, 3].map((field) => fieldValue(segmentOf(message, "ORC"), field));
  expect(numbers(withdrawn!)).toEqual(numbers(first!));
  const values = (message: Message, field: number) =>
    segmentsOf(message, "OBX").map((obx) => fieldValue(obx, field));
  expect(values(withdrawn!, 11)).toEqual(["O", "W", "W"]);
  expect(values(withdrawn!, 5).join()).not.toMatch(/fracture|Normal/);
  expect(fieldValue(segmentOf(withdrawn!, "NTE"), 3)).toContain("another patient's");
  // The letter was signed for the one whom it names, and is not sent for the other.
  expect(values(first!, 2)).toContain("ED");
  expect(values(told!, 2)).toEqual(["ST", "FT", "FT"]);
  expect(values(told!, 5)).toContain("No fracture.");
  expect((await messages()).filter(({ system_id }) => system_id === late)).toEqual([]);
  const amended = await amend(radiologist, report, { impression: "Fracture." });
  expect(amended.status).toBe(200);
  ehr.got.length = 0;
  await tell();
  expect(ehr.got.filter((message) => values(message, 2).includes("ED")).map(patientOf)).toEqual([is]);
});

test("of a study that is another patient's a preliminary report stays one, and one in error is only taken back", async () => {
  await system({ sends: ["RESULTS", "PRELIMINARY"] });
  const study = await room.study();
  const begun = await room.begin(resident, study.id);
  const submitted = await room.call(resident, "POST", `/reports/${begun.id}/submit`, {
    expectedVersion: begun.version,
  });
  expect(submitted.status).toBe(200);
  await tell();
  await give(study);
  await tell();
  expect(results()).toEqual(["P", "X", "P"]);
  ehr.got.length = 0;
  const wrong = await signed();
  later(1);
  const marked = await room.call(radiologist, "POST", `/reports/${wrong.report.id}/entered-in-error`, {
    reason: "Wrong study",
    password: "a long test passphrase",
    expectedVersion: wrong.report.version,
  });
  expect(marked.status).toBe(200);
  await give(wrong.study);
  await tell();
  expect(results()).toEqual(["F", "X", "X"]);
});

test("patients who are merged are one: their reports are told again only when that is undone", async () => {
  await system();
  const one = await signed();
  const two = await room.study();
  await tell();
  const merged = await room.call(administrator, "POST", `/patients/${one.study.patientId}/merge`, {
    intoPatientId: two.patientId,
    reason: "The same person",
  });
  expect(merged.status).toBe(200);
  await tell();
  expect(results()).toEqual(["F"]);
  const undone = await room.call(administrator, "POST", `/patients/merges/${merged.body.mergeId}/undo`);
  expect(undone.status).toBeLessThan(300);
  await tell();
  expect(ehr.got.slice(1).map((message) => `${result(message)} ${patientOf(message)}`)).toEqual([
    `X ${two.attributes.PatientID}`,
    `C ${one.study.attributes.PatientID}`,
  ]);
});

test("who had a report is told that it was wrong also when the message itself is forgotten", async () => {
  await system();
  const { report } = await signed();
  await tell();
  await clearMessages(database.db, new Date(platform.clock.now().getTime() + 1000));
  expect(await messages()).toEqual([]);
  later(1);
  const wrong = await room.call(radiologist, "POST", `/reports/${report.id}/entered-in-error`, {
    reason: "Wrong patient",
    password: "a long test passphrase",
    expectedVersion: report.version,
  });
  expect(wrong.status).toBe(200);
  await tell();
  expect(results()).toEqual(["F", "X"]);
});
