import type { Priority, Role } from "@isocenter/contract";
import { newUid } from "@isocenter/dicom";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId, transact } from "../../platform/index.ts";
import { addCareRelations, mergeRoutes, patientRoutes } from "../patients/index.ts";
import { statArrivals, worklistRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform, ({ journal, archive }) => {
  journal.registerReader(statArrivals(platform.clock));
  return [
    worklistRoutes({ platform, journal, archive }),
    patientRoutes({ platform, journal }),
    mergeRoutes({ platform, journal, followers: [archive.followMerge] }),
  ];
});
let reader: Person;
let other: Person;

beforeAll(async () => {
  reader = await room.person(["RADIOLOGIST"]);
  other = await room.person(["RADIOLOGIST"]);
});

// Each test has a list of its own, and the targets that hold where none were set.
beforeEach(async () => {
  await database.db`update study set deleted_at = now() where deleted_at is null`;
  await database.db`delete from reading_target`;
});

const minutes = (n: number) => n * 60_000;

/** A settled study of today, with an order of the priority. */
async function ready(priority: Priority | null = "ROUTINE", at = room.facilityId) {
  const today = platform.clock.now().toISOString().slice(0, 10).replaceAll("-", "");
  const attributes = {
    StudyInstanceUID: newUid(),
    SeriesInstanceUID: newUid(),
    PatientID: newId(platform.clock).slice(-12),
    PatientName: "Doe^Ready",
    StudyDate: today,
  };
  const { studyId: id, patientId } = await room.image(attributes, at);
  const study = { id, patientId, attributes };
  if (priority) await room.order(study, reader.id, null, priority);
  await database.db`update study set status = 'COMPLETED', settled_at = ${platform.clock.now()} where id = ${id}`;
  return study;
}
const list = async (who: Person, query = "") => {
  const answer = await room.call(who, "GET", `/worklist${query}`);
  expect(answer.status).toBe(200);
  return answer.body.data as { id: string; [name: string]: unknown }[];
};
const idsOf = async (who: Person, query = "") => (await list(who, query)).map(({ id }) => id);

describe("the reading list", () => {
  test("has emergencies first, then what is due first; each with its waiting time against the target", async () => {
    const waiting = await ready("ROUTINE");
    platform.clock.advance(minutes(30));
    const [routine, urgent, stat] = [await ready("ROUTINE"), await ready("URGENT"), await ready("STAT")];
    platform.clock.advance(minutes(61));
    const items = await list(reader);
    expect(items.map(({ id }) => id)).toEqual([stat.id, urgent.id, waiting.id, routine.id]);
    expect(items[0]).toMatchObject({
      priority: "STAT",
      waitingMinutes: 61,
      targetMinutes: 60,
      late: true,
      claim: null,
      report: null,
      order: { clinicalIndication: "pain", provider: { id: reader.id, name: reader.name } },
      actions: ["claim", "assign", "skip", "report"],
    });
    expect(items[1]).toMatchObject({ targetMinutes: 240, late: false });
    expect(await idsOf(reader, "?late=true")).toEqual([stat.id]);
    expect(await idsOf(reader, "?priority=urgent,stat")).toEqual([stat.id, urgent.id]);
    expect(await idsOf(reader, "?sort=-readyAt&limit=3")).toHaveLength(3);
    expect(await idsOf(reader, "?modality=MRI")).toEqual([]);
    expect(await idsOf(reader, "?modality=PET_CT")).toHaveLength(4);
  });

  test("goes on by key through all of it", async () => {
    for (const priority of ["ROUTINE", "STAT", "URGENT", "ROUTINE"] as const) await ready(priority);
    const all = await idsOf(reader);
    expect(all).toHaveLength(4);
    const seen: string[] = [];
    for (let url: string | null = "/worklist?limit=1"; url; ) {
      const answer = await room.call(reader, "GET", url.replace("/api/v1", ""));
      seen.push(...answer.body.data.map(({ id }: { id: string }) => id));
      url = answer.body.pagination.next;
    }
    expect(seen).toEqual(all);
  });

  test("shows who reads what, and what they may do", async () => {
    const { id } = await ready("STAT");
    await room.call(other, "POST", `/studies/${id}/claim`);
    const mine = (await list(other, "?claim=MINE")).find((item) => item.id === id);
    expect(mine).toMatchObject({ claim: { user: { id: other.id } } });
    expect(mine!.actions).toEqual(["claim", "release", "assign", "skip", "report"]);
    const theirs = (await list(reader, "?claim=OTHERS")).find((item) => item.id === id);
    expect(theirs!.actions).toEqual(["release", "assign", "skip"]);
    expect(await idsOf(reader, "?claim=NONE")).not.toContain(id);
    platform.clock.advance(minutes(5 * 60));
    expect(await idsOf(reader, "?claim=NONE")).toContain(id);
  });

  test("leaves out what is not ready, reported, deleted, old without an order, or elsewhere", async () => {
    const there = await room.server.addFacility("There");
    const [coming, done, old, elsewhere, gone] = [
      await ready(),
      await ready(),
      await ready(null),
      await ready("STAT", there),
      await ready(),
    ];
    await database.db`update study set status = 'IN_PROGRESS', settled_at = null where id = ${coming.id}`;
    await database.db`update study set status = 'FINAL' where id = ${done.id}`;
    await database.db`update study set study_at = created_at at time zone 'UTC' - interval '40 days' where id = ${old.id}`;
    await database.db`update study set deleted_at = now() where id = ${gone.id}`;
    const ids = await idsOf(reader, "?limit=200");
    for (const study of [coming, done, old, elsewhere, gone]) expect(ids).not.toContain(study.id);
    await database.db`update study set images_after_report_at = ${platform.clock.now()} where id = ${done.id}`;
    await database.db`update imaging_order set priority = 'STAT' where id = (select order_id from study where id = ${coming.id})`;
    const again = await list(reader, "?limit=200");
    expect(again.find(({ id }) => id === done.id)).toMatchObject({ changedAfterReport: true });
    expect(again.find(({ id }) => id === coming.id)).toMatchObject({ readyAt: null, status: "IN_PROGRESS" });
  });

  test("a study that is skipped is away for a while, from one's own list alone", async () => {
    const { id } = await ready();
    const skipped = await room.call(reader, "POST", `/studies/${id}/skip`, {
      minutes: 20,
      reason: "needs priors",
    });
    expect(skipped).toMatchObject({ status: 200, body: { studyId: id, reason: "needs priors" } });
    expect(await idsOf(reader, "?limit=200")).not.toContain(id);
    expect(await idsOf(other, "?limit=200")).toContain(id);
    expect(await idsOf(reader, "?limit=200&skipped=true")).toContain(id);
    platform.clock.advance(minutes(21));
    expect(await idsOf(reader, "?limit=200")).toContain(id);
    const missing = await room.call(reader, "POST", `/studies/${newId(platform.clock)}/skip`, {});
    expect([missing.status, missing.body.code]).toEqual([404, "study.not-found"]);
  });

  test("words find by name, identifier and accession number", async () => {
    const { id, attributes } = await ready();
    expect(await idsOf(reader, `?query=${attributes.PatientID.slice(0, 8)}&limit=200`)).toContain(id);
    expect(await idsOf(reader, "?query=ready&limit=200")).toContain(id);
    expect(await idsOf(reader, "?query=nobody")).toEqual([]);
  });

  test.each([
    ["priority=SOON", "query.invalid-priority"],
    ["claim=HERS", "query.invalid-claim"],
    ["status=CANCELLED", "query.invalid-status"],
    ["modality=*", "query.invalid-modality"],
    ["sort=age", "query.invalid-sort"],
  ])("%s is refused", async (query, code) => {
    const answer = await room.call(reader, "GET", `/worklist?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  test.each([
    ["ADMINISTRATOR", 200],
    ["RADIOLOGIST", 200],
    ["RESIDENT", 200],
    ["TECHNOLOGIST", 403],
    ["PHYSICIAN", 403],
    ["FRONT_DESK", 403],
    ["BILLING", 403],
    ["INTEGRATION", 403],
  ] as const)("%s: %i", async (role: Role, status) => {
    const who = await room.person([role]);
    expect((await room.call(who, "GET", "/worklist")).status).toBe(status);
    expect((await room.call(who, "GET", "/reading-targets")).status).toBe(status);
  });
});

test("targets are set per facility, and hold at once", async () => {
  const { body: before } = await room.call(reader, "GET", "/reading-targets");
  expect(before).toMatchObject({ minutes: { STAT: 60, URGENT: 240, ROUTINE: 1440 }, version: 0 });
  const minutesSet = { STAT: 15, URGENT: 60, ROUTINE: 600 };
  const set = await room.call(reader, "PUT", "/reading-targets", { minutes: minutesSet, expectedVersion: 0 });
  expect(set).toMatchObject({ status: 200, body: { minutes: minutesSet, version: 1 } });
  const late = await room.call(reader, "PUT", "/reading-targets", {
    minutes: minutesSet,
    expectedVersion: 0,
  });
  expect([late.status, late.body.code]).toEqual([409, "version.conflict"]);
  const { id } = await ready("STAT");
  expect((await list(reader, "?limit=200")).find((item) => item.id === id)).toMatchObject({
    targetMinutes: 15,
  });
  const resident = await room.person(["RESIDENT"]);
  expect((await room.call(resident, "PUT", "/reading-targets", { minutes: minutesSet })).status).toBe(403);
});

test("an emergency that arrives is announced once to those who read", async () => {
  const { id, attributes } = await ready("STAT");
  await room.server.journal.drain();
  await room.image({ ...attributes });
  platform.clock.advance(minutes(1));
  await room.server.journal.drain();
  const told = await database.db`
    select recipient_id from notice where kind = 'study.stat-arrived' and subject_id = ${id} and recipient_id = ${reader.id}`;
  expect(told).toHaveLength(1);
});

describe("a patient's timeline", () => {
  test("has orders, studies, reports and bills, the newest first, each to whom may see it", async () => {
    const study = await ready();
    platform.clock.advance(minutes(1));
    const report = await room.begin(reader, study.id);
    const kinds = async (who: Person, query = "") => {
      const answer = await room.call(who, "GET", `/patients/${study.patientId}/timeline${query}`);
      expect(answer.status).toBe(200);
      return answer.body.data.map(({ type }: { type: string }) => type);
    };
    expect((await kinds(reader)).sort()).toEqual(["ORDER", "REPORT", "STUDY"]);
    expect(await kinds(reader, "?type=report,study&sort=-at")).toHaveLength(2);
    const technologist = await room.person(["TECHNOLOGIST"]);
    expect((await kinds(technologist)).sort()).toEqual(["ORDER", "STUDY"]);
    expect(await kinds(await room.person(["FRONT_DESK"]))).toEqual(["ORDER"]);
    await room.sign(reader, report);
    expect((await kinds(technologist)).sort()).toEqual(["ORDER", "REPORT", "STUDY"]);
    const physician = await room.person(["PHYSICIAN"]);
    const path = `/patients/${study.patientId}/timeline`;
    expect((await room.call(physician, "GET", path)).status).toBe(404);
    await transact(database.db, (tx) =>
      addCareRelations(tx, platform.clock, [
        { patientId: study.patientId, facilityId: room.facilityId, personId: physician.id, source: "team" },
      ]),
    );
    expect((await kinds(physician)).sort()).toEqual(["ORDER", "REPORT", "STUDY"]);
    const wrong = await room.call(reader, "GET", `${path}?type=DREAM`);
    expect([wrong.status, wrong.body.code]).toEqual([400, "query.invalid-type"]);
  });
});

describe("the one search field", () => {
  test("finds patients, orders and studies that the viewer may see", async () => {
    const study = await ready();
    const text = study.attributes.PatientID;
    const found = async (who: Person) => {
      const answer = await room.call(who, "GET", `/search?query=${text}`);
      expect(answer.status).toBe(200);
      return [answer.body.patients.length, answer.body.orders.length, answer.body.studies.length];
    };
    expect(await found(reader)).toEqual([1, 1, 1]);
    expect(await found(await room.person(["FRONT_DESK"]))).toEqual([1, 1, 0]);
    expect(await found(await room.person(["PHYSICIAN"]))).toEqual([0, 0, 0]);
    const there = await room.server.addFacility("Elsewhere");
    expect(await found(await room.person(["RADIOLOGIST"], there))).toEqual([0, 0, 0]);
  });
});
