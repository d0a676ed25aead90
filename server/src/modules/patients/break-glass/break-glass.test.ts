import { roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { newId, transact } from "../../../platform/index.ts";
import { administrationRoutes } from "../../identity/index.ts";
import { shareRoutes } from "../../reports/index.ts";
import { addCareRelations, breakGlassRoutes, patientRoutes } from "../index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const noPreviews = {
  renderInstance: () => Promise.reject(new Error("nothing is rendered here")),
};
const room = testReadingRoom(database, platform, ({ identity, journal, archive }) => [
  administrationRoutes(identity),
  patientRoutes({ platform, journal }),
  breakGlassRoutes({ platform, journal, identity }),
  shareRoutes({ platform, journal, archive, rendering: noPreviews }),
]);

let physician: Person;
let administrator: Person;
beforeAll(async () => {
  physician = await room.person(["PHYSICIAN"]);
  administrator = await room.person(["ADMINISTRATOR"]);
});

const breakFor = (who: Person, patientId: string, more: object = {}) =>
  room.call(who, "POST", "/break-glass", { patientId, reason: "unconscious in the emergency room", ...more });
const sees = async (who: Person, study: { id: string; patientId: string }) => [
  (await room.call(who, "GET", `/patients/${study.patientId}`)).status,
  (await room.call(who, "GET", `/studies/${study.id}`)).status,
  (await room.call(who, "GET", `/studies?patientId=${study.patientId}`)).body.data.length,
];
const noticesOf = (person: Person, patientId: string) => database.db`
  select kind, level from notice where recipient_id = ${person.id} and patient_id = ${patientId}`;

describe("breaking the glass", () => {
  test("shows one patient for sixty minutes, and ends by itself", async () => {
    const [study, other] = [await room.study(), await room.study()];
    expect(await sees(physician, study)).toEqual([404, 404, 0]);
    const made = await breakFor(physician, study.patientId);
    const now = platform.clock.now();
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        user: { id: physician.id, name: physician.name },
        patientId: study.patientId,
        patientNumber: study.attributes.PatientID,
        facilityId: room.facilityId,
        reason: "unconscious in the emergency room",
        startsAt: now.toISOString(),
        endsAt: new Date(now.getTime() + 3_600_000).toISOString(),
        state: "OPEN",
      },
    ]);
    expect(await sees(physician, study)).toEqual([200, 200, 1]);
    expect(await sees(physician, other)).toEqual([404, 404, 0]);
    const colleague = await room.person(["PHYSICIAN"]);
    expect(await sees(colleague, study)).toEqual([404, 404, 0]);
    platform.clock.advance(3_600_000 - 1);
    expect(await sees(physician, study)).toEqual([200, 200, 1]);
    platform.clock.advance(1);
    expect(await sees(physician, study)).toEqual([404, 404, 0]);
    const [listed] = (await room.call(physician, "GET", "/break-glass?state=ended")).body.data;
    expect(listed).toEqual({ ...made.body, state: "ENDED" });
  });

  test("is a fact without the reason, and is told to administrators and the privacy officer once", async () => {
    const study = await room.study();
    const officer = await room.person(["FRONT_DESK"]);
    const facility = (await room.call(administrator, "GET", `/facilities/${room.facilityId}`)).body;
    const named = await room.call(administrator, "PATCH", `/facilities/${room.facilityId}`, {
      privacyOfficerId: officer.id,
      expectedVersion: facility.version,
    });
    expect([named.status, named.body.privacyOfficerId]).toEqual([200, officer.id]);
    const { body } = await breakFor(physician, study.patientId);
    for (const person of [administrator, officer])
      expect(await noticesOf(person, study.patientId)).toEqual([
        { kind: "access.broken-glass", level: "IMPORTANT" },
      ]);
    expect(await noticesOf(physician, study.patientId)).toEqual([]);
    const facts = await database.db`
      select actor_id as actor, subject_id as subject, facility_id as facility, data from fact
      where type = 'access.broken-glass' and patient_id = ${study.patientId}`;
    expect(facts).toEqual([
      {
        actor: physician.id,
        subject: study.patientId,
        facility: room.facilityId,
        data: { breakGlassId: body.id, endsAt: body.endsAt },
      },
    ]);
    for (const person of [administrator, officer]) {
      const list = (await room.call(person, "GET", `/break-glass?patientId=${study.patientId}`)).body;
      expect(list.data.map((one: { id: string }) => one.id)).toEqual([body.id]);
    }
    const colleague = await room.person(["RADIOLOGIST"]);
    expect((await room.call(colleague, "GET", "/break-glass")).body.data).toEqual([]);
  });

  test("a person of another facility is no privacy officer", async () => {
    const elsewhere = await room.server.addFacility("Elsewhere");
    const stranger = await room.person(["PHYSICIAN"], elsewhere);
    const refused = await room.call(administrator, "PATCH", `/facilities/${room.facilityId}`, {
      privacyOfficerId: stranger.id,
    });
    expect([refused.status, refused.body.code]).toEqual([400, "user.unknown"]);
  });

  test("is for reading: no link is made by it", async () => {
    const study = await room.study();
    await breakFor(physician, study.patientId);
    expect((await room.call(physician, "GET", `/studies/${study.id}`)).status).toBe(200);
    const refused = await room.call(physician, "POST", `/studies/${study.id}/share`, {});
    expect([refused.status, refused.body.code]).toEqual([403, "share.not-in-care"]);
    const relation = { facilityId: room.facilityId, personId: physician.id, source: "order" };
    await transact(database.db, (tx) =>
      addCareRelations(tx, platform.clock, [{ ...relation, patientId: study.patientId }]),
    );
    expect((await room.call(physician, "POST", `/studies/${study.id}/share`, {})).status).toBe(201);
  });

  test("by an identifier, as it stands on a wristband", async () => {
    const study = await room.study();
    const { PatientID } = study.attributes;
    const by = (identifier: string, more: object = {}) =>
      room.call(physician, "POST", "/break-glass", { identifier, reason: "resuscitation", ...more });
    expect((await by(PatientID)).body.patientId).toBe(study.patientId);
    expect((await by("none")).body.code).toBe("patient.not-found");
    expect((await by(PatientID, { issuer: "another" })).body.code).toBe("patient.not-found");
    const twin = await room.study();
    await database.db`insert into patient_identifier ${database.db({
      id: newId(platform.clock),
      patient_id: twin.patientId,
      value: PatientID,
      issuer: "another",
      position: 1,
    })}`;
    expect((await by(PatientID)).body.code).toBe("patient.ambiguous");
    expect((await by(PatientID, { issuer: "another" })).body.patientId).toBe(twin.patientId);
  });

  test("what is refused changes nothing", async () => {
    const study = await room.study();
    const elsewhere = await room.server.addFacility("Far away");
    const stranger = await room.person(["PHYSICIAN"], elsewhere);
    const patientId = study.patientId;
    const before = await database.db`select count(*) from break_glass`;
    for (const [who, body, status, code] of [
      [physician, { patientId, reason: "   " }, 400, "request.invalid"],
      [physician, { patientId }, 400, "request.invalid"],
      [physician, { reason: "why" }, 400, "break-glass.whom"],
      [physician, { patientId, identifier: "1", reason: "why" }, 400, "break-glass.whom"],
      [physician, { patientId: newId(platform.clock), reason: "why" }, 404, "patient.not-found"],
      [stranger, { patientId, reason: "why" }, 404, "patient.not-found"],
    ] as const) {
      const answer = await room.call(who, "POST", "/break-glass", body);
      expect([body, answer.status]).toEqual([body, status]);
      if (code !== "request.invalid") expect(answer.body.code).toBe(code);
    }
    expect((await room.call(physician, "GET", "/break-glass?state=none")).body.code).toBe(
      "query.invalid-state",
    );
    expect(await database.db`select count(*) from break_glass`).toEqual(before);
  });

  test("nobody opens more than a few at once", async () => {
    const hasty = await room.person(["PHYSICIAN"]);
    const { patientId } = await room.study();
    const answers = [];
    for (let tries = 0; tries < 21; tries++) answers.push((await breakFor(hasty, patientId)).status);
    expect([answers[19], answers[20]]).toEqual([201, 409]);
    platform.clock.advance(3_600_000);
    expect((await breakFor(hasty, patientId)).status).toBe(201);
  });
});

test.each(
  roles.map((role) => [role, ["RADIOLOGIST", "RESIDENT", "TECHNOLOGIST", "PHYSICIAN"].includes(role)]),
)("%s may break the glass: %s", async (role, may) => {
  const who = await room.person([role as (typeof roles)[number]]);
  const { patientId } = await room.study();
  expect((await breakFor(who, patientId)).status).toBe(may ? 201 : 403);
  expect((await room.call(who, "GET", "/break-glass")).status).toBe(role === "INTEGRATION" ? 403 : 200);
});

test("whoever leaves the facility sees nothing by it any more", async () => {
  const study = await room.study();
  const leaving = await room.person(["PHYSICIAN"]);
  await breakFor(leaving, study.patientId);
  expect((await sees(leaving, study))[0]).toBe(200);
  const elsewhere = await room.server.addFacility("Next door");
  await database.db`update user_facility set facility_id = ${elsewhere} where user_id = ${leaving.id}`;
  platform.clock.advance(3001);
  expect(await sees(leaving, study)).toEqual([404, 404, 0]);
});
