import { createHmac } from "node:crypto";
import { testDatabase } from "@isocenter/test/support/database.ts";
import { testServer } from "@isocenter/test/support/identity.ts";
import { testPlatform } from "@isocenter/test/support/platform.ts";
import {
  type HttpReceiver,
  httpReceiver,
  type MailServer,
  mailServer,
} from "@isocenter/test/support/receivers.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { transact } from "../../platform/index.ts";
import { sessionRoutes } from "../identity/index.ts";
import { configuredChannels } from "./delivery/channels.ts";
import {
  createNotifications,
  deliveriesOf,
  endNotices,
  type Notice,
  type Notifications,
  notify,
  type Reached,
} from "./index.ts";

const secret = "a secret of the service with 32 characters";
const database = testDatabase();
const [mail, service] = await Promise.all([mailServer(), httpReceiver()] as [
  Promise<MailServer>,
  Promise<HttpReceiver>,
]);
const platform = testPlatform(database, {
  publicUrl: "https://pacs.example.org",
  notices: {
    smtp: { url: mail.url, from: "Radiology <radiology@example.org>" },
    service: { url: `${service.url}/notify?token=hush`, secret },
    webhookPrivateHosts: [],
  },
});
let notifications: Notifications;
/** What upper rooms were told of. */
const told: Reached[] = [];
let refuseReached = false;
const server = testServer(platform, ({ identity, journal }) => {
  notifications = createNotifications(platform, journal);
  notifications.followReached(async (_tx, reached) => {
    if (refuseReached) throw new Error("the follower failed");
    told.push(...reached);
  });
  return [sessionRoutes(identity), ...notifications.routes];
});
let here: string;
let admin: { id: string; username: string; headers: { authorization: string } };
let doctor: typeof admin;

async function addUser(role: "ADMINISTRATOR" | "PHYSICIAN", facilityIds = [here]) {
  const user = await server.addUser({ roles: [role], facilityIds });
  await database.db`update app_user set email = ${`${user.username}@example.org`} where id = ${user.id}`;
  return { ...user, headers: await server.signIn(user.username) };
}

beforeAll(async () => {
  await notifications.start();
  here = await server.addFacility("Here");
  admin = await addUser("ADMINISTRATOR");
  doctor = await addUser("PHYSICIAN");
});
afterAll(async () => {
  await Promise.all([mail.close(), service.close()]);
});
beforeEach(async () => {
  await database.db`delete from delivery_attempt`;
  await database.db`delete from delivery`;
  await database.db`delete from notice`;
  await database.db`delete from notice_preference`;
  mail.received.length = service.received.length = told.length = 0;
  refuseReached = false;
  // The clock goes on from test to test, past the end of tokens.
  for (const who of [admin, doctor]) who.headers = await server.signIn(who.username);
  mail.refuse = null;
  service.answer = { status: 200 };
  service.silent = false;
});

let keys = 0;
const tell = (more: Partial<Notice> = {}) =>
  transact(database.db, (tx) =>
    notify(tx, platform.clock, [
      {
        kind: "finding.raised",
        level: "IMPORTANT",
        facilityId: here,
        subject: { type: "finding", id: "f1" },
        to: { people: [doctor.id] },
        key: `k${keys++}`,
        ...more,
      },
    ]),
  );
const get = (path: string, who = doctor.headers) =>
  server.app.inject({ method: "GET", url: `/api/v1${path}`, headers: who });
const send = (method: "POST" | "PUT", path: string, payload?: object, who = doctor.headers) =>
  server.app.inject({ method, url: `/api/v1${path}`, headers: who, ...(payload ? { payload } : {}) });
const run = () => notifications.deliveries.run();
const later = (minutes: number) => platform.clock.advance(minutes * 60_000);
const rows = () => deliveriesOf(database.db, { subject: { type: "finding", id: "f1" } });
const of = async (channel: string) => (await rows()).find((row) => row.channel === channel)!;

describe("the inbox", () => {
  test("is one's own, the newest first, paged by key and filtered, with what is unread", async () => {
    for (const n of [1, 2, 3]) {
      await tell({
        kind: n === 2 ? "report.available" : "finding.raised",
        subject: { type: "finding", id: `n${n}` },
      });
      later(1);
    }
    await tell({ to: { people: [admin.id] } });
    const page = (await get("/notifications?limit=2")).json();
    expect(page.data.map((one: { subject: { id: string } }) => one.subject.id)).toEqual(["n3", "n2"]);
    expect([page.unread, page.pagination.total]).toEqual([3, 3]);
    const next = (await get(page.pagination.next.replace("/api/v1", ""))).json();
    expect(next.data.map((one: { subject: { id: string } }) => one.subject.id)).toEqual(["n1"]);
    expect((await get("/notifications?kind=report.*")).json().data).toHaveLength(1);
    expect((await get("/notifications?level=alarm")).json().data).toHaveLength(0);
    expect((await get("/notifications?level=loud")).statusCode).toBe(400);
    const [first] = page.data;
    expect((await send("POST", `/notifications/${first.id}/read`, undefined, admin.headers)).statusCode).toBe(
      404,
    );
    const read = await send("POST", `/notifications/${first.id}/read`);
    expect([read.statusCode, read.json().readAt, read.json().actions]).toEqual([
      200,
      platform.clock.now().toISOString(),
      [],
    ]);
    expect((await get("/notifications?unread=true")).json()).toMatchObject({
      unread: 2,
      pagination: { total: 2 },
    });
    expect((await get("/notifications?unread=false")).json().data).toHaveLength(1);
  });

  test("is read at once, but alarms each by itself", async () => {
    await tell();
    await tell({ level: "ALARM" });
    await tell({ kind: "report.available" });
    expect((await send("POST", "/notifications/read-all", { kind: "report.available" })).json()).toEqual({
      read: 1,
    });
    expect((await send("POST", "/notifications/read-all", {})).json()).toEqual({ read: 1 });
    expect((await get("/notifications")).json().unread).toBe(1);
  });

  test("tells upper rooms what was read, and the facts name each notice, also of several facilities", async () => {
    const other = await server.addFacility("Elsewhere");
    const guest = await addUser("PHYSICIAN", [here, other]);
    for (const facilityId of [here, other, other])
      await tell({ facilityId, to: { people: [guest.id] }, subject: { type: "finding", id: facilityId } });
    const [first] = (await get("/notifications", guest.headers)).json().data as { id: string }[];
    await send("POST", `/notifications/${first!.id}/read`, undefined, guest.headers);
    expect((await send("POST", "/notifications/read-all", {}, guest.headers)).json()).toEqual({ read: 2 });
    const read = told.map(({ by, recipientId, subject }) => [by, recipientId, subject.id]);
    expect(read[0]).toEqual(["IN_APP", guest.id, other]);
    expect(new Set(read.slice(1))).toEqual(new Set([here, other].map((id) => ["IN_APP", guest.id, id])));
    const facts = await database.db<{ facilityId: string; ids: string[] }[]>`
      select facility_id as "facilityId", data->'ids' as ids from fact
      where type = 'notice.read' and subject_id = 'all' and ${guest.id} = any(people) order by id`;
    expect(new Map(facts.map(({ facilityId, ids }) => [facilityId, ids]))).toEqual(
      new Map(told.slice(1).map(({ subject, noticeId }) => [subject.id, [noticeId]])),
    );
  });

  test("reading is undone where an upper room cannot write it down", async () => {
    await tell();
    const [notice] = (await get("/notifications")).json().data;
    refuseReached = true;
    expect((await send("POST", `/notifications/${notice.id}/read`)).statusCode).toBe(500);
    expect((await get("/notifications")).json().unread).toBe(1);
  });

  test("of a facility that was left is not shown any more", async () => {
    const other = await server.addFacility("Other");
    const guest = await addUser("PHYSICIAN", [here, other]);
    await tell({ to: { people: [guest.id] } });
    expect((await get("/notifications", guest.headers)).json().data).toHaveLength(1);
    await database.db`delete from user_facility where user_id = ${guest.id} and facility_id = ${here}`;
    server.identity.deps.forget();
    expect((await get("/notifications", guest.headers)).json()).toMatchObject({ data: [], unread: 0 });
  });

  test("a notice is a fact for its recipient alone", async () => {
    await tell({ to: { people: [doctor.id, admin.id] } });
    const facts = await database.db<{ people: string[]; subject_id: string }[]>`
      select people, subject_id from fact where type = 'notice.created' order by id desc limit 2`;
    const notices = await database.db<{ id: string; recipientId: string }[]>`
      select id, recipient_id as "recipientId" from notice`;
    expect(new Set(facts.map(({ people, subject_id }) => `${people} ${subject_id}`))).toEqual(
      new Set(notices.map(({ id, recipientId }) => `${recipientId} ${id}`)),
    );
  });
});

describe("deliveries", () => {
  test("go by e-mail without clinical content and by the service with a signature, once", async () => {
    await tell({ data: { severity: "CRITICAL" } });
    await run();
    await run();
    expect(mail.received).toHaveLength(1);
    const [{ to, text }] = mail.received as [{ to: string[]; text: string }];
    expect(to).toEqual(["user2@example.org"]);
    expect(text).toContain("Subject: A critical finding waits for you");
    expect(text).toContain("https://pacs.example.org");
    expect(text).toContain("From: Radiology <radiology@example.org>");
    expect(text.slice(text.indexOf("\r\n\r\n"))).not.toMatch(/CRITICAL|f1|finding\.raised/);
    expect(service.received).toHaveLength(1);
    const [{ headers, body }] = service.received as [(typeof service.received)[0]];
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-isocenter-signature"])) ?? [];
    expect(v1).toBe(createHmac("sha256", secret).update(`${t}.${body}`).digest("hex"));
    expect(JSON.parse(body)).toMatchObject({
      type: "notice",
      notice: { kind: "finding.raised", data: { severity: "CRITICAL" } },
      recipient: { id: doctor.id, email: "user2@example.org" },
    });
    expect((await rows()).map(({ channel, state, repeated }) => [channel, state, repeated])).toEqual([
      ["IN_APP", "SENT", false],
      ["EMAIL", "SENT", false],
      ["SERVICE", "SENT", false],
    ]);
  });

  test("go by e-mail in the language of the facility", async () => {
    await database.db`update facility set language = 'fr' where id = ${here}`;
    await tell();
    await run();
    await database.db`update facility set language = 'en' where id = ${here}`;
    const [{ text }] = mail.received as unknown as [{ text: string }];
    expect(text).toContain("Subject: =?UTF-8?Q?Un_r=C3=A9sultat_critique_vous_attend?=");
    expect(text.replaceAll("=\r\n", "")).toContain("https://pacs.example.org");
    expect(text.slice(text.indexOf("\r\n\r\n"))).not.toMatch(/A critical finding|Read it here|nobody reads/);
  });

  test("follow what was chosen: the kind, its noun, all; alarms go by all, and a rolled back notice by none", async () => {
    const preferences = [
      { kind: "*", channels: [] },
      { kind: "report.*", channels: ["email"] },
      { kind: "report.available", channels: ["SERVICE"] },
    ];
    const put = await send("PUT", "/notifications/preferences", { preferences });
    expect(put.json()).toEqual({
      preferences: [preferences[0], { kind: "report.*", channels: ["EMAIL"] }, preferences[2]],
      channels: [
        { channel: "EMAIL", available: true },
        { channel: "SERVICE", available: true },
      ],
    });
    const channels = async (more: Partial<Notice>) => {
      const key = `c${keys++}`;
      await tell({ ...more, key });
      return (await deliveriesOf(database.db, { keys: [key] })).map(({ channel }) => channel).slice(1);
    };
    expect(await channels({})).toEqual([]);
    expect(await channels({ kind: "report.signed", level: "INFO" })).toEqual(["EMAIL"]);
    expect(await channels({ kind: "report.available" })).toEqual(["SERVICE"]);
    expect(await channels({ level: "ALARM" })).toEqual(["EMAIL", "SERVICE"]);
    expect(await channels({ level: "INFO", to: { people: [admin.id] } })).toEqual([]);
    for (const bad of [
      [{ kind: "report", channels: [] }],
      [{ kind: "*", channels: ["PIGEON"] }],
      [preferences[0], preferences[0]],
    ])
      expect((await send("PUT", "/notifications/preferences", { preferences: bad })).statusCode).toBe(400);
    expect((await get("/notifications/preferences")).json().preferences).toHaveLength(3);
  });

  test("that fail are tried again with growing delays, each attempt written down, without a secret", async () => {
    service.answer = { status: 503 };
    mail.refuse = { at: "DATA", code: 451 };
    await tell();
    await run();
    await run();
    expect(service.received).toHaveLength(1);
    later(1);
    await run();
    service.answer = { status: 200 };
    mail.refuse = null;
    later(5);
    await run();
    const [email, posted] = [await of("EMAIL"), await of("SERVICE")];
    expect(email).toMatchObject({ state: "SENT", repeated: false });
    expect(email.attempts.map(({ outcome }) => outcome)).toEqual(["FAILED", "FAILED", "SENT"]);
    expect(posted.attempts.map(({ error }) => error)).toEqual([
      "The receiver answered 503.",
      "The receiver answered 503.",
      null,
    ]);
    expect(JSON.stringify(await rows())).not.toMatch(/hush|127\.0\.0\.1/);
  });

  test("whose sender died between sending and writing it down come again under the same id, and say so", async () => {
    await tell();
    for (const channel of configuredChannels(platform)) {
      const claimed = await notifications.deliveries.work.claim(channel.name);
      await channel.send(claimed!);
    }
    await run();
    expect(mail.received).toHaveLength(1);
    later(4);
    await run();
    const ids = mail.received.map(({ text }) => /^Message-ID: (.*)$/im.exec(text)?.[1]);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(new Set(service.received.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    const posts = service.received.map(({ body }) => JSON.parse(body));
    expect(posts.map(({ repeated }) => repeated)).toEqual([false, true]);
    // The readers hear of it too, not only the machines.
    const said = [...mail.received.map(({ text }) => text), ...posts.map(({ text }) => text)];
    expect(said.map((text) => /sent again/.test(text) && /may have received/.test(text))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    for (const channel of ["EMAIL", "SERVICE"]) {
      const { attempts, ...row } = await of(channel);
      expect(row).toMatchObject({ state: "SENT", repeated: true });
      expect(attempts.map(({ outcome, repeated }) => [outcome, repeated])).toEqual([
        ["UNKNOWN", false],
        ["SENT", true],
      ]);
    }
  });

  test("tell upper rooms what a receiver took, once, with what was written down", async () => {
    service.answer = { status: 500 };
    await tell();
    await run();
    expect(told.map(({ by, recipientId, subject, viewer }) => [by, recipientId, subject.id, viewer])).toEqual(
      [["EMAIL", doctor.id, "f1", null]],
    );
    service.answer = { status: 204 };
    later(1);
    refuseReached = true;
    await expect(run()).rejects.toThrow("the follower failed");
    expect((await of("SERVICE")).state).toBe("FAILED");
    refuseReached = false;
    later(4);
    await run();
    expect(told.map(({ by }) => by)).toEqual(["EMAIL", "SERVICE"]);
    expect(await of("SERVICE")).toMatchObject({ state: "SENT", repeated: true });
  });

  const end = () =>
    transact(database.db, (tx) =>
      endNotices(tx, platform.clock, { type: "finding", id: "f1" }, ["finding.raised"]),
    );

  test("of what has ended are not sent any more, not even again, and the notice is unread no more", async () => {
    await tell({ level: "ALARM" });
    await tell({ kind: "finding.acknowledged" });
    service.answer = { status: 503 };
    const claimed = await notifications.deliveries.work.claim("EMAIL");
    await notifications.deliveries.work.finish(claimed!, { outcome: "UNKNOWN", error: "It broke off." });
    const underWay = await notifications.deliveries.work.claim("SERVICE");
    expect(await end()).toBe(1);
    expect(await end()).toBe(0);
    await notifications.deliveries.work.finish(underWay!, { outcome: "FAILED", error: "no" });
    later(5);
    service.answer = { status: 200 };
    await run();
    const sent = service.received.map(({ body }) => JSON.parse(body).notice.kind);
    expect(sent).toEqual(["finding.acknowledged"]);
    expect(mail.received).toHaveLength(1);
    const states = (await rows()).map(({ kind, channel, state }) => `${kind} ${channel} ${state}`);
    expect(states.filter((one) => one.startsWith("finding.raised"))).toEqual([
      "finding.raised IN_APP SENT",
      "finding.raised EMAIL WITHDRAWN",
      "finding.raised SERVICE WITHDRAWN",
    ]);
    const list = (await get("/notifications?unread=true")).json();
    expect([list.unread, list.data.map(({ kind }: { kind: string }) => kind)]).toEqual([
      1,
      ["finding.acknowledged"],
    ]);
    expect((await get("/notifications?unread=false")).json().data).toMatchObject([
      { kind: "finding.raised", readAt: null, endedAt: expect.any(String) },
    ]);
  });

  test("that ended while their sender was dead are withdrawn by whoever takes over", async () => {
    await tell();
    await notifications.deliveries.work.claim("EMAIL");
    await end();
    later(4);
    await run();
    expect(mail.received).toEqual([]);
    const { state, attempts } = await of("EMAIL");
    expect([state, attempts.map(({ outcome }) => outcome)]).toEqual(["WITHDRAWN", ["UNKNOWN"]]);
  });

  test("go by the channels that the notice names, whatever was chosen", async () => {
    await send("PUT", "/notifications/preferences", { preferences: [{ kind: "*", channels: ["EMAIL"] }] });
    await tell({ channels: ["SERVICE"] });
    await tell({ channels: [], level: "ALARM" });
    expect((await rows()).map(({ channel }) => channel)).toEqual(["IN_APP", "SERVICE", "IN_APP"]);
  });

  test("that broke off after they were handed over may have arrived", async () => {
    mail.refuse = "break-off";
    service.silent = true;
    await tell();
    await run();
    expect((await of("EMAIL")).attempts.map(({ outcome }) => outcome)).toEqual(["UNKNOWN"]);
    expect((await of("SERVICE")).attempts.map(({ outcome }) => outcome)).toEqual(["UNKNOWN"]);
  });

  test("that cannot arrive are given up at once, and administrators hear of it by another channel", async () => {
    mail.refuse = { at: "RCPT", code: 550 };
    await tell({ level: "ALARM" });
    await run();
    expect(await of("EMAIL")).toMatchObject({ state: "GAVE_UP" });
    const told = (await get("/notifications?kind=delivery.gave-up", admin.headers)).json().data;
    expect(told).toMatchObject([{ level: "ALARM", data: { channel: "EMAIL", recipientId: doctor.id } }]);
    await run();
    expect(service.received.map(({ body }) => JSON.parse(body).recipient.id)).toEqual([doctor.id, admin.id]);
    const [count] = await database.db`select count(*) as n from delivery where channel = 'EMAIL'`;
    expect(count!.n).toBe(1);
  });

  test("end after the last attempt", async () => {
    service.answer = { status: 500 };
    await tell();
    for (let attempt = 0; attempt < 15; attempt++) {
      await run();
      later(241);
    }
    expect((await of("SERVICE")).state).toBe("GAVE_UP");
    expect((await of("SERVICE")).attempts).toHaveLength(11);
  });

  test("to who is not active any more are not sent", async () => {
    const leaver = await addUser("PHYSICIAN");
    await tell({ to: { people: [leaver.id] } });
    await database.db`update app_user set active = false where id = ${leaver.id}`;
    await run();
    // Administrators may hear of it by e-mail, and do so at once or a moment later.
    expect(mail.received.flatMap(({ to }) => to)).not.toContain(`${leaver.username}@example.org`);
    expect((await of("EMAIL")).state).toBe("GAVE_UP");
  });
});
