import { composeHttp, composeModules, composeRehearsal, type Modules } from "@isocenter/server/compose.ts";
import { createDemo, type Demo, type DemoAnswer } from "@isocenter/server/demo/index.ts";
import { ensureFirstStart } from "@isocenter/server/modules/identity/index.ts";
import { type App, type Platform, prepareJobs } from "@isocenter/server/platform/index.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { testPasswordCost } from "../support/identity.ts";
import { ctInstance } from "../support/instances.ts";
import { testPlatform } from "../support/platform.ts";
import { form } from "../support/uploads.ts";

const database = testDatabase();
const adminPassword = "a long test passphrase of the administrator";
const platform = testPlatform(database, { adminPassword });
let modules: Modules;
let app: App;
let demo: Demo;
let answer: DemoAnswer;
/** Facts of the department that is not the demonstration. */
let before: number;

const dayMs = 24 * 3_600_000;

async function login(username: string, password: string): Promise<{ authorization: string }> {
  const signedIn = await app.inject({
    method: "POST",
    url: "/api/v1/users/login",
    payload: { username, password },
  });
  expect(signedIn.statusCode, signedIn.body).toBe(200);
  return { authorization: `Bearer ${signedIn.json().accessToken}` };
}
const personOf = (role: string) => answer.people.find((person) => person.role === role)!.username;
async function list(role: string, url: string) {
  const headers = await login(personOf(role), answer.password);
  const got = await app.inject({ url: `/api/v1${url}`, headers });
  expect(got.statusCode, got.body).toBe(200);
  return got.json();
}

beforeAll(async () => {
  await prepareJobs({ url: null, socketPath: inject("postgresSocket"), database: database.name });
  await platform.objects.check();
  modules = await composeModules(platform, { passwordCost: testPasswordCost });
  await ensureFirstStart(platform, modules.journal, testPasswordCost);
  await modules.identity.start();
  app = await composeHttp(platform, modules, [], { host: "127.0.0.1", dicomPort: () => 0, hl7Port: () => 0 });
  await app.ready();
  await modules.journal.drain();
  before = await modules.journal.position();
  // The last days, and nothing that takes long to draw.
  const steps: ((payload: never, signal: AbortSignal) => Promise<void>)[] = [];
  const payloads: unknown[] = [];
  const own: Platform = {
    ...platform,
    jobs: {
      ...platform.jobs,
      define: (task) => void steps.push(task.run),
      add: async (reader, name, payload, options) =>
        name === "demo.live"
          ? void payloads.push(payload)
          : await platform.jobs.add(reader, name, payload, options),
    },
  };
  const since = platform.clock.now().getTime() - 2 * dayMs;
  demo = createDemo(
    own,
    composeRehearsal,
    modules,
    (one) =>
      one.performedAt.getTime() > since && (one.drawing === null || one.drawing.key === one.procedure.code),
  );
  answer = await demo.plan();
  await steps[0]!(payloads[0] as never, new AbortController().signal);
  await modules.journal.drain();
}, 240_000);
afterAll(async () => {
  await app?.close();
  await modules?.identity.stop();
  await modules?.journal.stop();
  await modules?.imaging.close();
  await modules?.rendering.close();
});

describe("the demonstration", () => {
  test("is there, and a second one is refused", async () => {
    const state = await demo.state();
    expect(state).toMatchObject({ state: "READY", prefix: "demo", total: expect.any(Number) });
    expect([state!.total > 0, state!.done]).toEqual([true, state!.total]);
    await expect(demo.plan()).rejects.toMatchObject({ kind: "conflict", code: "demo.loaded" });
  });

  test("everybody signs in with its password, and has to change nothing", async () => {
    for (const { username } of answer.people) {
      const headers = await login(username, answer.password);
      const me = await app.inject({ url: "/api/v1/users/me", headers });
      expect(me.json()).toMatchObject({ mustChangePassword: false });
    }
  });

  test("each page has something to show", async () => {
    const reading = await list("RADIOLOGIST", "/worklist?limit=200");
    expect(new Set(reading.data.map((item: { priority: string }) => item.priority)).size).toBe(3);
    const orders = await list("FRONT_DESK", "/imaging-orders?limit=200");
    expect([...new Set(orders.data.map((order: { status: string }) => order.status))].sort()).toEqual(
      expect.arrayContaining([
        "ARRIVED",
        "COMPLETED",
        "IN_PROGRESS",
        "NO_SHOW",
        "ON_HOLD",
        "PENDING",
        "SCHEDULED",
      ]),
    );
    const kinds = (await list("TECHNOLOGIST", "/reconciliation?limit=50")).data.map(
      (item: { kind: string }) => item.kind,
    );
    expect(kinds).toEqual(
      expect.arrayContaining(["CONFLICTING_IDENTITY", "NO_IDENTIFIER", "ORDER_CONFLICT"]),
    );
    for (const [role, url] of [
      ["TECHNOLOGIST", "/quarantine"],
      ["BILLING", "/billing"],
      ["ADMINISTRATOR", "/modalities"],
      ["ADMINISTRATOR", "/stations"],
      ["RADIOLOGIST", "/notifications"],
      ["RADIOLOGIST", "/on-call"],
      ["ADMINISTRATOR", "/audit"],
    ] as const)
      expect((await list(role, url)).data.length, url).toBeGreaterThan(0);
  });

  test("touches nothing of another facility, and is in none", async () => {
    const facilityId = (await demo.state())!.facilityId!;
    const counts = await platform.db`
      select (select count(*)::int from imaging_order where facility_id <> ${facilityId}) as orders,
        (select count(*)::int from study where facility_id <> ${facilityId}) as studies,
        (select count(*)::int from patient_facility where facility_id <> ${facilityId}) as patients,
        (select count(*)::int from facility where demonstration) as demonstrations,
        (select count(*)::int from fact where facility_id <> ${facilityId} and position > ${before} and recorded_at < ${platform.clock.now()}) as facts`;
    expect(counts[0]).toEqual({ orders: 0, studies: 0, patients: 0, demonstrations: 1, facts: 0 });
  });

  test("was lived by its own clock: what happened lies in the past, and the chain of the journal is whole", async () => {
    const [row] = await platform.db`
      select min(ordered_at) < ${new Date(platform.clock.now().getTime() - dayMs)} as old, max(ordered_at) <= ${platform.clock.now()} as past
      from imaging_order`;
    expect(row).toEqual({ old: true, past: true });
    expect(await modules.journal.verify()).toMatchObject({ intact: true });
  });

  test("while it is loaded it is not taken away, and one that was cut short is known as that", async () => {
    const { facilityId } = (await demo.state())!;
    await platform.db`update demonstration set state = 'LOADING', seen_at = now()`;
    await expect(demo.remove()).rejects.toMatchObject({ code: "demo.loading" });
    // Killed while it was loading: nobody says anything any more.
    await platform.db`update demonstration set seen_at = now() - interval '1 hour'`;
    expect(await demo.state()).toMatchObject({ state: "FAILED", facilityId });
    await platform.db`update demonstration set state = 'READY', seen_at = now()`;
  });

  test("an administrator of another facility learns that it is there and nothing of it, and does not take it away", async () => {
    const administrator = await login("admin", adminPassword);
    const { facilityId } = (await demo.state())!;
    const seen = async (headers: Record<string, string>) =>
      (await app.inject({ url: "/api/v1/demo", headers })).json();
    expect(await seen(administrator)).toMatchObject({ state: "READY", facilityId, people: answer.people });
    const [home] = (await platform.db<{ id: string }[]>`select id from facility where not demonstration`)!;
    const elsewhere = { ...administrator, "x-isocenter-facility": home!.id };
    expect(await seen(elsewhere)).toMatchObject({ state: "READY", facilityId: null, people: [] });
    const refused = await app.inject({ method: "DELETE", url: "/api/v1/demo", headers: elsewhere });
    expect([refused.statusCode, refused.json().code]).toEqual([403, "demo.not-yours"]);
    expect(await demo.state()).toMatchObject({ state: "READY" });
  });

  test("it is taken away with its images, and not while something hangs on it that it did not make", async () => {
    const { facilityId } = (await demo.state())!;
    const administrator = await login("admin", adminPassword);
    const facilities = async () =>
      (await app.inject({ url: "/api/v1/facilities", headers: administrator }))
        .json()
        .data.map(({ id }: { id: string }) => id);
    expect(await facilities()).toContain(facilityId);
    const theirs = await login(personOf("RADIOLOGIST"), answer.password);
    const ask = async (method: "POST" | "PATCH" | "DELETE", url: string, payload?: object) => {
      const headers = { ...administrator, "x-isocenter-facility": facilityId! };
      const got = await app.inject({
        method,
        url: `/api/v1${url}`,
        headers,
        ...(payload ? { payload } : {}),
      });
      return got.body === "" ? { status: got.statusCode } : { status: got.statusCode, ...got.json() };
    };
    // What its own people do in it is of it.
    const play = { lastName: "Played", firstName: "Pat", birthDate: "1970-01-02", sex: "F" };
    const played = await app.inject({
      method: "POST",
      url: "/api/v1/patients",
      headers: await login(personOf("FRONT_DESK"), answer.password),
      payload: play,
    });
    expect(played.statusCode, played.body).toBe(201);
    const inTheWay = async () => (await ask("DELETE", "/demo")).inTheWay;
    const none = { studies: 0, patients: 0, shared: 0, people: 0, machines: 0, systems: 0 };
    const newcomer = { username: "newcomer", password: adminPassword, fullName: "New Comer" };
    const person = await ask("POST", "/users", {
      ...newcomer,
      roles: ["RADIOLOGIST"],
      facilityIds: [facilityId],
    });
    expect(person.status).toBe(201);
    expect(await inTheWay()).toEqual({ ...none, people: 1 });
    const [home] = (await platform.db<{ id: string }[]>`select id from facility where not demonstration`)!;
    const moved = await app.inject({
      method: "PATCH",
      url: `/api/v1/users/${person.id}`,
      headers: administrator,
      payload: { facilityIds: [home!.id] },
    });
    expect(moved.statusCode, moved.body).toBe(200);
    const machine = { aeTitle: "REAL", host: "127.0.0.1", port: 1, facilityId, permissions: ["store"] };
    const { id: machineId } = await ask("POST", "/modalities", machine);
    expect(await inTheWay()).toEqual({ ...none, machines: 1 });
    await ask("DELETE", `/modalities/${machineId}`);
    const system = await ask("POST", "/hl7/systems", { name: "Hospital", application: "HIS", facilityId });
    expect(await inTheWay()).toEqual({ ...none, systems: 1 });
    await ask("DELETE", `/hl7/systems/${system.id}`);
    const sent = await app.inject({
      method: "POST",
      url: "/api/v1/images",
      headers: { ...(await login(personOf("TECHNOLOGIST"), answer.password)), ...form.headers },
      payload: form.body([{ name: "file", filename: "x", bytes: ctInstance({ PatientID: "REAL-1" }).bytes }]),
    });
    expect(sent.statusCode, sent.body).toBe(201);
    expect(await inTheWay()).toEqual({ ...none, studies: 1 });
    expect((await ask("DELETE", `/studies/${sent.json().studyId}`, { reason: "a trial" })).status).toBe(204);
    // Somebody who is not of it tried out how a patient is registered: it is said who, and goes by leave.
    const tried = await ask("POST", "/patients", { ...play, lastName: "Tried" });
    const refusal = await ask("DELETE", "/demo");
    expect(refusal.inTheWay).toEqual({ ...none, patients: 1 });
    expect(refusal.records).toEqual([
      { kind: "patient", id: tried.id, name: tried.identifiers[0]?.value ?? null },
    ]);
    const [image] = await platform.db<{ key: string }[]>`
      select object_key as key from instance where facility_id = ${facilityId} and deleted_at is null limit 1`;
    const removed = await app.inject({
      method: "DELETE",
      url: "/api/v1/demo?withPatients=true",
      headers: administrator,
    });
    expect([removed.statusCode, removed.body]).toEqual([204, ""]);
    expect(await facilities()).not.toContain(facilityId);
    expect((await app.inject({ url: "/api/v1/users/me", headers: theirs })).statusCode).toBe(401);
    const [left] = await platform.db`
      select (select count(*)::int from modality where facility_id = ${facilityId}) as modalities,
        (select count(*)::int from instance where facility_id = ${facilityId}) as images,
        (select count(*)::int from app_user u join user_facility f on f.user_id = u.id where f.facility_id = ${facilityId} and u.active) as people`;
    expect(left).toEqual({ modalities: 0, people: 0, images: 0 });
    await platform.jobs.drain();
    await expect(platform.objects.get(image!.key)).rejects.toThrow();
    const now = await app.inject({ url: "/api/v1/demo", headers: administrator });
    expect(now.json()).toMatchObject({ state: "NONE", people: [] });
    const next = await demo.plan();
    expect(next.people[0]!.username).toMatch(/^demo2-/);
    expect(await modules.journal.verify()).toMatchObject({ intact: true });
  });
});
