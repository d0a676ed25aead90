import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemViewer, transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { journalRoutes } from "./index.ts";

const database = testDatabase();
const platform = testPlatform(database);
const server = testServer(platform, ({ identity, journal }) => [
  sessionRoutes(identity),
  journalRoutes(platform, journal),
]);

let here: string;
let there: string;
let headers: { authorization: string };
let me: { id: string; username: string };

const signInAs = async (...roles: Parameters<typeof server.addUser>[0]["roles"]) => {
  me = await server.addUser({ roles, facilityIds: [here] });
  headers = await server.signIn(me.username);
};
const get = async (url: string) => {
  const answer = await server.app.inject({ url: `/api/v1${url}`, headers });
  return { status: answer.statusCode, body: answer.json() };
};
const write = async (payload: object) => {
  const answer = await server.app.inject({ method: "POST", url: "/api/v1/logs", headers, payload });
  return { status: answer.statusCode, body: answer.json() };
};
const record = (facilityId: string | null, type: string, id = "s1") =>
  transact(database.db, (tx) =>
    server.journal.record(tx, systemViewer([here]), { type, subject: { type: "study", id }, facilityId }),
  );

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
});
beforeEach(() => platform.clock.advance(60_000));

describe("the workflow log", () => {
  test("takes entries and shows them, the newest first", async () => {
    await signInAs("RADIOLOGIST");
    const made = await write({
      action: "PROTOCOLED",
      subject: { type: "study", id: "s1" },
      note: "with contrast",
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      action: "PROTOCOLED",
      actor: { kind: "user", id: me.id },
      subject: { type: "study", id: "s1" },
      note: "with contrast",
      facilityId: here,
      outcome: "SUCCESS",
      at: platform.clock.now().toISOString(),
    });
    platform.clock.advance(1000);
    await record(here, "study.received");
    const list = await get("/logs?subjectId=s1&subjectType=study");
    expect(list.body.data.map((entry: { action: string }) => entry.action)).toEqual([
      "study.received",
      "PROTOCOLED",
    ]);
    expect(list.body.data[1]).toEqual(made.body);
    expect((await get(`/logs?action=PROTOCOLED&actorId=${me.id}`)).body.pagination.total).toBe(1);
    expect((await get("/logs?action=study.received")).body.data[0].note).toBeNull();
  });

  test("an entry cannot pass for a fact that others act on", async () => {
    await signInAs("TECHNOLOGIST");
    await write({ action: "study.received", subject: { type: "study", id: "s2" } });
    const [row] = await database.db`select type from fact where subject_id = 's2'`;
    expect(row?.type).toBe("log.written");
  });

  test.each([
    [{}, "body.action"],
    [{ action: "<script>" }, "body.action"],
    [{ action: "x".repeat(65) }, "body.action"],
    [{ action: "A", subject: { type: "a b", id: "1" } }, "body.subject.type"],
    [{ action: "A", subject: { type: "study" } }, "body.subject.id"],
    [{ action: "A", note: "x".repeat(1001) }, "body.note"],
    [{ action: "A", patientName: "x" }, "body.patientName"],
  ])("%j is a 400 that names %s", async (payload, path) => {
    await signInAs("RADIOLOGIST");
    const answer = await write(payload);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  test("shows nothing of another facility, nothing of accounts, and to some only their own", async () => {
    await record(there, "study.received", "elsewhere");
    await record(null, "system.noted", "nowhere");
    await signInAs("RADIOLOGIST");
    const all = (await get("/logs?limit=200")).body.data as { subject: { id: string }; action: string }[];
    expect(all.length).toBeGreaterThan(2);
    expect(all.some(({ subject }) => ["elsewhere", "nowhere"].includes(subject.id))).toBe(false);
    expect(all.some(({ action }) => action.startsWith("user."))).toBe(false);
    await signInAs("TECHNOLOGIST");
    expect((await get("/logs")).body.data).toEqual([]);
    await write({ action: "MINE" });
    const own = (await get("/logs")).body;
    expect([own.data.length, own.data[0].actor.id, own.pagination.total]).toEqual([1, me.id, 1]);
    await signInAs("INTEGRATION");
    expect([(await get("/logs")).status, (await write({ action: "BY_MACHINE" })).status]).toEqual([403, 201]);
  });

  test("is found by time and paged by key", async () => {
    await signInAs("ADMINISTRATOR");
    const from = platform.clock.now().toISOString();
    for (let i = 0; i < 5; i++) {
      await write({ action: `STEP_${i}` });
      platform.clock.advance(1000);
    }
    const actions = (body: { data: { action: string }[] }) => body.data.map(({ action }) => action);
    const first = (await get(`/logs?from=${from}&limit=2`)).body;
    expect([actions(first), first.pagination.total]).toEqual([["STEP_4", "STEP_3"], 5]);
    const second = (await server.app.inject({ url: first.pagination.next, headers })).json();
    expect(actions(second)).toEqual(["STEP_2", "STEP_1"]);
    const to = new Date(Date.parse(from) + 2000).toISOString();
    expect(actions((await get(`/logs?from=${from}&to=${to}&sort=at`)).body)).toEqual(["STEP_0", "STEP_1"]);
    for (const bad of ["from=yesterday", "sort=action", "colour=red"])
      expect([bad, (await get(`/logs?${bad}`)).status]).toEqual([bad, 400]);
  });
});

describe("the audit", () => {
  test("shows who did and looked at what, and looking is itself recorded", async () => {
    await signInAs("ADMINISTRATOR");
    await record(here, "study.received", "a1");
    await record(there, "study.received", "a2");
    await server.journal.access(systemViewer([here]), {
      action: "study.viewed",
      subject: { type: "study", id: "a1" },
    });
    await server.journal.drain();
    const entries = (await get("/audit?subjectType=study")).body.data as { subject: { id: string } }[];
    expect(entries.some(({ subject }) => subject.id === "a2")).toBe(false);
    const about = (await get("/audit?subjectId=a1&sort=at")).body.data;
    expect(about).toMatchObject([
      { kind: "FACT", action: "study.received", outcome: "SUCCESS", actor: { id: "system" } },
      { kind: "ACCESS", action: "study.viewed", facilityId: here },
    ]);
    expect(about[0].position).toBeGreaterThan(0);
    expect(about[0].hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await get("/audit?kind=access&subjectId=a1")).body.pagination.total).toBe(1);
    await server.journal.drain();
    const looks = (await get("/audit?action=audit.viewed")).body.data;
    expect(looks).toHaveLength(3);
    expect(looks[0]).toMatchObject({
      actor: { id: me.id },
      data: { filter: { kind: "access", subjectId: "a1" } },
    });
    expect((await get("/audit?outcome=refused&action=user.sign-in-failed")).status).toBe(200);
    for (const bad of ["kind=x", "outcome=x", "patientId=x"])
      expect([bad, (await get(`/audit?${bad}`)).status]).toEqual([bad, 400]);
  });

  test("shows failed sign-ins and refusals", async () => {
    await signInAs("TECHNOLOGIST");
    const payload = { username: me.username, password: "wrong password" };
    await server.app.inject({ method: "POST", url: "/api/v1/users/login", payload });
    await get("/audit/verify");
    await signInAs("ADMINISTRATOR");
    await server.journal.drain();
    const refused = (await get("/audit?outcome=refused")).body.data.map(
      (entry: { action: string }) => entry.action,
    );
    expect(refused).toEqual(expect.arrayContaining(["user.sign-in-failed", "request.refused"]));
  });

  test("shows others only what they did themselves, and does not let them verify", async () => {
    await signInAs("PHYSICIAN");
    const own = (await get("/audit")).body.data;
    expect(
      own.map((entry: { action: string; actor: { id: string } }) => [entry.action, entry.actor.id]),
    ).toEqual([["user.signed-in", me.id]]);
    expect((await get("/audit/verify")).status).toBe(403);
    await signInAs("INTEGRATION");
    expect((await get("/audit")).status).toBe(403);
  });

  test("verifies itself, and says so in the trail", async () => {
    await signInAs("ADMINISTRATOR");
    await server.journal.drain();
    const answers = await Promise.all([get("/audit/verify"), get("/audit/verify")]);
    for (const { status, body } of answers) {
      expect([status, body.intact, body.breaches]).toEqual([200, true, []]);
      expect(body.facts).toBeGreaterThan(10);
    }
    await database.db`alter table fact disable trigger user`;
    await database.db`update fact set outcome = 'failed' where position = 3`;
    const after = (await get("/audit/verify")).body;
    expect(after).toMatchObject({
      intact: false,
      breaches: [{ chain: "fact", kind: "changed", position: 3 }],
    });
    expect((await get("/audit?action=audit.verified")).body.data[0]).toMatchObject({
      outcome: "FAILED",
      data: { intact: false, breaches: 1 },
    });
  });
});
