import { createHmac } from "node:crypto";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import { httpReceiver } from "@isocenter/test/support/receivers.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId, systemViewer, type Tx, transact, type Viewer } from "../../../platform/index.ts";
import { sessionRoutes } from "../../identity/index.ts";
import { createNotifications, type Notifications } from "../index.ts";
import { post } from "../post.ts";
import { changeWebhook, createWebhook, removeWebhook, rotateSecret } from "./commands.ts";
import { createTargets } from "./targets.ts";

const database = testDatabase();
const receiver = await httpReceiver();
const platform = testPlatform(database, {
  notices: { smtp: null, service: null, webhookPrivateHosts: ["127.0.0.1"] },
});
let notifications: Notifications;
const server = testServer(platform, ({ identity, journal }) => {
  notifications = createNotifications(platform, journal, []);
  return [sessionRoutes(identity), ...notifications.routes];
});
let here: string;
let there: string;
let username: string;
let headers: { authorization: string };

beforeAll(async () => {
  here = await server.addFacility("Here");
  there = await server.addFacility("There");
  ({ username } = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [here] }));
  await server.journal.drain();
});
afterAll(() => receiver.close());
beforeEach(async () => {
  headers = await server.signIn(username);
  await database.db`delete from webhook`;
  receiver.received.length = 0;
  receiver.answer = { status: 200 };
  receiver.silent = false;
});

const call = (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, payload?: object, who = headers) =>
  server.app.inject({ method, url: `/api/v1${path}`, headers: who, ...(payload ? { payload } : {}) });
const make = async (more: object = {}) => {
  const answer = await call("POST", "/webhooks", {
    url: `${receiver.url}/hook`,
    events: ["study.*"],
    ...more,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json() as { id: string; secret: string; version: number };
};
const record = (type: string, facilityId = here, id = "s1") =>
  transact(database.db, (tx) =>
    server.journal.record(tx, systemViewer([facilityId]), {
      type,
      subject: { type: "study", id },
      facilityId,
      data: { secretive: "not sent" },
    }),
  );
const run = async () => {
  await server.journal.drain();
  await notifications.webhooks.run();
};
const later = (minutes: number) => platform.clock.advance(minutes * 60_000);
const signedBy = (secret: string, at = receiver.received.length - 1) => {
  const { headers: got, body } = receiver.received[at]!;
  const [t, ...signatures] = String(got["x-isocenter-signature"]).split(",");
  const wanted = createHmac("sha256", secret)
    .update(`${t!.slice(2)}.${body}`)
    .digest("hex");
  return signatures.includes(`v1=${wanted}`);
};
const deliveries = async (id: string) => (await call("GET", `/webhooks/${id}/deliveries`)).json().data;
const subjects = () => receiver.received.map(({ body }) => JSON.parse(body).subject.id);

describe("a webhook", () => {
  test("is told of what it asked for and an administrator of its facility may see, once and in order, ids only", async () => {
    const { id, secret } = await make({ events: ["study.*", "patient.changed"] });
    for (const [type, facility, subject] of [
      ["study.received", here, "a"],
      ["study.received", there, "b"],
      ["patient.created", here, "c"],
      ["patient.changed", here, "d"],
      ["study.settled", here, "e"],
    ] as const)
      await record(type, facility, subject);
    await run();
    await run();
    expect(subjects()).toEqual(["a", "d", "e"]);
    const { headers: got, body } = receiver.received[0]!;
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(
      ["at", "facilityId", "id", "patientId", "subject", "type"].sort(),
    );
    expect(body).not.toContain("not sent");
    expect([got["x-isocenter-event"], got["x-isocenter-attempt"], got["content-type"]]).toEqual([
      "study.received",
      "1",
      "application/json",
    ]);
    expect([signedBy(secret, 0), signedBy("whsec_other", 0)]).toEqual([true, false]);
    const log = await deliveries(id);
    expect(log).toHaveLength(3);
    expect(log[0]).toMatchObject({ event: "study.settled", state: "SENT", status: 200, attempts: 1 });
  });

  test("that fails holds its order, and is tried again with growing delays", async () => {
    const { id } = await make();
    receiver.answer = { status: 500, body: `broken ${"x".repeat(5000)}` };
    await record("study.received", here, "a");
    await record("study.settled", here, "b");
    await run();
    await run();
    expect(subjects()).toEqual(["a"]);
    const [second, first] = await deliveries(id);
    expect(second).toMatchObject({ state: "QUEUED", attempts: 0 });
    expect(first).toMatchObject({
      state: "QUEUED",
      attempts: 1,
      status: 500,
      error: "The receiver answered 500.",
    });
    expect(first.answer).toHaveLength(2048);
    later(1);
    await run();
    later(4);
    await run();
    expect(subjects()).toEqual(["a", "a"]);
    receiver.answer = { status: 204 };
    later(1);
    await run();
    expect(subjects()).toEqual(["a", "a", "a", "b"]);
    expect((await call("GET", `/webhooks/${id}`)).json()).toMatchObject({ failingSince: null, waiting: 0 });
  });

  test("is sent again what was sent when its sender died before writing it down, under the same id", async () => {
    await make();
    await record("study.received");
    await server.journal.drain();
    const claimed = await notifications.webhooks.claim();
    expect(await notifications.webhooks.claim()).toBeNull();
    const head = await notifications.webhooks.head(claimed!);
    later(2);
    await run();
    expect(receiver.received.map((one) => one.headers["x-isocenter-delivery"])).toEqual([head!.id]);
    expect(
      await notifications.webhooks.finish(claimed!, head!, {
        status: 500,
        durationMs: 1,
        answer: "",
        error: "late",
        unknown: false,
      }),
    ).toBe(false);
  });

  test("is disabled after three days of failure, and its administrators are told; enabled it goes on", async () => {
    const { id } = await make();
    receiver.silent = true;
    await record("study.received", here, "a");
    for (let hours = 0; hours < 80; hours += 4) {
      if (hours % 24 === 0) await record("study.settled", here, `h${hours}`);
      await run();
      later(240);
    }
    headers = await server.signIn(username);
    const [webhook] = (await call("GET", "/webhooks")).json().data;
    expect(webhook).toMatchObject({ enabled: false, disabledReason: expect.stringContaining("three days") });
    const notices = (await call("GET", "/notifications?kind=webhook.disabled")).json().data;
    expect(notices).toMatchObject([{ level: "IMPORTANT", subject: { type: "webhook", id } }]);
    const seen = receiver.received.length;
    await run();
    expect(receiver.received).toHaveLength(seen);
    receiver.silent = false;
    expect((await call("PATCH", `/webhooks/${id}`, { enabled: true })).json()).toMatchObject({
      disabledReason: null,
    });
    await run();
    expect((await call("GET", `/webhooks/${id}`)).json().waiting).toBe(0);
  });

  test("does not follow redirects, and is disabled at once where its receiver is gone for good", async () => {
    const { id } = await make();
    receiver.answer = { status: 302, headers: { location: `${receiver.url}/elsewhere` } };
    await record("study.received");
    await run();
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hook"]);
    receiver.answer = { status: 410 };
    later(2);
    await run();
    expect((await call("GET", `/webhooks/${id}`)).json().enabled).toBe(false);
  });

  test("signs with the secret before as well for a day after a change", async () => {
    const { id, secret } = await make();
    const rotated = (await call("POST", `/webhooks/${id}/rotate-secret`)).json();
    expect(rotated.secret).not.toBe(secret);
    await call("POST", `/webhooks/${id}/test`);
    expect([signedBy(secret), signedBy(rotated.secret)]).toEqual([true, true]);
    later(25 * 60);
    headers = await server.signIn(username);
    await call("POST", `/webhooks/${id}/test`);
    expect([signedBy(secret), signedBy(rotated.secret)]).toEqual([false, true]);
    for (const path of ["/webhooks", `/webhooks/${id}`, `/webhooks/${id}/deliveries`])
      expect((await call("GET", path)).body).not.toContain("whsec_");
  });

  test("is tested and sent again by hand", async () => {
    const { id } = await make();
    receiver.answer = { status: 418, body: "teapot" };
    const tested = await call("POST", `/webhooks/${id}/test`);
    expect(tested.json()).toMatchObject({
      event: "webhook.test",
      state: "FAILED",
      status: 418,
      answer: "teapot",
    });
    receiver.answer = { status: 200 };
    await record("study.received", here, "a");
    await run();
    const sent = (await deliveries(id)).find((one: { event: string }) => one.event === "study.received");
    expect([sent.actions, tested.json().actions]).toEqual([["redeliver"], []]);
    const path = `/webhooks/${id}/deliveries/${sent.id}/redeliver`;
    expect((await call("POST", path)).statusCode).toBe(202);
    const [asked] = await database.db`select data from fact where type = 'webhook.redelivery-asked'`;
    expect(asked?.data).toMatchObject({ deliveryId: sent.id });
    await run();
    expect(receiver.received.slice(-2).map((one) => one.headers["x-isocenter-delivery"])).toEqual([
      sent.id,
      sent.id,
    ]);
    expect((await call("POST", `/webhooks/${id}/deliveries/${tested.json().id}/redeliver`)).statusCode).toBe(
      409,
    );
    expect(
      (await call("POST", `/webhooks/${id}/deliveries/${newId(platform.clock)}/redeliver`)).statusCode,
    ).toBe(404);
  });
});

test("webhooks of other facilities do not exist, and only administrators manage any", async () => {
  const { id, version } = await make();
  const other = await server.addUser({ roles: ["ADMINISTRATOR"], facilityIds: [there] });
  const others = await server.signIn(other.username);
  expect((await call("GET", "/webhooks", undefined, others)).json().data).toEqual([]);
  for (const [method, path] of [
    ["GET", ""],
    ["DELETE", ""],
    ["POST", "/test"],
    ["POST", "/rotate-secret"],
    ["GET", "/deliveries"],
  ] as const)
    expect((await call(method, `/webhooks/${id}${path}`, undefined, others)).statusCode).toBe(404);
  const radiologist = await server.addUser({ roles: ["RADIOLOGIST"], facilityIds: [here] });
  const reader = await server.signIn(radiologist.username);
  expect((await call("GET", "/webhooks", undefined, reader)).statusCode).toBe(403);
  expect(
    (await call("PATCH", `/webhooks/${id}`, { enabled: false, expectedVersion: version + 1 })).statusCode,
  ).toBe(409);
  expect((await call("DELETE", `/webhooks/${id}`)).statusCode).toBe(204);
  expect((await call("GET", `/webhooks/${id}`)).statusCode).toBe(404);
});

test("a key that leaked makes no way out: webhooks are managed by people", async () => {
  const { id } = await make();
  const key: Viewer = { ...systemViewer([here]), kind: "api-key", roles: ["ADMINISTRATOR"] };
  const { clock } = platform;
  const deps = { clock, journal: server.journal, targets: createTargets([]) };
  const attempts = [
    (tx: Tx) => createWebhook(deps, tx, key, { url: "https://example.org/", events: ["study.*"] }),
    (tx: Tx) => changeWebhook(deps, tx, key, id, { url: "https://example.org/" }),
    (tx: Tx) => removeWebhook(deps, tx, key, id),
    (tx: Tx) => rotateSecret(deps, tx, key, id),
  ];
  for (const attempt of attempts)
    await expect(transact<unknown>(database.db, attempt)).rejects.toMatchObject({
      kind: "forbidden",
      code: "webhook.only-people",
    });
});

test("what was sent long ago is forgotten, and the oldest of too much, of each webhook alone; what waits stays", async () => {
  const [many, few] = [await make(), await make({ url: `${receiver.url}/few` })];
  const add = (webhookId: string, count: number, days: number, waits = false) => database.db`
    insert into webhook_delivery (id, webhook_id, event, body, state, next_attempt_at, created_at)
    select gen_random_uuid(), ${webhookId}, 'study.received', '{}', ${waits ? "QUEUED" : "SENT"},
      ${waits ? platform.clock.now() : null}, ${platform.clock.now()}::timestamptz - ${days} * interval '1 day'
    from generate_series(1, ${count}::int)`;
  await add(many.id, 2, 29);
  await add(many.id, 1, 40, true);
  await add(many.id, 10_000, 1);
  await add(few.id, 3, 29);
  await add(few.id, 1, 31);
  await notifications.webhooks.prune();
  const kept = await database.db`
    select webhook_id = ${many.id} as many, state, count(*)::int from webhook_delivery
    group by 1, 2 order by 1 desc, 2`;
  expect(kept.map(({ many, state, count }) => [many, state, count])).toEqual([
    [true, "QUEUED", 1],
    [true, "SENT", 10_000],
    [false, "SENT", 3],
  ]);
});

test("a facility has a hundred webhooks at most", async () => {
  await make();
  await database.db`
    insert into webhook (id, facility_id, url, events, enabled, secret, created_at)
    select gen_random_uuid(), facility_id, url, events, false, secret, created_at from webhook cross join generate_series(1, 98)`;
  await make();
  const answer = await call("POST", "/webhooks", { url: "https://example.org/", events: ["study.*"] });
  expect([answer.statusCode, answer.json().code]).toEqual([409, "webhook.too-many"]);
});

test.each([
  [{ url: "http://example.org/" }, "webhook.invalid-url"],
  [{ url: "http://93.184.216.34/" }, "webhook.invalid-url"],
  [{ url: "https://10.1.2.3/" }, "webhook.invalid-url"],
  [{ url: "https://[::ffff:192.168.1.1]/" }, "webhook.invalid-url"],
  [{ url: "https://169.254.169.254/latest" }, "webhook.invalid-url"],
  [{ url: "https://0x7f.1/" }, undefined],
  [{ url: "https://user:pass@example.org/" }, "webhook.invalid-url"],
  [{ url: "ftp://example.org/" }, "webhook.invalid-url"],
  [{ events: ["weather.changed"] }, "webhook.unknown-event"],
  [{ events: ["study"] }, "validation"],
  [{ events: ["notice.created"] }, "webhook.unknown-event"],
])("is refused or taken: %j", async (more, code) => {
  const answer = await call("POST", "/webhooks", {
    url: "https://example.org/",
    events: ["study.*"],
    ...more,
  });
  expect(answer.json().code).toBe(code);
});

test("private addresses are reached where the configuration names them, those of the link never", () => {
  const { mayReach } = createTargets(["10.1.0.0/16", "ris.local", "169.254.0.0/16"]);
  const at = (url: string, address: string) => mayReach(url)(address);
  expect([
    at("https://example.org", "93.184.216.34"),
    at("https://example.org", "10.1.2.3"),
    at("https://example.org", "10.2.2.3"),
    at("https://example.org", "127.0.0.1"),
    at("https://example.org", "::ffff:127.0.0.1"),
    at("https://ris.local", "192.168.0.9"),
    at("https://ris.local", "169.254.169.254"),
    at("https://ris.local", "fe80::1"),
  ]).toEqual([true, true, false, false, false, true, false, false]);
});

test("a name that leads to a private address is not reached: the address that is connected to decides", async () => {
  const url = receiver.url.replace("127.0.0.1", "localhost");
  const posted = await post({ url, headers: {}, body: "{}", mayReach: createTargets([]).mayReach(url) });
  expect(posted).toMatchObject({
    status: null,
    unknown: false,
    error: expect.stringContaining("may not be reached"),
  });
  const allowed = createTargets(["localhost"]).mayReach(url);
  expect(await post({ url, headers: {}, body: "{}", mayReach: allowed })).toMatchObject({
    status: 200,
    error: null,
  });
  expect(receiver.received).toHaveLength(1);
});
