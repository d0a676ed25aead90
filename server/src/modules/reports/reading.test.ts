import type { Role } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPassword } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimIdleMs } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform);
const { call } = room;
let radiologist: Person;
let other: Person;
let resident: Person;

beforeAll(async () => {
  radiologist = await room.person(["RADIOLOGIST"]);
  other = await room.person(["RADIOLOGIST"]);
  resident = await room.person(["RESIDENT"]);
});
beforeEach(() => platform.clock.advance(1000));

const claim = (who: Person, id: string) => call(who, "POST", `/studies/${id}/claim`);

describe("who is reading", () => {
  test("one of many who claim at once gets the study; the others learn who and since when", async () => {
    const readers = await Promise.all(Array.from({ length: 6 }, () => room.person(["RADIOLOGIST"])));
    for (let round = 0; round < 4; round++) {
      const { id } = await room.study();
      const answers = await Promise.all(readers.map((who) => claim(who, id)));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      for (const { status, body } of answers)
        if (status !== 200)
          expect([status, body.code, body.claim]).toEqual([409, "study.claimed", winners[0]!.body]);
    }
  });

  test("keeps the study, gives it back, or loses it when nothing happens for hours", async () => {
    const { id } = await room.study();
    const first = await claim(radiologist, id);
    platform.clock.advance(claimIdleMs - 1000);
    expect((await claim(radiologist, id)).body.since).toBe(first.body.since);
    platform.clock.advance(claimIdleMs - 1000);
    expect((await claim(other, id)).status).toBe(409);
    expect((await call(resident, "POST", `/studies/${id}/release`)).status).toBe(409);
    platform.clock.advance(1000);
    expect((await claim(other, id)).body.user.id).toBe(other.id);
    expect((await call(other, "POST", `/studies/${id}/release`)).status).toBe(204);
    expect((await call(other, "POST", `/studies/${id}/release`)).status).toBe(204);
    expect((await claim(radiologist, id)).status).toBe(200);
  });

  test("changes by assignment, to somebody who reads here; both are told", async () => {
    const { id } = await room.study();
    await claim(radiologist, id);
    const assign = (userId: string) => call(other, "POST", `/studies/${id}/assign`, { userId });
    const desk = await room.person(["FRONT_DESK"]);
    const readers = (await call(other, "GET", `/studies/${id}/readers`)).body.data;
    expect(readers).toEqual(
      expect.arrayContaining([
        { id: radiologist.id, name: radiologist.name, claims: expect.any(Number) },
        { id: resident.id, name: resident.name, claims: expect.any(Number) },
      ]),
    );
    const holder = readers.find((one: { id: string }) => one.id === radiologist.id);
    expect(holder.claims).toBeGreaterThan(0);
    expect(readers.some((one: { id: string }) => one.id === desk.id)).toBe(false);
    expect((await call(resident, "GET", `/studies/${id}/readers`)).status).toBe(403);
    for (const userId of [desk.id, id])
      expect((await assign(userId)).body.code).toBe("reading.unknown-reader");
    expect((await assign(resident.id)).body).toMatchObject({
      user: { id: resident.id },
      assignedBy: { id: other.id },
    });
    const told =
      await database.db`select kind, recipient_id as "to" from notice where subject_id = ${id} order by kind`;
    expect(told.map(({ kind, to }) => [kind, to])).toEqual([
      ["reading.assigned", resident.id],
      ["reading.taken-over", radiologist.id],
    ]);
    expect((await claim(radiologist, id)).status).toBe(409);
  });

  test("begins with the report: who did not claim is not let to write unknowingly, and a study has one report", async () => {
    const { id } = await room.study();
    await claim(radiologist, id);
    const refused = await call(other, "POST", "/reports", { studyId: id });
    expect([refused.status, refused.body.code]).toEqual([409, "study.claimed"]);
    const report = await room.begin(radiologist, id);
    const twice = await call(radiologist, "POST", "/reports", { studyId: id });
    expect([twice.status, twice.body.code, twice.body.reportId]).toEqual([409, "report.exists", report.id]);
    const { id: raced } = await room.study();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => call(radiologist, "POST", "/reports", { studyId: raced })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test("no study that is elsewhere, deleted or cancelled", async () => {
    const there = await room.server.addFacility("There");
    const elsewhere = await room.study({ at: there });
    const [deleted, cancelled] = [await room.study(), await room.study()];
    await database.db`update study set deleted_at = now() where id = ${deleted.id}`;
    await database.db`update study set status = 'CANCELLED' where id = ${cancelled.id}`;
    for (const [study, status] of [
      [elsewhere, 404],
      [deleted, 404],
      [cancelled, 409],
    ] as const) {
      expect((await claim(radiologist, study.id)).status).toBe(status);
      expect((await call(radiologist, "POST", "/reports", { studyId: study.id })).status).toBe(status);
    }
    const stranger = await room.person(["RADIOLOGIST"], there);
    const report = await room.begin(radiologist, (await room.study()).id);
    for (const url of ["", "/versions", "/verify"])
      expect((await call(stranger, "GET", `/reports/${report.id}${url}`)).status).toBe(404);
    expect((await call(stranger, "GET", `/reports/study/${report.studyId}`)).status).toBe(404);
    expect((await call(stranger, "PATCH", `/reports/${report.id}`, { findings: "x" })).status).toBe(404);
    expect((await room.sign(stranger, report)).status).toBe(404);
  });
});

describe("what a person writes", () => {
  test("is kept, and the second of two gets the newer text", async () => {
    const report = await room.begin(resident, (await room.study()).id);
    const url = `/reports/${report.id}`;
    const first = await call(resident, "PATCH", url, { findings: "a\r\nb", expectedVersion: 1 });
    expect(first.body).toMatchObject({ findings: "a\nb", impression: "Normal.", version: 2 });
    const second = await call(radiologist, "PATCH", url, { findings: "c" }, { "if-match": '"1"' });
    expect([second.status, second.body.code]).toEqual([409, "version.conflict"]);
    expect(second.body.current).toMatchObject({ findings: "a\nb", version: 2 });
    for (const wrong of [
      { findings: "\u0000" },
      { findings: "\ud800" },
      { fields: { size: 1 } },
      { text: "x" },
      { findings: "x".repeat(50_001) },
    ])
      expect((await call(resident, "PATCH", url, wrong)).status).toBe(400);
    expect((await call(resident, "GET", url)).body.version).toBe(2);
  });

  test("is cancelled by its author or a radiologist, with the reason", async () => {
    const mine = await room.begin(radiologist, (await room.study()).id);
    const denied = await call(resident, "DELETE", `/reports/${mine.id}`);
    expect([denied.status, denied.body.code]).toEqual([403, "report.not-yours"]);
    const gone = await call(radiologist, "DELETE", `/reports/${mine.id}?reason=wrong%20study`);
    expect(gone.body).toMatchObject({ status: "CANCELLED", reason: "wrong study", actions: [] });
  });
});

describe("who sees what", () => {
  test("each role sees drafts, signed reports, those in care, or none, through every list and item", async () => {
    const [drafted, submitted, final] = [await room.study(), await room.study(), await room.study()];
    const draft = await room.begin(resident, drafted.id);
    const preliminary = await room.begin(resident, submitted.id);
    await call(resident, "POST", `/reports/${preliminary.id}/submit`);
    const report = await room.begin(resident, final.id);
    const { body } = await call(resident, "POST", `/reports/${report.id}/submit`);
    await room.sign(radiologist, body);
    const all: Role[] = ["ADMINISTRATOR", "RADIOLOGIST", "RESIDENT"];
    const some: Role[] = ["TECHNOLOGIST", "BILLING", "INTEGRATION"];
    const seen = async (who: Person) => {
      const found: string[] = [];
      for (const [study, one] of [
        [drafted, draft],
        [submitted, preliminary],
        [final, report],
      ] as const) {
        const statuses = [
          (await call(who, "GET", `/reports/${one.id}`)).status === 200,
          (await call(who, "GET", `/reports/${one.id}/versions`)).status === 200,
          (await call(who, "GET", `/reports/study/${study.id}`)).body.pagination?.total === 1,
          (await call(who, "GET", `/reports/patient/${study.patientId}`)).body.data?.length === 1,
          (await call(who, "GET", `/reports/radiologist/${resident.id}?limit=200`)).body.data.some(
            ({ id }: { id: string }) => id === one.id,
          ),
        ];
        expect(new Set(statuses).size, `${statuses}`).toBe(1);
        if (statuses[0]) found.push(one.id);
      }
      return found;
    };
    for (const role of all) expect(await seen(await room.person([role]))).toHaveLength(3);
    for (const role of some) expect(await seen(await room.person([role]))).toEqual([report.id]);
    const physician = await room.person(["PHYSICIAN"]);
    expect(await seen(physician)).toEqual([]);
    await database.db`insert into care_relation
      select patient_id, ${room.facilityId}, ${physician.id}, 'order', now() from study where id in ${database.db([drafted.id, submitted.id, final.id])}`;
    expect(await seen(physician)).toEqual([report.id]);
    const shown = (await call(physician, "GET", `/reports/${report.id}`)).body;
    expect(shown).toMatchObject({ status: "FINAL", amendment: null, claim: null, actions: [], version: 2 });
    const { data } = (await call(physician, "GET", `/reports/${report.id}/versions`)).body;
    expect(data.map(({ status }: { status: string }) => status)).toEqual(["FINAL"]);
  });

  test("lists page by key and take a state", async () => {
    const writer = await room.person(["RESIDENT"]);
    const made: string[] = [];
    for (let number = 0; number < 3; number++) {
      platform.clock.advance(1000);
      made.unshift((await room.begin(writer, (await room.study()).id)).id);
    }
    const ids: string[] = [];
    let url: string | null = `/reports/radiologist/${writer.id}?limit=2&status=draft,final`;
    while (url) {
      const { body }: Awaited<ReturnType<typeof call>> = await call(writer, "GET", url);
      expect(body.pagination.total).toBe(3);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      url = body.pagination.next?.replace("/api/v1", "") ?? null;
    }
    expect(ids).toEqual(made);
    for (const query of ["status=nothing", "sort=findings", "after=x", "who=me"])
      expect((await call(writer, "GET", `/reports/radiologist/${writer.id}?${query}`)).status).toBe(400);
  });
});

describe("templates", () => {
  const fields = [
    { key: "size", label: "Size", type: "number", unit: "mm", minimum: 0, maximum: 500, required: true },
    { key: "side", label: "Side", type: "CHOICE", choices: ["left", "right"] },
    { key: "note", label: "Note", type: "text" },
  ];
  let names = 0;
  const make = (more: object = {}) =>
    call(radiologist, "POST", "/report-templates", {
      name: `T ${++names}`,
      fields,
      sections: { technique: "Spiral." },
      ...more,
    });

  test("give a report its text and fields, which are checked, and required before it leaves the desk", async () => {
    const template = (await make({ macros: { nf: "No fracture." } })).body;
    const report = await room.begin(radiologist, (await room.study()).id, { templateId: template.id });
    expect(report).toMatchObject({ technique: "Spiral.", template: { id: template.id, version: 1 } });
    const url = `/reports/${report.id}`;
    for (const wrong of [
      { size: "4" },
      { size: -1 },
      { size: 501 },
      { side: "up" },
      { note: 4 },
      { other: "x" },
    ]) {
      const answer = await call(radiologist, "PATCH", url, { fields: wrong });
      expect([answer.status, answer.body.code]).toEqual([400, "report.invalid-content"]);
    }
    const incomplete = await room.sign(radiologist, report);
    expect(incomplete.body.errors[0].path).toBe("body.fields.size");
    const filled = await call(radiologist, "PATCH", url, { fields: { size: 4.5, side: "left", note: "x" } });
    const less = await call(radiologist, "PATCH", url, { fields: { note: null } });
    expect([filled.body.fields.note, less.body.fields]).toEqual(["x", { size: 4.5, side: "left" }]);
    await call(radiologist, "PATCH", `/report-templates/${template.id}`, { fields: [], active: false });
    expect((await room.sign(radiologist, less.body)).body.template.fields).toHaveLength(3);
    const addendum = {
      kind: "APPENDED",
      reason: "x",
      expectedVersion: less.body.version + 1,
      password: testPassword,
      fields: { size: 5 },
    };
    expect((await call(radiologist, "POST", `${url}/amend`, addendum)).body.code).toBe("report.not-appended");
    const unused = await call(radiologist, "POST", "/reports", {
      studyId: (await room.study()).id,
      templateId: template.id,
    });
    expect([unused.status, unused.body.code]).toEqual([400, "report.unknown-template"]);
  });

  test("must not contradict themselves, and have names of their own", async () => {
    const bad = [
      [{ key: "a", label: "A", type: "date" }],
      [{ key: "a", label: "A", type: "CHOICE" }],
      [{ key: "a", label: "A", type: "TEXT", unit: "mm" }],
      [{ key: "a", label: "A", type: "NUMBER", minimum: 2, maximum: 1 }],
      [
        { key: "a", label: "A", type: "TEXT" },
        { key: "a", label: "B", type: "TEXT" },
      ],
      [{ key: "A b", label: "A", type: "TEXT" }],
    ];
    for (const wrong of bad) expect((await make({ fields: wrong })).status).toBe(400);
    const made = (await make({ modality: "MRI", bodyPart: "knee" })).body;
    expect(made).toMatchObject({ modality: "MR", bodyPart: "KNEE", actions: ["change"] });
    expect((await make({ name: made.name.toUpperCase() })).body.code).toBe("template.name-taken");
    const found = async (query: string) =>
      (await call(resident, "GET", `/report-templates?limit=200&${query}`)).body.data.some(
        ({ id }: { id: string }) => id === made.id,
      );
    expect([
      await found("modality=mr&bodyPart=Knee"),
      await found("modality=CT"),
      await found("active=false"),
    ]).toEqual([true, false, false]);
    const stale = await call(radiologist, "PATCH", `/report-templates/${made.id}`, {
      name: "x",
      expectedVersion: 9,
    });
    expect(stale.body.code).toBe("version.conflict");
    const stranger = await room.person(["RADIOLOGIST"], await room.server.addFacility("Far"));
    expect((await call(stranger, "GET", `/report-templates/${made.id}`)).status).toBe(404);
    expect((await call(stranger, "PATCH", `/report-templates/${made.id}`, { name: "x" })).status).toBe(404);
  });

  test("auto-text is one's own", async () => {
    const made = await call(radiologist, "POST", "/report-macros", { name: "nf", text: "No fracture." });
    expect([made.status, made.body.actions]).toEqual([201, ["change", "delete"]]);
    const url = `/report-macros/${made.body.id}`;
    expect((await call(radiologist, "POST", "/report-macros", { name: "NF", text: "x" })).body.code).toBe(
      "macro.name-taken",
    );
    expect((await call(radiologist, "PATCH", url, { text: "None." })).body).toMatchObject({
      text: "None.",
      version: 2,
    });
    for (const method of ["GET", "DELETE"] as const)
      expect((await call(other, method, url)).status).toBe(404);
    expect((await call(other, "GET", "/report-macros")).body.data).toEqual([]);
    expect((await call(radiologist, "DELETE", url)).status).toBe(204);
    expect((await call(radiologist, "GET", url)).status).toBe(404);
  });
});

test("who looks again at a version they have seen writes nothing; the next version is noted", async () => {
  const study = await room.study();
  const signed = (await room.sign(radiologist, await room.begin(radiologist, study.id))).body;
  const reader = await room.person(["RADIOLOGIST"]);
  const { db } = database;
  await db`create table delivery_insert (at timestamptz)`;
  await db`create function note_delivery_insert() returns trigger language plpgsql as
    $$ begin insert into delivery_insert values (now()); return null; end $$`;
  await db`create trigger note_delivery_insert before insert on report_delivery for each statement execute function note_delivery_insert()`;
  const inserts = async () => (await db`select 1 from delivery_insert`).length;
  const look = () => room.call(reader, "GET", `/reports/${signed.id}`);
  const first = await look();
  expect([first.status, first.body.delivered, await inserts()]).toEqual([200, undefined, 1]);
  await look();
  await room.call(reader, "GET", `/reports/study/${study.id}`);
  expect(await inserts()).toBe(1);
  await room.amend(radiologist, signed, { findings: "A fracture." });
  const before = await inserts();
  await room.call(reader, "GET", `/reports/study/${study.id}`);
  await look();
  expect(await inserts()).toBe(before + 1);
  const noted = await db`
    select number from report_delivery where report_id = ${signed.id} and recipient_id = ${reader.id} and way = 'viewed' order by number`;
  expect(noted.map(({ number }) => number)).toEqual([1, 2]);
  await db`drop trigger note_delivery_insert on report_delivery`;
});
