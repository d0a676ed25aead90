import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, expect, test } from "vitest";
import { sessionRoutes } from "../identity/index.ts";
import { mergeRoutes, patientRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const followed: string[][] = [];
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  patientRoutes({ platform, journal }),
  mergeRoutes({
    platform,
    journal,
    followers: [async (_tx, _viewer, { patientIds }) => void followed.push([...patientIds])],
  }),
]);

let headers: Record<string, string>;
const signInAs = async (roles: Parameters<typeof server.addUser>[0]["roles"], facilityId: string) => {
  headers = await server.signIn((await server.addUser({ roles, facilityIds: [facilityId] })).username);
};
const call = async (method: "GET" | "POST" | "PATCH", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json() };
};
const enter = async (firstName: string, birthDate = "1970-01-02") =>
  (await call("POST", "/patients", { firstName, lastName: "Doe", birthDate, sex: "F" })).body;

let here: string;
beforeAll(async () => {
  here = await server.addFacility("Here");
  await signInAs(["FRONT_DESK"], here);
});

test("a birth date with one wrong digit, or day and month exchanged, is told of before somebody is entered twice", async () => {
  const known = await enter("Tomi", "1967-03-02");
  const same = async (birthDate: string, firstName = "Tomi") => {
    const { body } = await call("POST", "/patients/duplicates-check", {
      firstName,
      lastName: "Doe",
      birthDate,
      sex: "F",
    });
    return body.data.some(({ id }: { id: string }) => id === known.id);
  };
  for (const birthDate of ["1967-03-02", "1967-03-12", "1966-03-02", "1967-02-03"])
    expect(await same(birthDate)).toBe(true);
  expect(await same("1968-03-12")).toBe(false);
  expect(await same("1967-03-12", "Ellen")).toBe(false);
});

test("merging, the record of it, and undoing it, over REST", async () => {
  const [jane, janet, other] = [await enter("Jane"), await enter("Jane"), await enter("Mary", "1980-01-01")];
  expect(
    (await call("GET", `/patients/${jane.id}/duplicates`)).body.data.map((one: { id: string }) => one.id),
  ).toEqual([janet.id]);
  const wrong = await call("POST", `/patients/${jane.id}/merge`, { intoPatientId: janet.id });
  expect(wrong.status).toBe(400);
  const stale = { "if-match": '"9"' };
  const merge = { intoPatientId: janet.id, reason: "the same person" };
  expect((await call("POST", `/patients/${jane.id}/merge`, merge, stale)).body.code).toBe("version.conflict");
  const merged = await call("POST", `/patients/${jane.id}/merge`, merge, { "if-match": '"1"' });
  expect(merged.body).toMatchObject({ id: janet.id, version: 2, mergedInto: null });
  expect(merged.body.identifiers).toEqual([...janet.identifiers, ...jane.identifiers]);
  expect((await call("GET", `/patients/${jane.id}`)).body.mergedInto).toBe(janet.id);
  const [record] = (await call("GET", `/patients/${janet.id}/merges`)).body.data;
  expect(record).toMatchObject({ fromPatientId: jane.id, reason: "the same person", actions: ["undo"] });
  expect((await call("GET", `/patients/${other.id}/merges`)).body.data).toEqual([]);

  // The survivor's identifiers as they are shown can be sent back.
  const { identifiers } = merged.body;
  const changed = await call("PATCH", `/patients/${janet.id}`, { identifiers, phone: "1" });
  expect(changed.body.identifiers).toEqual(identifiers);

  expect(merged.body.mergeId).toBe(record.id);
  const undone = await call("POST", `/patients/merges/${record.id}/undo`);
  expect(undone.body).toMatchObject({ id: jane.id, mergedInto: null, identifiers: jane.identifiers });
  expect((await call("GET", `/patients/${janet.id}`)).body.identifiers).toEqual(janet.identifiers);
  expect((await call("POST", `/patients/merges/${record.id}/undo`)).status).toBe(409);
  expect((await call("POST", `/patients/merges/${jane.id}/undo`)).status).toBe(404);
  expect(followed.map((ids) => ids.sort())).toEqual([[jane.id, janet.id].sort(), [jane.id, janet.id].sort()]);
  const facts =
    await database.db`select type, subject_id as id from fact where type like 'patient.merge%' order by type desc`;
  expect(facts).toEqual([
    { type: "patient.merged", id: jane.id },
    { type: "patient.merge-undone", id: jane.id },
  ]);
});

test("the survivor is known where the other was, and not after undo; who does not work there cannot merge", async () => {
  const [jane, janet] = [await enter("Ruth", "1971-03-04"), await enter("Ruth", "1971-03-04")];
  const there = await server.addFacility("There");
  await database.db`insert into patient_facility (patient_id, facility_id, created_at) values (${jane.id}, ${there}, now())`;
  const knownAt = async (id: string) =>
    (await database.db`select facility_id as at from patient_facility where patient_id = ${id}`)
      .map(({ at }) => at)
      .sort();
  const merge = { intoPatientId: janet.id, reason: "the same person" };
  const refused = await call("POST", `/patients/${jane.id}/merge`, merge);
  expect([refused.status, refused.body.code]).toEqual([409, "patient.known-elsewhere"]);
  expect(await knownAt(janet.id)).toEqual([here]);
  const before = headers;
  const { username } = await server.addUser({ roles: ["FRONT_DESK"], facilityIds: [here, there] });
  headers = await server.signIn(username);
  expect((await call("POST", `/patients/${jane.id}/merge`, merge)).status).toBe(200);
  expect(await knownAt(janet.id)).toEqual([here, there].sort());
  const [record] = (await call("GET", `/patients/${janet.id}/merges`)).body.data;
  expect((await call("POST", `/patients/merges/${record.id}/undo`)).status).toBe(200);
  expect([await knownAt(janet.id), await knownAt(jane.id)]).toEqual([[here], [here, there].sort()]);
  headers = before;
});

test("who looked at a patient is shown to those who may read the audit", async () => {
  const jane = await enter("Jane");
  await call("GET", `/patients/${jane.id}`);
  await signInAs(["ADMINISTRATOR"], here);
  await server.journal.stop();
  const accesses = await call("GET", `/patients/${jane.id}/accesses?limit=5`);
  expect(accesses.status).toBe(200);
  expect(
    accesses.body.data.map((entry: { action: string; kind: string }) => [entry.kind, entry.action]),
  ).toEqual([["ACCESS", "patient.viewed"]]);
  await signInAs(["INTEGRATION"], here);
  expect((await call("GET", `/patients/${jane.id}/accesses`)).status).toBe(403);
  await signInAs(["RADIOLOGIST"], here);
  const merge = { intoPatientId: jane.id, reason: "no" };
  expect((await call("POST", `/patients/${jane.id}/merge`, merge)).status).toBe(403);
});
