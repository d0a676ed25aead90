import { testDatabase } from "@isocenter/test/support/database.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { type Person, testReadingRoom } from "@isocenter/test/support/reports.ts";
import { beforeAll, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { addCareRelations, breakGlassRoutes, mergeRoutes, patientRoutes } from "../patients/index.ts";
import { watchVipLooks } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const room = testReadingRoom(database, platform, ({ identity, journal }) => [
  patientRoutes({ platform, journal }),
  mergeRoutes({ platform, journal, followers: [] }),
  breakGlassRoutes({ platform, journal, identity }),
]);

let administrator: Person;
let frontDesk: Person;
beforeAll(async () => {
  administrator = await room.person(["ADMINISTRATOR"]);
  frontDesk = await room.person(["FRONT_DESK"]);
});

const mark = (patientId: string, vip = true, who = administrator) =>
  room.call(who, "PATCH", `/patients/${patientId}`, { vip });
const look = (who: Person, patientId: string) => room.call(who, "GET", `/patients/${patientId}`);
/** Who was told of, in the order of the looks. */
async function told(): Promise<string[]> {
  await room.server.journal.drain();
  while (await transact(database.db, (tx) => watchVipLooks(tx, platform.clock)));
  const rows = await database.db<{ who: string }[]>`
    delete from notice where recipient_id = ${administrator.id} and kind = 'access.vip-viewed' returning data->>'userId' as who`;
  return rows.map(({ who }) => who).sort();
}

test("administrators alone say who is watched over, and all who see the patient see that", async () => {
  const { patientId } = await room.study();
  expect((await look(frontDesk, patientId)).body.vip).toBe(false);
  const refused = await mark(patientId, true, frontDesk);
  expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining("patients.vip")]);
  expect((await mark(patientId)).body.vip).toBe(true);
  expect((await look(frontDesk, patientId)).body.vip).toBe(true);
  expect((await mark(patientId, false)).body.vip).toBe(false);
});

test("who looks without caring for a watched patient is told of, once a day", async () => {
  const [watched, other] = [await room.study(), await room.study()];
  await mark(watched.patientId);
  await told();
  const curious = await room.person(["TECHNOLOGIST"]);
  await look(curious, other.patientId);
  expect(await told()).toEqual([]);
  await look(curious, watched.patientId);
  await look(curious, watched.patientId);
  const radiologist = await room.person(["RADIOLOGIST"]);
  await room.call(radiologist, "GET", `/studies/${watched.id}`);
  expect(await told()).toEqual([curious.id, radiologist.id].sort());
  const left = await database.db`select 1 from notice where recipient_id = ${curious.id}`;
  expect(left).toHaveLength(0);
});

test("once for each person, patient and day of the facility", async () => {
  const { patientId } = await room.study();
  await mark(patientId);
  const curious = await room.person(["TECHNOLOGIST"]);
  const count = async () => {
    await room.server.journal.drain();
    while (await transact(database.db, (tx) => watchVipLooks(tx, platform.clock)));
    const rows =
      await database.db`select 1 from notice where recipient_id = ${administrator.id} and patient_id = ${patientId}
      and data->>'userId' = ${curious.id}`;
    return rows.length;
  };
  await look(curious, patientId);
  expect(await count()).toBe(1);
  await look(curious, patientId);
  expect(await count()).toBe(1);
  platform.clock.advance(24 * 3_600_000);
  await look(curious, patientId);
  expect(await count()).toBe(2);
});

test("who cares for the patient, reads for them or broke the glass is not", async () => {
  const study = await room.study();
  await mark(study.patientId);
  await told();
  const physician = await room.person(["PHYSICIAN"]);
  const relation = { facilityId: room.facilityId, personId: physician.id, source: "order" };
  await transact(database.db, (tx) =>
    addCareRelations(tx, platform.clock, [{ ...relation, patientId: study.patientId }]),
  );
  await look(physician, study.patientId);
  const reader = await room.person(["RADIOLOGIST"]);
  await room.begin(reader, study.id);
  await look(reader, study.patientId);
  const hurried = await room.person(["PHYSICIAN"]);
  await room.call(hurried, "POST", "/break-glass", { patientId: study.patientId, reason: "resuscitation" });
  await look(hurried, study.patientId);
  expect(await told()).toEqual([]);
});

test("a merge leaves the survivor watched, under either id; who looked at either is listed", async () => {
  const [gone, kept] = [await room.study(), await room.study()];
  await mark(gone.patientId);
  await look(frontDesk, gone.patientId);
  await told();
  const merge = { intoPatientId: kept.patientId, reason: "the same person" };
  expect((await room.call(administrator, "POST", `/patients/${gone.patientId}/merge`, merge)).body.vip).toBe(
    true,
  );
  await told();
  const curious = await room.person(["TECHNOLOGIST"]);
  await look(curious, kept.patientId);
  expect(await told()).toEqual([curious.id]);
  const second = await room.person(["TECHNOLOGIST"]);
  await look(second, gone.patientId);
  expect(await told()).toEqual([second.id]);
  const hurried = await room.person(["PHYSICIAN"]);
  await room.call(hurried, "POST", "/break-glass", { patientId: kept.patientId, reason: "resuscitation" });
  await room.server.journal.drain();
  const list = async (query = "") =>
    (await room.call(administrator, "GET", `/patients/${kept.patientId}/accesses${query}`)).body;
  const entries = (await list("?limit=200")).data as { action: string; actor: { id: string } }[];
  const by = (who: Person) => entries.filter(({ actor }) => actor.id === who.id).map(({ action }) => action);
  expect(by(frontDesk)).toEqual(["patient.viewed"]);
  expect(by(second)).toEqual(["patient.viewed"]);
  expect(by(hurried)).toEqual(["access.broken-glass"]);
  expect(entries.some(({ action }) => action === "patient.changed" || action === "patient.merged")).toBe(
    false,
  );
  expect((await list(`?actorId=${second.id}`)).pagination.total).toBe(1);
  expect((await list("?action=access.broken-glass")).data).toHaveLength(1);
  expect((await list(`?from=${new Date(platform.clock.now().getTime() + 1).toISOString()}`)).data).toEqual(
    [],
  );
  const first = await list("?limit=1");
  expect(first.pagination.next).toContain("after=");
  expect((await room.call(curious, "GET", `/patients/${kept.patientId}/accesses`)).body.data).toHaveLength(1);
});

test("a front desk is told of likely duplicates before it enters somebody", async () => {
  const ottilie = (
    await room.call(frontDesk, "POST", "/patients", {
      firstName: "Ottilie",
      lastName: "Karlsson",
      birthDate: "1931-05-06",
      sex: "F",
    })
  ).body;
  const check = async (body: object, who = frontDesk) => {
    const answer = await room.call(who, "POST", "/patients/duplicates-check", body);
    return [answer.status, answer.body.data?.map(({ id }: { id: string }) => id)];
  };
  const same = { firstName: "Ottilie", lastName: "Carlson", birthDate: "1931-05-06" };
  expect(await check(same)).toEqual([200, [ottilie.id]]);
  expect(await check({ ...same, lastName: "Karlsson", birthDate: "1931-06-05" })).toEqual([
    200,
    [ottilie.id],
  ]);
  expect(await check({ ...same, lastName: "Karlsson", birthDate: null, sex: "f" })).toEqual([
    200,
    [ottilie.id],
  ]);
  expect(await check({ ...same, sex: "M" })).toEqual([200, []]);
  expect(await check({ ...same, birthDate: "1941-05-06" })).toEqual([200, []]);
  expect((await check({ ...same, sex: "X" }))[0]).toBe(400);
  expect((await check({ firstName: "Ottilie" }))[0]).toBe(400);
  const elsewhere = await room.server.addFacility("Elsewhere");
  expect(await check(same, await room.person(["FRONT_DESK"], elsewhere))).toEqual([200, []]);
  expect((await check(same, await room.person(["RADIOLOGIST"])))[0]).toBe(403);
});
