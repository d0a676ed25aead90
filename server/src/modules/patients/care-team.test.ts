import { type Role, roles } from "@isocenter/contract";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { addCareRelations, careRoutes, careTeamOf, mergeRoutes, patientRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  patientRoutes({ platform, journal }),
  careRoutes({ platform, journal }),
  mergeRoutes({ platform, journal, followers: [] }),
]);

let here: string;
let there: string;
let headers: { authorization: string };
let doctor: { id: string; username: string };

const signInAs = async (role: Role, facilityId = here) => {
  const user = await server.addUser({ roles: [role], facilityIds: [facilityId] });
  headers = await server.signIn(user.username);
  return user;
};
const ask = async (method: "GET" | "POST" | "PUT", url: string, payload?: object, more = {}) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { ...headers, ...more },
    ...(payload ? { payload } : {}),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
};
const enter = async (lastName = "Doe"): Promise<string> =>
  (await ask("POST", "/patients", { firstName: "Jane", lastName, birthDate: "1970-01-02", sex: "F" })).body
    .id;
const put = (id: string, members: object[], more: object = {}) =>
  ask("PUT", `/patients/${id}/care-team`, { members, ...more });
const user = async () => (await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here] })).id;
const relate = (patientId: string, personId: string) =>
  transact(database.db, (tx) =>
    addCareRelations(tx, platform.clock, [{ patientId, facilityId: here, personId, source: "order" }]),
  );

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(async () => {
  platform.clock.advance(3600_000);
  await signInAs("FRONT_DESK");
  doctor = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here] });
});

test("the team is named as a whole; its members see the patient, and those who leave it no more", async () => {
  const id = await enter();
  const other = await user();
  const named = await put(id, [
    { userId: doctor.id, role: "Attending" },
    { userId: other, role: "Nurse" },
  ]);
  expect(named.status).toBe(200);
  expect(named.headers.etag).toBe('"1"');
  expect(named.body).toMatchObject({
    patientId: id,
    facilityId: here,
    version: 1,
    actions: ["change"],
  });
  expect(
    named.body.members.map((member: { user: object; role: string }) => [member.user, member.role]),
  ).toEqual(expect.arrayContaining([[{ id: doctor.id, name: `Full ${doctor.username}` }, "Attending"]]));
  const desk = headers;
  headers = await server.signIn(doctor.username);
  expect((await ask("GET", `/patients/${id}`)).status).toBe(200);
  expect((await ask("GET", `/patients/${id}/care-team`)).body).toMatchObject({ version: 1, actions: [] });
  headers = desk;
  platform.clock.advance(60_000);
  const left = await put(id, [{ userId: other, role: "Ward nurse" }], { expectedVersion: 1 });
  expect(left.body.members).toEqual([
    { user: { id: other, name: expect.any(String) }, role: "Ward nurse", since: expect.any(String) },
  ]);
  // How long somebody is on the team survives a change.
  expect(left.body.members[0].since).toBe(named.body.members[0].since);
  headers = await server.signIn(doctor.username);
  expect((await ask("GET", `/patients/${id}`)).status).toBe(404);
  const facts = await database.db`
    select people, data from fact where type = 'patient.care-team-changed' and patient_id = ${id} order by id`;
  expect(facts.map(({ data }) => [data.added.length, data.removed])).toEqual([
    [2, []],
    [0, [doctor.id]],
  ]);
  expect(facts[1]!.people).toContain(doctor.id);
});

test("who leaves the team keeps what their order gives", async () => {
  const id = await enter();
  await relate(id, doctor.id);
  await put(id, [{ userId: doctor.id, role: "Attending" }]);
  await put(id, []);
  headers = await server.signIn(doctor.username);
  expect((await ask("GET", `/patients/${id}`)).status).toBe(200);
});

test("refuses an old version, people of elsewhere, the same person twice and a merged patient", async () => {
  const id = await enter();
  const stranger = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [there] });
  const gone = await server.addUser({ roles: ["PHYSICIAN"], facilityIds: [here], active: false });
  const role = "Attending";
  for (const [members, more, status, code] of [
    [[{ userId: stranger.id, role }], {}, 400, "user.unknown"],
    [[{ userId: gone.id, role }], {}, 400, "user.unknown"],
    [
      [
        { userId: doctor.id, role },
        { userId: doctor.id, role: "Nurse" },
      ],
      {},
      400,
      "care-team.twice",
    ],
    [[{ userId: doctor.id, role: " " }], {}, 400, "validation"],
    [[{ userId: doctor.id, role }], { expectedVersion: 4 }, 409, "version.conflict"],
    [[{ userId: doctor.id, role }], { facilityId: there }, 404, "facility.not-found"],
  ] as const) {
    const refused = await put(id, members as never, more);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  }
  expect((await ask("GET", `/patients/${id}/care-team`)).body).toMatchObject({ version: 0, members: [] });
  const into = await enter("Into");
  await ask("POST", `/patients/${id}/merge`, { intoPatientId: into, reason: "the same" });
  expect((await put(id, [])).body.code).toBe("patient.merged");
});

test("a team goes along with a merge, and back when it is undone", async () => {
  const [id, into] = [await enter("From"), await enter("Into")];
  await relate(id, doctor.id);
  await put(id, [{ userId: doctor.id, role: "Attending" }]);
  await ask("POST", `/patients/${id}/merge`, { intoPatientId: into, reason: "the same" });
  expect((await ask("GET", `/patients/${into}/care-team`)).body.members[0]).toMatchObject({
    role: "Attending",
  });
  // Off the team of the survivor, the order that was placed for the other still counts.
  await put(into, []);
  headers = await server.signIn(doctor.username);
  expect((await ask("GET", `/patients/${into}`)).status).toBe(200);
  await signInAs("FRONT_DESK");
  const [merge] = await database.db`select id from patient_merge where into_patient_id = ${into}`;
  await ask("POST", `/patients/merges/${merge!.id}/undo`);
  headers = await server.signIn(doctor.username);
  expect((await ask("GET", `/patients/${into}`)).status).toBe(404);
  expect((await ask("GET", `/patients/${id}/care-team`)).body.members[0]).toMatchObject({
    role: "Attending",
  });
});

test("who is to be told: the team, else all who care for the patient; those who can sign in at the facility", async () => {
  const id = await enter();
  const other = await user();
  expect(await careTeamOf(database.db, id, here)).toEqual([]);
  await relate(id, other);
  expect(await careTeamOf(database.db, id, here)).toEqual([{ userId: other, role: null }]);
  await put(id, [{ userId: doctor.id, role: "Attending" }]);
  expect(await careTeamOf(database.db, id, here)).toEqual([{ userId: doctor.id, role: "Attending" }]);
  expect(await careTeamOf(database.db, id, there)).toEqual([]);
  await database.db`update app_user set active = false where id = ${doctor.id}`;
  expect(await careTeamOf(database.db, id, here)).toEqual([{ userId: other, role: null }]);
});

test.each(roles)("%s: who may enter patients names teams", async (role) => {
  const id = await enter();
  const me = await signInAs(role);
  if (role === "PHYSICIAN") await relate(id, me.id);
  const may = role === "ADMINISTRATOR" || role === "FRONT_DESK" || role === "INTEGRATION";
  expect((await put(id, [{ userId: doctor.id, role: "Attending" }])).status).toBe(may ? 200 : 403);
  expect((await ask("GET", `/patients/${id}/care-team`)).status).toBe(200);
});

test("of another facility's patient there is no team", async () => {
  const id = await enter();
  await signInAs("ADMINISTRATOR", there);
  expect((await ask("GET", `/patients/${id}/care-team`)).status).toBe(404);
  expect((await put(id, [])).status).toBe(404);
});
